// The readers of mutate_syntax.py that run in node: a line of JSON `{"reader", "text"}` in, `{"value"}` or `{"error"}` out.
// NODE_MODULES names the folder where they are installed.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const from = createRequire(process.env.NODE_MODULES + "/");

/** A value with its type, as mutate_syntax.py compares them. */
function plain(value) {
  if (value === null || value === undefined) return ["n"];
  if (typeof value === "boolean") return ["b", value];
  if (typeof value === "bigint") return ["i", value.toString()];
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? ["i", value.toString()] : ["f", Object.is(value, -0) ? "-0.0" : String(value)];
  }
  if (typeof value === "string") return ["s", value];
  if (Array.isArray(value)) return ["l", value.map(plain)];
  if (value instanceof Map) return ["m", [...value].map(([key, item]) => [plain(key), plain(item)])];
  const odd = value instanceof Date || value instanceof Uint8Array || value instanceof Set || Object.getPrototypeOf(value)?.constructor?.name?.includes("Date");
  if (odd) return ["o", value instanceof Date ? value.toJSON() : String(value)];
  return ["m", Object.entries(value).map(([key, item]) => [["s", key], plain(item)])];
}

const yaml = from("yaml");
const jsYaml = from("js-yaml");
const json5 = from("json5");
const jsonc = from("jsonc-parser");
const iarna = from("@iarna/toml");
const smol = from("smol-toml");
const ts = from("typescript");
const { XMLParser, XMLValidator } = from("fast-xml-parser");

function yamlDocuments(text, options) {
  const documents = yaml.parseAllDocuments(text, { intAsBigInt: true, ...options });
  return documents.map((document) => {
    const fault = document.errors[0];
    if (fault) throw fault;
    return plain(document.toJS({ mapAsMap: true, maxAliasCount: 10000 }));
  });
}

const xml = new XMLParser({
  ignoreAttributes: false, attributeNamePrefix: "@", textNodeName: "#text", alwaysCreateTextNode: true, parseTagValue: false,
  parseAttributeValue: false, trimValues: false, ignoreDeclaration: true, processEntities: true, htmlEntities: true,
});

const READERS = {
  yaml: (text) => yamlDocuments(text, {}),
  "yaml 1.1": (text) => yamlDocuments(text, { version: "1.1" }),
  "js-yaml": (text) => jsYaml.loadAll(text).map(plain),
  JSON: (text) => [plain(JSON.parse(text))],
  json5: (text) => [plain(json5.parse(text))],
  "jsonc-parser": (text) => {
    const errors = [];
    const value = jsonc.parse(text, errors, { allowTrailingComma: true });
    if (errors.length) throw new Error(JSON.stringify(errors[0]));
    return [plain(value)];
  },
  typescript: (text) => {
    const { config, error } = ts.parseConfigFileTextToJson("tsconfig.json", text);
    if (error) throw new Error(String(error.messageText));
    return [plain(config)];
  },
  "@iarna/toml": (text) => [plain(iarna.parse(text))],
  "smol-toml": (text) => [plain(smol.parse(text, { integersAsBigInt: true }))],
  "fast-xml-parser": (text) => {
    const right = XMLValidator.validate(text);
    if (right !== true) throw new Error(right.err.msg);
    return [plain(xml.parse(text))];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { reader, text } = JSON.parse(line);
  let answer;
  try {
    answer = { value: READERS[reader](text) };
  } catch (error) {
    answer = { error: String(error.message).slice(0, 200) };
  }
  console.log(JSON.stringify(answer));
}
