// Draws the comment of tests/gate_words/comment-shown.md as GitHub shows it, by day and by night. tests/comment/picture runs it.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(path.join(root, ".cache/page/"));
const { chromium } = require("playwright-core");
const { default: MarkdownIt = require("markdown-it") } = require("markdown-it");

const text = readFileSync(path.join(root, "tests/gate_words/comment-shown.md"), "utf8");
const markdown = new MarkdownIt({ html: true, linkify: false });
// A mention is a bold link; nothing else of the text becomes one.
markdown.renderer.rules.text = (tokens, at) =>
  markdown.utils.escapeHtml(tokens[at].content).replace(/(^|[\s(])(@[\w/-]+)/g, '$1<a class="mention">$2</a>');

const style = `
  :root { --fg: #1f2328; --muted: #59636e; --bg: #fff; --head: #f6f8fa; --line: #d1d9e0; --code: #818b981f; --link: #0969da; }
  .dark { --fg: #f0f6fc; --muted: #9198a1; --bg: #0d1117; --head: #151b23; --line: #3d444d; --code: #656c7633; --link: #4493f8; }
  body { margin: 0; padding: 16px; width: 768px; background: var(--bg); color: var(--fg);
    font: 14px/1.5 "Noto Sans", "DejaVu Sans", sans-serif, "Noto Color Emoji"; }
  .comment { border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
  .who { display: flex; gap: 8px; align-items: center; padding: 8px 16px; background: var(--head); border-bottom: 1px solid var(--line); color: var(--muted); }
  .who b { color: var(--fg); } .who i { font-style: normal; font-size: 12px; border: 1px solid var(--line); border-radius: 2em; padding: 0 7px; }
  .body { padding: 16px; } .body > :first-child { margin-top: 0; } .body > :last-child { margin-bottom: 0; }
  h2 { font-size: 1.5em; padding-bottom: .3em; border-bottom: 1px solid var(--line); margin: 0 0 16px; }
  h3 { font-size: 1.2em; margin: 20px 0 10px; } p, ul, pre, details { margin: 0 0 14px; } ul { padding-left: 2em; }
  code { font: 85% "DejaVu Sans Mono", monospace; padding: .2em .4em; background: var(--code); border-radius: 6px; }
  pre { padding: 14px 16px; background: var(--head); border-radius: 6px; } pre code { background: none; padding: 0; }
  a { color: var(--link); } a.mention { color: var(--fg); font-weight: 600; text-decoration: underline; }
  summary { cursor: pointer; } sub { font-size: 12px; color: var(--muted); vertical-align: baseline; }`;

const page = (scheme) => `<!doctype html><meta charset="utf-8"><style>${style}</style><body class="${scheme}"><div class="comment">
  <div class="who"><b>changeward</b><i>bot</i> commented 2 minutes ago · edited</div><div class="body">${markdown.render(text)}</div></div>`;

const flags = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: flags });
for (const scheme of ["light", "dark"]) {
  const context = await browser.newContext({ viewport: { width: 800, height: 900 }, deviceScaleFactor: 1.35, javaScriptEnabled: false });
  const tab = await context.newPage();
  await tab.setContent(page(scheme));
  const file = path.join(root, `docs/comment-${scheme}.png`);
  await tab.locator("body").screenshot({ path: file });
  assert.ok(statSync(file).size <= 150 * 1024, `${file} has ${statSync(file).size} bytes`);
  await context.close();
}
await browser.close();
