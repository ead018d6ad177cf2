// Reads texts as programs of Node do, one JSON string a line in, one JSON value a line out, null for what is refused.
// `node readers.cjs FOLDER-WITH-node_modules dotenv | parseEnv | ini | dockerfile | yarn | berry | pnpm`.
const [, , home, format] = process.argv;
const load = (name) => require(require.resolve(name, { paths: [home] }));
const read = {
  dotenv: () => load('dotenv').parse,
  parseEnv: () => require('node:util').parseEnv,
  ini: () => load('ini').parse,
  dockerfile: () => (text) => {
    const file = load('dockerfile-ast').DockerfileParser.parse(text);
    const one = (of) => [of.getKeyword(), of.getArguments().map((word) => word.getValue())];
    return [file.getEscapeCharacter(), file.getInstructions().map(one)];
  },
  yarn: () => (text) => {
    const found = load('@yarnpkg/lockfile').parse(text);
    return found.type === 'success' ? found.object : null;
  },
  berry: () => load('@yarnpkg/parsers').parseSyml,
}[format]();
for (const line of require('node:fs').readFileSync(0, 'utf8').split('\n')) {
  if (!line) continue;
  let found = null;
  try {
    found = read(JSON.parse(line)) ?? null;
  } catch {}
  console.log(JSON.stringify(found));
}
