
"use strict";
// The search of the page. It makes every element by hand and puts foreign text in as text, never as markup; where a contact
// is a link, the page says so beside it, and nothing here makes a link to anywhere outside.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  // The tables have the rows of the data, in the same order.
  const tableRows = document.querySelectorAll("tbody tr");
  const PARTS = ["R", "A", "S", "C", "I", "D", "alt"];
  const WORDS = ["Responsible", "Accountable", "Supports", "Consulted", "Informed", "Director", "Alternate"];
  const [R, A, , C, , D, ALT] = PARTS.keys();
  for (const row of data.rows) row.parts = PARTS.map((_, n) => row.parts[n] || []);
  const MOST = 40;
  const input = byId("q"), list = byId("results"), card = byId("answer"), count = byId("count"), found = byId("found");
  const filters = { team: byId("team"), part: byId("part"), tier: byId("tier") };

  // What would do something to the screen instead of appearing on it is shown by its number.
  const HIDDEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
  const show = (text) => text.replace(HIDDEN, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

  function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(properties || {})) {
      if (value === undefined || value === null) continue;
      if (key in element && typeof element[key] !== "object") element[key] = value;
      else element.setAttribute(key, value);
    }
    for (const child of children.flat(3)) {
      if (child === null || child === undefined || child === false) continue;
      element.append(typeof child === "string" ? document.createTextNode(show(child)) : child);
    }
    return element;
  }

  // ---- Who somebody is, and whether they can be asked now.

  const unavailable = (name) => {
    const [, kind, at] = data.names[name];
    if (kind !== "person") return null;
    const person = data.people[at];
    if (person.left) return "has left";
    const now = Date.now() / 1000;
    const away = person.away.find(([from, until]) => (from ?? -Infinity) <= now && now < (until ?? Infinity));
    return away ? away[2] : null;
  };

  function who(name) {
    const [shown, kind, at] = data.names[name];
    const why = unavailable(name);
    const look = { className: why ? "who gone" : "who" };
    const target = kind === "team" ? `team:${data.teams[at].name}` : kind === "person" ? `person:${shown.toLowerCase()}` : "";
    const element = target
      ? make("a", { ...look, href: `#${address({ at: target })}` }, shown)
      : make("code", look, shown);
    const called = kind === "person" ? data.people[at].name : null;
    const beside = [called, why].filter(Boolean).join(", ");
    return make("span", {}, element, beside ? make("span", { className: "soft" }, beside) : null);
  }

  const everybody = (names) => make("div", { className: "them" }, names.map((name) => who(name)));

  function reach(contact) {
    if (!contact) return null;
    const [text, href] = contact;
    return href ? make("a", { className: "reach", href, rel: "noreferrer" }, text) : make("code", { className: "reach" }, text);
  }

  // ---- Paths.

  /** Follows a path through the directories, as far as they are listed. */
  function follow(path) {
    const isDirectory = path.endsWith("/");
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    let node = data.paths, at = "";
    for (let n = 0; ; n++) {
      if (typeof node === "number") return { answer: node, basis: "below", at };
      const [first, inside] = node;
      const unlisted = [first].flat();
      if (n === parts.length) return { answer: unlisted[0], basis: "directory", at, inside };
      const isLast = n === parts.length - 1;
      if (isLast && !isDirectory && has(inside, parts[n])) return { answer: inside[parts[n]], basis: "file", at };
      if (!has(inside, `${parts[n]}/`)) {
        const deeper = parts.length - 1 - n + (isDirectory ? 1 : 0);
        return { answer: unlisted[Math.min(deeper, unlisted.length - 1)], basis: deeper ? "deeper" : "here", at };
      }
      node = inside[`${parts[n]}/`];
      at += `${parts[n]}/`;
    }
  }

  /** A path as people paste it: from a stack trace, an address, a compiler's message. */
  function cleaned(text) {
    let path = text.trim().replace(/^["'`(]+|["'`),;]+$/g, "").replace(/\\/g, "/");
    path = path.replace(/#L?\d[-\dLC]*$/, "").replace(/\?\w+=.*$/, "").replace(/(:\d+)+:?$/, "").replace(/^[a-z]+:\/\//i, "");
    return path.replace(/^(\.?\/)+/, "").replace(/\/{2,}/g, "/");
  }

  /** It begins with something that stands in the root. */
  function known(path) {
    if (typeof data.paths === "number") return true;
    return has(data.paths[1], path.includes("/") ? path.slice(0, path.indexOf("/") + 1) : path);
  }

  /** The path from the root: leading parts that the repository does not know are dropped, if what is left is known. */
  function rooted(path) {
    for (let rest = path; ;) {
      if (known(rest)) return rest;
      const slash = rest.indexOf("/");
      if (slash < 0 || slash === rest.length - 1) return path;
      rest = rest.slice(slash + 1);
    }
  }

  /** The path that a query means; empty where it means none. A name as it stands goes before any cleaning of it. */
  function meant(query) {
    if (known(query) && follow(query).basis === "file") return query;
    const path = rooted(cleaned(query));
    const isPath = /\s/.test(query) ? query.includes("/") && known(path) : !/^[@#]/.test(query);
    return isPath ? path : "";
  }

  function basis({ basis: kind, at }) {
    const place = at === "" ? "the root" : at;
    const unless = "unless a rule goes by its name or ending.";
    switch (kind) {
      case "file": return "This file has an answer of its own.";
      case "below": return `Every file ${at === "" ? "of the repository" : `below ${at}`} has this answer, and a new one gets it ${unless}`;
      case "here": return `No entry of its own: what a file in ${place} gets ${unless}`;
      case "directory": return `Answers differ in here. This is what a file in ${place} gets ${unless}`;
      default: return at === ""
        ? `There was no such directory when this page was made. This is what a file in a new one gets ${unless}`
        : `No entry of its own: what a file in a directory of ${place} gets ${unless}`;
    }
  }

  // ---- The cards.

  function steps() {
    if (data.escalation.length === 0) return make("p", {}, "No escalation owner is named.");
    return make("ol", { className: "steps" }, data.escalation.map(([name, contact, when]) =>
      make("li", {}, who(name), " ", reach(contact), when ? make("span", { className: "soft" }, when) : null)));
  }

  const escalate = () => make("div", {}, make("h3", {}, "If nobody answers"), steps());

  /** Whom to call first: the contact, then who can be asked now, the nearest to the work first. */
  function call(row, parts) {
    const members = (name) => (data.names[name][1] === "team" && data.teams[data.names[name][2]].members) || [];
    const groups = [parts[R], parts[R].flatMap(members), parts[ALT], parts[A], parts[D]];
    const asked = groups.map((names) => [...new Set(names)].filter((name) => !unavailable(name))).filter((names) => names.length);
    const people = asked.length ? asked[0].slice(0, 6) : [];
    return make("div", { className: "call" },
      make("h3", {}, "Call now"),
      row.contact ? make("p", {}, reach(row.contact)) : null,
      people.length
        ? make("div", { className: "them" }, row.contact ? make("span", {}, "or") : null, people.map((name) => who(name)))
        : make("p", {}, "Nobody of this row can be asked now: escalate."));
  }

  function rowBlock([at, responsible, consulted, approvals, place], alone) {
    const row = data.rows[at];
    const parts = row.parts.slice();
    if (responsible) parts[R] = responsible;
    if (consulted) parts[C] = consulted;
    const many = approvals || row.approvals || 1;
    const facts = make("dl", {});
    const fact = (term, ...what) => facts.append(make("dt", {}, term), make("dd", {}, what));
    [A, R, ALT, D, ...PARTS.keys()].filter((n, i, all) => all.indexOf(n) === i).forEach((n) => {
      if (parts[n].length === 0) return;
      if (n === A && row.file) return;
      fact(WORDS[n], everybody(parts[n]), n === R && many > 1 ? make("p", { className: "soft" }, `${many} of them approve a change`) : null);
    });
    for (const name of [...parts[R], ...parts[A]]) {
      const [shown, kind, team] = data.names[name];
      if (kind === "team" && data.teams[team].members) fact(`In ${shown}`, everybody(data.teams[team].members));
    }
    if (row.scope.length) fact("Answers for", row.scope.map((pattern, n) => [n ? " " : "", make("code", {}, pattern)]));
    if (row.review) fact("Confirmed until", row.review);
    fact("Says so", make("code", {}, place || row.place));
    return make("div", { className: "row" },
      make("div", { className: "lead" },
        make(alone ? "h2" : "p", {}, make("code", { className: "id" }, row.id), row.tier !== undefined ? make("span", { className: "tier" }, `tier ${row.tier}`) : null),
        row.purpose ? make("p", { className: "purpose" }, row.purpose) : null),
      call(row, parts), facts);
  }

  /** The row of a repository in which no file names owners: no line makes it. */
  const isUnnamed = ([at]) => !data.rows[at].place;

  function pathCard(item) {
    const [state, rows, places, disagreement] = data.answers[item.way.answer];
    const title = make("h2", {}, make("code", {}, item.title || "/"));
    if (rows.some(isUnnamed)) {
      return make("article", {}, make("div", { className: "lead" }, title),
        make("div", { className: "call nobody" }, make("h3", {}, "No file names owners"), make("p", {}, "Any one peer may approve a change.")));
    }
    const lead = make("div", { className: "lead" }, title, make("p", { className: "soft" }, basis(item.way)));
    const said = places.length > 0 || rows.length === 0
      ? make("p", { className: "soft" }, places.length ? "Lines about it: " : "No file speaks about it.", places.map((place, n) => [n ? ", " : "", make("code", {}, place)]))
      : null;
    const why = state === "cleared" ? "A file clears its owners" : "No row matches it";
    const nobody = make("div", { className: "call nobody" }, make("h3", {}, "Nobody answers for this"),
      data.escalation.length ? [make("p", {}, `${why}. Call the escalation owner:`), steps()] : make("p", {}, `${why}, and no escalation owner is named.`));
    const differ = disagreement ? make("div", {}, make("h3", {}, "The sources differ"), make("p", {}, disagreement)) : null;
    return make("article", {}, lead, rows.length ? rows.map((row) => rowBlock(row, false)) : nobody, differ, said, inside(item.way), rows.length ? escalate() : null);
  }

  function inside(way) {
    const entries = Object.entries(way.inside || {});
    if (entries.length === 0) return null;
    const answered = (node) => {
      const [, rows] = data.answers[[node].flat(2)[0]];
      return rows.length ? rows.map(([at]) => data.rows[at].id).join(", ") : "nobody";
    };
    return make("div", {}, make("h3", {}, way.at === "" ? "In it" : "Other answers in it"),
      make("ul", { className: "plain" }, entries.slice(0, MOST).map(([name, node]) =>
        make("li", {}, make("a", { href: `#${address({ q: way.at + name })}` }, name), make("span", { className: "soft" }, ` ${answered(node)}${typeof node === "number" ? "" : " and others"}`)))),
      entries.length > MOST ? make("p", { className: "soft" }, `and ${entries.length - MOST} more`) : null);
  }

  const parts = (rows) => rows.length === 0 ? ["none"] : rows.map(([at, letters], n) =>
    [n ? make("br") : null, make("a", { href: `#${address({ at: `row:${data.rows[at].id}` })}` }, data.rows[at].id), make("span", { className: "soft" }, ` ${letters.split(" ").map((letter) => WORDS[PARTS.indexOf(letter)].toLowerCase()).join(", ")}`)]);

  function factsCard(title, contact, facts) {
    const shown = make("dl", {});
    facts.filter(Boolean).forEach(([term, ...what]) => shown.append(make("dt", {}, term), make("dd", {}, what)));
    return make("article", {}, make("div", { className: "lead" }, make("h2", {}, title)),
      contact ? make("div", { className: "call" }, make("h3", {}, "Call now"), make("p", {}, reach(contact))) : null, shown, escalate());
  }

  function teamCard(team) {
    return factsCard(team.name, team.contact, [
      ["Members", team.members ? (team.members.length ? everybody(team.members) : "nobody") : "known to the forge only"],
      team.director !== undefined && ["Director", who(team.director)],
      team.goals && ["Measured by", team.goals],
      ["Rows", parts(team.rows)],
    ]);
  }

  function personCard(person) {
    const teams = person.teams.map((at) => data.teams[at]);
    const contact = teams.map((team) => team.contact).find(Boolean);
    return factsCard(data.names[person.who][0], contact, [
      person.name && ["Name", person.name],
      person.left && ["Has left", "ask somebody else"],
      person.away.length > 0 && ["Away", person.away.map(([, , text]) => text).join("; ")],
      ["Rows", parts(person.rows)],
      teams.length > 0 && ["Teams", teams.map((team, n) => [n ? ", " : "", make("a", { href: `#${address({ at: `team:${team.name}` })}` }, team.name)])],
      teams.length > 0 && ["Rows of these", parts(teams.flatMap((team) => team.rows))],
    ]);
  }

  const DRAW = {
    path: pathCard,
    row: (item) => make("article", {}, rowBlock([item.at], true), escalate()),
    team: (item) => teamCard(data.teams[item.at]),
    person: (item) => personCard(data.people[item.at]),
  };

  // ---- What can be found.

  const lower = (text) => text.toLowerCase();
  const called = (names) => names.map((name) => [data.names[name][0], data.names[name][1] === "person" ? data.people[data.names[name][2]].name || "" : ""].join(" "));
  const things = [
    ...data.rows.filter((row) => row.place).map((row, at) => ({ kind: "row", key: `row:${row.id}`, at, title: row.id, beside: row.purpose || row.scope.join(" "),
      text: lower([row.id, row.purpose || "", ...row.scope, row.contact ? row.contact[0] : "", ...row.parts.flatMap(called)].join(" ")) })),
    ...data.teams.map((team, at) => ({ kind: "team", key: `team:${team.name}`, at, title: team.name, beside: "team",
      text: lower([team.name, team.goals || "", team.contact ? team.contact[0] : "", ...called(team.members || [])].join(" ")) })),
    ...data.people.map((person, at) => ({ kind: "person", key: `person:${lower(data.names[person.who][0])}`, at, title: data.names[person.who][0], beside: person.name || "person", also: person.name || "",
      text: lower([data.names[person.who][0], person.name || ""].join(" ")) })),
  ];

  /** Every directory and file that is listed; made once, when the first search needs it. */
  let listed = null;
  function entries() {
    if (listed) return listed;
    listed = [];
    const open = [["", data.paths]];
    while (open.length) {
      const [at, node] = open.pop();
      if (typeof node === "number") continue;
      for (const [name, below] of Object.entries(node[1])) {
        listed.push([lower(at + name), at + name]);
        if (typeof below !== "number") open.push([at + name, below]);
      }
    }
    listed.sort((a, b) => a[0].length - b[0].length || (a[0] < b[0] ? -1 : 1));
    return listed;
  }

  const pathItem = (path) => {
    const way = follow(path);
    const rows = data.answers[way.answer][1];
    return { kind: "path", key: `path:${path}`, title: path, way, beside: rows.length ? rows.map(([at]) => data.rows[at].id).join(", ") : "nobody answers" };
  };

  function passes(at) {
    const { team, part, tier } = state;
    const row = data.rows[at];
    if (tier !== "" && String(row.tier ?? "") !== tier) return false;
    if (team !== "") {
      const of = data.teams.find(({ name }) => name === team);
      const entry = of && of.rows.find(([row]) => row === at);
      return Boolean(entry) && (part === "" || entry[1].split(" ").includes(part));
    }
    return part === "" || (PARTS.includes(part) && row.parts[PARTS.indexOf(part)].length > 0);
  }

  function search() {
    const query = state.q.trim();
    const filtered = state.team !== "" || state.part !== "" || state.tier !== "";
    const words = lower(query).split(/\s+/).filter(Boolean);
    const whole = words.join(" ").replace(/^@/, "");
    const near = (name) => name === whole ? 0 : name.startsWith(whole) ? 1 : name.includes(whole) ? 2 : 4;
    const score = ({ title, also, text }) =>
      Math.min(near(lower(title).replace(/^@/, "")), also ? near(lower(also)) : 4, text.includes(words.join(" ")) ? 3 : 4);
    let results = words.length === 0 && !filtered ? [] : things.filter((thing) =>
      (filtered ? thing.kind === "row" && passes(thing.at) : true) && words.every((word) => thing.text.includes(word)));
    if (words.length) results = results.map((thing, n) => [score(thing), n, thing]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , thing]) => thing);
    const path = words.length ? meant(query) : "";
    const keep = (item) => !filtered || data.answers[item.way.answer][1].some(([at]) => passes(at));
    if (path !== "") {
      const item = pathItem(path);
      const more = entries().filter(([text, name]) => text.includes(lower(path)) && name !== item.title).slice(0, MOST).map(([, name]) => pathItem(name)).filter(keep);
      const isPath = path.includes("/") || item.way.basis === "file";
      if (isPath && keep(item)) results.unshift(item);
      results.push(...more);
      // Where all files have one answer none is listed.
      if (!isPath && typeof data.paths === "number" && path.includes(".") && keep(item)) results.push(item);
    }
    return results;
  }

  // ---- The state of the page, which is its address.

  const state = { q: "", team: "", part: "", tier: "", at: "" };

  function address(wish) {
    const parts = new URLSearchParams();
    for (const [key, value] of Object.entries(wish)) if (value) parts.set(key, value);
    return parts.toString();
  }

  function read() {
    const hash = location.hash.slice(1);
    const parts = new URLSearchParams(hash.includes("=") ? hash : "");
    for (const key of Object.keys(state)) state[key] = parts.get(key) || "";
    input.value = state.q;
    for (const [key, select] of Object.entries(filters)) {
      select.value = state[key];
      if (select.value !== state[key]) state[key] = select.value = "";
    }
  }

  let results = [], chosen = 0;

  function write() {
    const hash = address(state);
    const before = location.hash.slice(1);
    if (hash !== before && (hash !== "" || before.includes("="))) {
      try { history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search); } catch { /* a page without a history */ }
    }
  }

  function draw() {
    results = search();
    const target = state.at && things.find((thing) => thing.key === state.at);
    if (target && state.q === "") results = [target, ...results.filter((item) => item !== target)];
    chosen = Math.max(0, results.findIndex((item) => item.key === state.at));
    const filtered = state.team !== "" || state.part !== "" || state.tier !== "";
    const asked = state.q.trim() !== "" || filtered || Boolean(target);
    found.hidden = results.length === 0;
    count.textContent = !asked ? "" : results.length === 0
      ? "Nothing is called that. Below is who decides when nobody answers."
      : results.length === 1 ? "1 result" : `${results.length > MOST ? `the first ${MOST} of ${results.length}` : results.length} results`;
    list.replaceChildren(...results.slice(0, MOST).map((item, n) => make("li", { role: "option", id: `option-${n}` },
      item.kind === "path" || item.kind === "person" ? make("code", {}, item.title || "/") : make("span", { className: "id" }, item.title),
      make("span", { className: "soft" }, item.beside))));
    list.hidden = results.length < 2;
    input.setAttribute("aria-expanded", String(results.length > 1));
    tableRows.forEach((row, at) => { row.hidden = filtered && !passes(at); });
    choose(chosen, false);
  }

  function choose(n, remember) {
    chosen = n;
    const item = results[n];
    list.childNodes.forEach((option, at) => option.setAttribute("aria-selected", String(at === n)));
    if (!item) {
      card.replaceChildren();
      input.removeAttribute("aria-activedescendant");
      return;
    }
    card.replaceChildren(DRAW[item.kind](item));
    if (results.length > 1) input.setAttribute("aria-activedescendant", `option-${n}`);
    else input.removeAttribute("aria-activedescendant");
    if (remember) {
      state.at = n === 0 && state.q !== "" ? "" : item.key;
      write();
    }
  }

  const redraw = () => { state.at = ""; draw(); write(); };
  input.addEventListener("input", () => { state.q = input.value; redraw(); });
  for (const [key, select] of Object.entries(filters)) select.addEventListener("change", () => { state[key] = select.value; redraw(); });
  byId("search").addEventListener("submit", (event) => event.preventDefault());

  function goToAnswer() {
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  input.addEventListener("keydown", (event) => {
    const shown = Math.min(results.length, MOST);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && shown > 0) {
      event.preventDefault();
      choose((chosen + (event.key === "ArrowDown" ? 1 : shown - 1)) % shown, true);
      list.childNodes[chosen].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && shown > 0) {
      event.preventDefault();
      goToAnswer();
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (!option) return;
    choose([...list.childNodes].indexOf(option), true);
    goToAnswer();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches && event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === "Escape") {
      if (event.target.matches && event.target.matches("select")) return;
      for (const key of Object.keys(state)) state[key] = "";
      input.value = "";
      for (const select of Object.values(filters)) select.value = "";
      draw();
      write();
      input.focus();
    }
  });
  addEventListener("hashchange", () => {
    // A jump within the page, which may come after what was typed since: the address is that of what is shown.
    if (location.hash !== "" && !location.hash.includes("=")) return write();
    read();
    draw();
    if (!found.hidden) goToAnswer();
  });

  // ---- Light and dark.

  const theme = byId("theme"), root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  function paint(wish) {
    if (wish) root.dataset.theme = wish;
    const dark = (root.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
    theme.dataset.next = dark ? "light" : "dark";
    theme.textContent = dark ? "Light" : "Dark";
  }
  theme.addEventListener("click", () => {
    const wish = theme.dataset.next;
    paint(wish);
    try { localStorage.setItem("theme", wish); } catch { /* then it is forgotten */ }
  });
  prefersDark.addEventListener("change", () => paint(null));

  paint(stored());
  theme.hidden = false;
  byId("search").hidden = false;
  read();
  draw();
})();
