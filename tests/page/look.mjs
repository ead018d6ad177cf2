// Looks at the ownership page in a browser, as the people who need it do: by keyboard, on a phone, at night, without a
// network.
//
//     node tests/page/look.mjs EXPECTED.json
//
// EXPECTED names the page, a page full of hostile text, a folder for screenshots, and for many paths what the program
// answers. tests/page.rs writes it, and reads the exit code and what is printed.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(path.join(root, ".cache/page/"));
const { chromium } = require("playwright-core");
const axe = existsSync(path.join(root, ".cache/page/node_modules/axe-core"))
  ? readFileSync(require.resolve("axe-core"), "utf8")
  : null;
const expected = JSON.parse(readFileSync(process.argv[2], "utf8"));
const home = pathToFileURL(expected.page).href;

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: flags });

/** Everything the page asks for beside itself, and everything it complains about. */
const asked = [], complaints = [];

/** Opens a page; nothing but the file itself is let through. */
async function open({ url = home, hash = "", width = 1280, height = 900, scheme = "light", script = true, now = "2026-11-25T03:00:00Z" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, javaScriptEnabled: script, reducedMotion: "reduce" });
  await context.route("**/*", (route) => {
    const wanted = route.request().url().split("#")[0];
    return wanted === url ? route.continue() : route.abort();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  if (script) await page.clock.setFixedTime(now);
  page.on("request", (request) => {
    const wanted = request.url().split("#")[0];
    if (wanted !== url && !wanted.startsWith("data:")) asked.push(wanted);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("dialog", (dialog) => { complaints.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(url + hash);
  return page;
}

const close = (page) => page.context().close();
const count = (page) => page.locator("#count").textContent();
const titles = (page) => page.locator("#results li > :first-child").allTextContents();

/** What the open card answers. */
const answer = (page) => page.evaluate(() => {
  const named = (row, term) => [...row.querySelectorAll("dt")].filter((dt) => dt.textContent === term)
    .flatMap((dt) => [...dt.nextElementSibling.querySelectorAll(".who")].map((who) => who.textContent));
  const rows = [...document.querySelectorAll("#answer .row")];
  return {
    nobody: document.querySelector("#answer .nobody") !== null,
    rows: rows.map((row) => ({ id: row.querySelector(".lead .id").textContent, responsible: named(row, "Responsible") })),
  };
});

/** What a person reads first must be readable: the contrast of WCAG 2.2, 1.4.3 (4.5), against what lies behind it. */
const contrasts = (page, selectors) => page.evaluate((selectors) => {
  const parse = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const ground = parse(getComputedStyle(at).backgroundColor);
      if (ground.length < 4 || ground[3] === 1) return ground;
    }
    return [255, 255, 255];
  };
  return selectors.map((selector) => {
    const element = document.querySelector(selector);
    if (!element) return [selector, 0];
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
    return [selector, (a + 0.05) / (b + 0.05)];
  });
}, selectors);

const looks = {
  async "every path has the answer of the program"() {
    const page = await open();
    let compared = 0;
    for (const { path, nobody, rows } of [...expected.paths, ...expected.invented]) {
      await page.locator("#q").fill(path);
      const found = await page.locator("#answer h2").first().textContent().catch(() => "nothing");
      assert.equal(found, path);
      assert.deepEqual(await answer(page), { nobody, rows }, path);
      compared++;
    }
    assert.ok(expected.paths.length >= 200 && expected.invented.length >= 80, `only ${compared} paths`);
    console.log(`${compared} paths`);
    await close(page);
  },

  async "a path is understood the way people paste it"() {
    const page = await open();
    for (const [typed, meant] of Object.entries(expected.spellings)) {
      await page.locator("#q").fill(typed);
      assert.equal(await page.locator("#answer h2").first().textContent(), meant, typed);
    }
    for (const [typed, words] of Object.entries(expected.unknown)) {
      await page.locator("#q").fill(typed);
      const told = await page.locator("#answer .lead .soft").first().textContent();
      assert.ok(told.includes(words), `${typed}: ${told}`);
    }
    await close(page);
  },

  async "whoever is away is not the one to call"() {
    for (const [now, people] of Object.entries(expected.calls)) {
      const page = await open({ now, hash: "#q=services/ledger/book.rs" });
      assert.deepEqual(await page.locator("#answer .call .who").allTextContents(), people, now);
      assert.equal(await page.locator("#answer .call a.reach").getAttribute("href"), "mailto:ledger-oncall@shop.example");
      await close(page);
    }
  },

  async "rows, people, teams, purposes and contacts are found by their words"() {
    const page = await open();
    for (const [query, first] of Object.entries(expected.queries)) {
      await page.locator("#q").fill(query);
      const all = await titles(page);
      const shown = all.length ? all[0] : await page.locator("#answer h2").first().textContent();
      assert.ok(shown.startsWith(first), `${query} finds ${shown} first, not ${first}`);
    }
    await page.locator("#q").fill("no such thing anywhere");
    assert.match(await count(page), /^Nothing is called that/);
    assert.equal(await page.locator("#found").isVisible(), false);
    await close(page);
  },

  async "filters narrow the matrix and live in the address"() {
    const page = await open();
    const { team, part, tier, rows, of_team } = expected.filter;
    await page.locator("#team").selectOption(team);
    assert.deepEqual((await titles(page)).sort(), [...of_team].sort());
    const visible = () => page.locator("#matrix-title ~ table tbody tr:visible .id").allTextContents();
    assert.deepEqual((await visible()).sort(), [...of_team].sort());
    await page.locator("#part").selectOption(part);
    await page.locator("#tier").selectOption(tier);
    assert.deepEqual(await visible(), rows);
    const shared = await open({ hash: new URL(page.url()).hash });
    assert.equal(await shared.locator("#team").inputValue(), team);
    assert.deepEqual(await shared.locator("#matrix-title ~ table tbody tr:visible .id").allTextContents(), rows);
    await close(shared);
    await close(page);
    const person = await open({ hash: `#at=person:${expected.person}` });
    assert.equal(await person.locator("#answer h2").textContent(), expected.person);
    await person.locator("#answer dl a").first().click();
    assert.equal(await person.locator("#answer .lead .id").first().textContent(), expected.person_row);
    await person.goBack();
    assert.equal(await person.locator("#answer h2").textContent(), expected.person);
    await close(person);
  },

  async "the keyboard is enough"() {
    const page = await open();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the search");
    assert.ok((await page.locator(".skip").boundingBox()).y >= 0, "the skip link is seen when it has the focus");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash !== "");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "q");
    await page.keyboard.type(expected.word);
    // The keys are sent; a busy machine may still be drawing.
    await page.waitForFunction((word) => decodeURIComponent(location.hash).includes(word), expected.word);
    const all = await titles(page);
    assert.ok(all.length > 2, "several results to choose from");
    const chosen = () => page.evaluate(() => document.getElementById(document.getElementById("q").getAttribute("aria-activedescendant")).firstChild.textContent);
    assert.equal(await chosen(), all[0]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    assert.equal(await chosen(), all[1]);
    assert.equal(await page.locator("#answer h2").first().textContent().then((text) => text.startsWith(all[1])), true);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    assert.equal(await chosen(), all[all.length - 1], "the list goes round");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "answer");
    const ringed = await page.evaluate(() => {
      document.querySelector("#answer a").focus();
      return getComputedStyle(document.activeElement).outlineStyle;
    });
    assert.equal(ringed, "solid", "the focus is seen");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#q").inputValue(), "");
    assert.equal(await page.evaluate(() => document.activeElement.id), "q");
    assert.equal(new URL(page.url()).hash, "");
    const order = [];
    for (let n = 0; n < 4; n++) {
      await page.keyboard.press("Tab");
      order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.tagName));
    }
    assert.deepEqual(order.slice(0, 3), ["team", "part", "tier"]);
    await close(page);
  },

  async "light and dark follow the system and the switch"() {
    const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await open(), dark = await open({ scheme: "dark" });
    const [day, night] = [await ground(light), await ground(dark)];
    assert.notEqual(day, night);
    await light.locator("#theme").click();
    assert.equal(await ground(light), night);
    await light.reload();
    assert.equal(await ground(light), night, "the wish is remembered");
    await light.locator("#theme").click();
    assert.equal(await ground(light), day);
    await close(light);
    await close(dark);
  },

  async "every text is readable in both schemes"() {
    for (const scheme of ["light", "dark"]) {
      const page = await open({ scheme, hash: `#q=${expected.word}` });
      const selectors = ["h1", "#count", "label[for=q]", ".filters label", "#answer h2", "#answer .call a", "#answer dt", "#answer dd",
        "#results li[aria-selected=true]", "#results li[aria-selected=true] .soft", "#results li:last-child .soft", "tbody .purpose",
        "tbody .soft", ".steps .soft", "footer p", "#theme", "thead th", ".tier"];
      for (const [selector, contrast] of await contrasts(page, selectors)) {
        assert.ok(contrast >= 4.5, `${selector} in ${scheme}: ${contrast.toFixed(2)}`);
      }
      const [[, edge]] = await page.evaluate(() => [getComputedStyle(document.querySelector("#q"))].map((style) => [style.borderColor, style.borderTopWidth]));
      assert.notEqual(edge, "0px");
      await close(page);
    }
  },

  async "nothing scrolls sideways, however narrow"() {
    for (const url of [home, pathToFileURL(expected.hostile).href]) {
      const page = await open({ url });
      for (const hash of ["q=", `q=${expected.word}`, `q=${expected.long}`, `q=${expected.hostile_path}`, `team=${expected.filter.team}`]) {
        await page.evaluate((hash) => { location.hash = hash; }, hash);
        for (const width of [320, 360, 768, 1280]) {
          await page.setViewportSize({ width, height: 700 });
          const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
          assert.ok(needed <= there, `${url}#${hash} needs ${needed} of ${there}`);
        }
      }
      await close(page);
    }
    const page = await open({ width: 360, hash: `#q=${expected.word}` });
    const small = await page.evaluate(() => [...document.querySelectorAll("button, select, input, #results li")]
      .filter((element) => element.getBoundingClientRect().height < 43.5).map((element) => element.outerHTML));
    assert.deepEqual(small, [], "a thumb hits it");
    await close(page);
  },

  async "no rule of accessibility is broken"() {
    if (!axe) {
      console.log("!!! axe-core is not installed: no rule of accessibility was checked");
      return;
    }
    for (const scheme of ["light", "dark"]) {
      for (const [width, hash] of [[1280, ""], [360, `#q=${expected.word}`], [1280, `#q=${expected.gap}`]]) {
        const page = await open({ scheme, width, hash });
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        const told = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(" ")}`);
        assert.deepEqual(told, [], `${scheme} ${width} ${hash}`);
        assert.ok(passes.length > 20, "the rules ran");
        await close(page);
      }
    }
  },

  async "hostile text is only text"() {
    const url = pathToFileURL(expected.hostile).href;
    for (const script of [true, false]) {
      const page = await open({ url, script });
      for (const query of script ? ["", "row", "evil", "script", expected.hostile_path] : [""]) {
        if (script) await page.locator("#q").fill(query);
        for (let n = 0; script && n < await page.locator("#results li:visible").count(); n++) {
          await page.locator("#results li").nth(n).click();
        }
        const seen = await page.evaluate(() => ({
          ran: globalThis.ran,
          strange: [...document.querySelectorAll("img, iframe, object, embed, svg, base, link[rel=stylesheet], [onload], [onerror], [onclick], [style]")].map((element) => element.outerHTML),
          scripts: document.scripts.length,
          links: [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")).filter((href) => !/^(#|https?:\/\/|mailto:|tel:)/.test(href)),
          hidden: /[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/.test(document.body.innerText),
        }));
        assert.deepEqual(seen, { ran: undefined, strange: [], scripts: 2, links: [], hidden: false }, query);
      }
      await close(page);
    }
  },

  async "without a script everything is there but the search"() {
    const page = await open({ script: false });
    assert.equal(await page.locator("#search").isVisible(), false);
    assert.equal(await page.locator("#theme").isVisible(), false);
    const text = await page.locator("main").innerText();
    for (const part of expected.plain) assert.ok(text.includes(part), `no ${part}`);
    await close(page);
  },

  async "two sources that differ are both shown"() {
    const { path, says } = expected.disagreement;
    const page = await open({ url: pathToFileURL(expected.hostile).href, hash: `#q=${path}` });
    const card = await page.locator("#answer").innerText();
    assert.ok(card.includes(says), card);
    await close(page);
  },

  async "without a matrix it says what is true"() {
    const page = await open({ url: pathToFileURL(expected.codeowners).href, hash: "#q=attic/b.pl" });
    assert.match(await page.locator("#answer .nobody").innerText(), /No row matches it, and no escalation owner is named\.$/);
    await page.screenshot({ path: `${expected.shots}/codeowners.png`, fullPage: true });
    const heights = await page.locator("td[data-label=Line] code").evaluateAll((all) => all.map((code) => new Set([...code.getClientRects()].map(({ top }) => top)).size));
    assert.deepEqual(heights, [1, 1], "a place stands on one line");
    await close(page);
    const bare = await open({ url: pathToFileURL(expected.nothing).href, hash: "#q=src/a.rs" });
    const text = await bare.locator("main").innerText();
    assert.ok(text.includes("No file names owners, so any one peer may approve a change."), text);
    assert.ok(!/Somebody answers|it is a resource|\(empty\)|Says so|Call now/.test(text), text);
    await bare.screenshot({ path: `${expected.shots}/nothing.png`, fullPage: true });
    await close(bare);
  },

  async "it prints"() {
    const page = await open();
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#search").isVisible(), false);
    assert.equal(await page.locator("tbody tr").first().isVisible(), true);
    await close(page);
  },

  async "it is looked at"() {
    const shots = {
      light: { hash: `#q=${expected.shown}`, height: 800 }, dark: { hash: `#q=${expected.shown}`, height: 800, scheme: "dark" },
      narrow: { hash: `#q=${expected.shown}`, width: 360, height: 780 }, start: {}, "start-narrow": { width: 320, height: 700 },
      results: { hash: `#q=${expected.word}`, scheme: "dark" }, gap: { hash: `#q=${expected.gap}` },
    };
    for (const [name, how] of Object.entries(shots)) {
      const page = await open(how);
      await page.screenshot({ path: path.join(expected.shots, `${name}.png`) });
      await close(page);
    }
  },
};

let failed = 0;
for (const [name, look] of Object.entries(looks)) {
  try {
    await look();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n${error.message}\n${error.stack.split("\n").filter((line) => line.includes("look.mjs")).join("\n")}`);
  }
}
await browser.close();
console.log(`${asked.length} requests beside the page itself`);
if (asked.length || complaints.length) {
  failed++;
  console.log([...asked, ...complaints].join("\n"));
}
process.exit(failed ? 1 : 0);
