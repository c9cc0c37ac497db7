/* The tools of the Check page. Words stand in the page (data-words), one a line, `key=text`, with # for a value. */
const WORDS = new Map();
const say = (key, ...values) => {
  let text = WORDS.get(key) || key;
  for (const value of values) text = text.replace("#", value);
  return text;
};
const figure = (number) =>
  number === null || number === undefined ? "\u2014" : String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

const make = (tag, text = "", set = {}) => {
  const node = document.createElement(tag);
  node.textContent = text;
  for (const [name, value] of Object.entries(set)) node.setAttribute(name, value);
  return node;
};

const verdict = (good, text) =>
  make("p", text, { class: `verdict ${good === null ? "unknown" : good ? "good" : "bad"}` });

const table = (caption, columns, rows) => {
  const whole = make("table", "", { class: "checked" });
  whole.append(make("caption", caption));
  const head = whole.createTHead().insertRow();
  for (const column of columns) head.append(make("th", column, { scope: "col" }));
  const body = whole.createTBody();
  for (const { cells, differs } of rows) {
    const row = body.insertRow();
    if (differs) row.className = "differs";
    row.append(make("th", cells[0], { scope: "row" }), ...cells.slice(1).map((cell) => make("td", cell)));
  }
  return whole;
};

/* A tool: a heading, fields, a button, and a place for what was found, announced to screen readers. */
const tool = (home, name, fields, work) => {
  const form = make("form", "", { class: "check-tool", id: `check-${name}` });
  form.append(make("h3", say(`${name}.title`)), make("p", say(`${name}.what`)));
  const inputs = {};
  for (const [key, set] of Object.entries(fields)) {
    const label = make("label", say(`${name}.${key}`));
    inputs[key] = make("input", "", { name: key, autocomplete: "off", required: "", ...set });
    label.append(inputs[key]);
    form.append(label);
  }
  form.append(make("button", say(`${name}.do`), { type: "submit" }));
  const found = make("div", "", { "aria-live": "polite", class: "found" });
  form.append(found);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    found.replaceChildren(make("p", say("working")));
    try {
      found.replaceChildren(...(await work(inputs)));
    } catch (error) {
      const key = error instanceof Missing ? "missing" : "failed";
      found.replaceChildren(verdict(key === "missing" ? null : false, say(key, error.message)));
    }
  });
  home.append(form);
  return form;
};

// ---- what the tools need ----------------------------------------------------------------------------------------
let chosen = ""; // the election
const stationData = (station) => getJson(`data/${chosen}/station/${station}.json`);
const nameOf = (thing) => thing.name[document.documentElement.lang] || thing.name.en;
const reportFile = (report) => report.file.slice(HOME.length);

/* Every contest of the country, added up from the table of all boxes. */
const addUp = (csv) => {
  const sums = new Map();
  const seen = new Set();
  for (const row of readCsv(csv)) {
    if (!row.contest) continue;
    const sum = sums.get(row.contest) || { ballots: 0, invalid: 0, sealed: 0, votes: new Map() };
    sums.set(row.contest, sum);
    if (!row.no) {
      sum.sealed += Number(row.ballots);
      continue;
    }
    const once = `${row.box} ${row.contest}`;
    if (!seen.has(once)) {
      seen.add(once);
      sum.ballots += Number(row.ballots);
      sum.invalid += Number(row.invalid);
    }
    sum.votes.set(row.no, (sum.votes.get(row.no) || 0) + Number(row.votes));
  }
  return sums;
};

const nation = async () => {
  const sums = addUp(await getText(`data/${chosen}/stations.csv`));
  const official = await getJson(`data/${chosen}/overview.json`);
  const found = [];
  let good = true;
  for (const contest of official.contests) {
    const mine = sums.get(contest.contest) || { ballots: 0, invalid: 0, votes: new Map() };
    const lines = contest.options.map((option) => [nameOf(option), mine.votes.get(String(option.no)) || 0, option.votes]);
    lines.push([say("invalid"), mine.invalid, contest.invalid], [say("ballots"), mine.ballots, contest.ballots]);
    const spare = contest.merged_ballots; // small cells, opened as one row: in the official total and in no box's row
    const rows = lines.map(([name, sum, told]) => {
      const differs = spare ? told - sum < 0 || told - sum > spare : sum !== (told || 0);
      if (differs) good = false;
      return { cells: [name, figure(sum), figure(told), figure((told || 0) - sum)], differs };
    });
    if (spare && contest.ballots - mine.ballots !== spare) good = false;
    found.push(table(nameOf(contest), [say("line"), say("mine"), say("official"), say("difference")], rows));
    if (spare) found.push(make("p", say("merged", figure(spare))));
  }
  return [verdict(good, say(good ? "nation.good" : "nation.bad")), ...found];
};

/* One signed text: who signed it, and whether it is in the log. */
const checkText = async (report, keys) => {
  const bytes = await get(reportFile(report));
  const box = await signedBy(readNote(words8(bytes)), readKey(keys.get(report.box) || "+"));
  const proof = await checkProof(bytes, reportFile(report));
  const told = [
    verdict(box, say(box === null ? "sign.unknown" : box ? "sign.good" : "sign.bad", report.box)),
    verdict(proof.text && proof.path, say(proof.text && proof.path ? "log.good" : "log.bad", figure(proof.index))),
    verdict(proof.signed, say(proof.signed === null ? "head.unknown" : proof.signed ? "head.good" : "head.bad")),
    make("p", say("head.key", proof.origin, proof.key)),
  ];
  return [make("h4", say(`kind.${report.kind}`) + ` · ${report.box}`), ...told];
};

const station = async ({ station: input }) => {
  const data = await stationData(input.value.trim());
  const keys = await keysOf(chosen);
  const found = [make("p", nameOf(data.place))];
  for (const report of data.reports) found.push(...(await checkText(report, keys)));
  if (!data.reports.length) found.push(verdict(null, say("station.none")));
  return [...found, ...copyForm(data)];
};

/* "My copy differs": figures of a photographed protocol or tape, compared here and sent nowhere. */
const copyForm = (data) =>
  data.contests
    .filter((contest) => contest.invalid !== null)
    .map((contest) => {
      const home = make("div");
      const lines = [
        ...contest.options.map((option) => [String(option.no), `${option.no} ${nameOf(option)}`, option.votes]),
        ["invalid", say("invalid"), contest.invalid],
        ["ballots", say("ballots"), contest.ballots],
      ];
      const fields = Object.fromEntries(lines.map(([key]) => [`line-${key}`, { inputmode: "numeric", pattern: "[0-9]{1,7}" }]));
      for (const [key, name] of lines) WORDS.set(`copy-${contest.contest}.line-${key}`, name);
      for (const key of ["title", "what", "do"]) WORDS.set(`copy-${contest.contest}.${key}`, say(`copy.${key}`, nameOf(contest)));
      tool(home, `copy-${contest.contest}`, fields, async (inputs) => {
        const rows = lines.map(([key, name, told]) => {
          const mine = Number(inputs[`line-${key}`].value);
          return { cells: [name, figure(mine), figure(told)], differs: mine !== told };
        });
        const good = rows.every((row) => !row.differs);
        return [
          verdict(good, say(good ? "copy.good" : "copy.bad")),
          table(nameOf(contest), [say("line"), say("copy.mine"), say("published")], rows),
          ...(good ? [] : [make("p", say("complain"))]),
        ];
      });
      return home;
    });

/* The code of a tape: the published text with this very signature, or the figures side by side. */
const tape = async (text) => {
  const bytes = fromBase32(text.replace(/^.*#/, "").trim());
  if (!bytes) return [verdict(false, say("tape.unreadable"))];
  const code = readTape(bytes);
  const elections = await listElections();
  for (const name of elections) if (hex((await sha256(utf8(name))).slice(0, 8)) === code.election8) chosen = name;
  const data = await stationData(code.station);
  const found = [make("p", say("tape.says", say(`kind.${code.kind}`), code.station, code.box, code.copy))];
  if (code.rehearsal) found.push(make("p", say("tape.rehearsal")));
  let published = null;
  for (const report of data.reports.filter((one) => one.box === code.box && one.kind === code.kind)) {
    const note = readNote(await getText(reportFile(report)));
    if (hex(note.signatures[0].blob.slice(4)) === code.signature) {
      const box = await signedBy(note, readKey((await keysOf(chosen)).get(code.box) || "+"));
      found.push(verdict(true, say("tape.same")));
      found.push(verdict(box, say(box === null ? "sign.unknown" : box ? "sign.good" : "sign.bad", code.box)));
      return [...found, ...compareTape(code, note.text)];
    }
    published = published || note;
  }
  found.push(verdict(false, say(published ? "tape.other" : "tape.none")), make("p", say("complain")));
  return [...found, ...compareTape(code, published ? published.text : "")];
};

const compareTape = (code, text) => {
  const published = readFigures(text);
  return (code.contests || []).map((contest) => {
    const there = published.get(contest.contest) || { votes: null };
    const votes = new Map(there.votes || []);
    const lines = (contest.votes || []).map(([no, mine]) => [String(no), mine, votes.get(no)]);
    if (contest.votes) lines.push([say("invalid"), contest.invalid, there.invalid]);
    lines.push([say("ballots"), contest.ballots, there.ballots]);
    const rows = lines.map(([name, mine, told]) => ({ cells: [name, figure(mine), figure(told)], differs: mine !== told }));
    return table(contest.contest, [say("line"), say("tape.tape"), say("published")], rows);
  });
};

const draw = async ({ seed, count }) => {
  const throws = readThrows(seed.value);
  if (!throws) return [verdict(false, say("draw.throws", FEWEST_THROWS))];
  const bytes = await get(`data/${chosen}/draw-manifest.json`);
  const manifest = hex(await sha256(bytes));
  const { stations } = JSON.parse(words8(bytes));
  const wanted = Number(count.value);
  if (!(wanted >= 1 && wanted <= stations.length)) return [verdict(false, say("draw.many", stations.length))];
  const drawn = await drawStations(stations, manifest, throws, wanted);
  const rows = drawn.map((one, at) => ({ cells: [`${at + 1}`, one.station, figure(one.place), figure(one.counter)] }));
  const columns = [say("draw.order"), say("draw.station"), say("draw.place"), say("draw.counter")];
  return [make("p", say("draw.list", manifest)), table(say("draw.title"), columns, rows)];
};

/* Elections are those whose packages the log names at its beginning. */
let known = null;
const listElections = async () => {
  if (!known) {
    const entries = (await bundleWith(0, (await currentHead()).size)).map((entry) => JSON.parse(words8(entry)));
    known = [...new Set(entries.filter((entry) => entry.type === "package").map((entry) => entry.election))];
  }
  return known;
};

const start = async () => {
  const home = document.getElementById("check");
  if (!home || !crypto.subtle) return;
  for (const line of home.dataset.words.trim().split("\n")) {
    const [key, text] = line.trim().split(/=(.*)/s);
    WORDS.set(key, text);
  }
  const code = location.hash.slice(1);
  if (/^[A-Z2-7]{100,}$/.test(code)) {
    for (const link of document.querySelectorAll(".languages a")) link.hash = code;
  }
  home.hidden = false;
  let elections = [];
  try {
    elections = await listElections();
  } catch {
    home.append(verdict(null, say("nothing")));
    return;
  }
  const label = make("label", say("election"), { class: "which" });
  const select = make("select");
  for (const name of elections) select.append(make("option", name, { value: name }));
  chosen = elections[elections.length - 1] || "";
  select.value = chosen;
  select.addEventListener("change", () => (chosen = select.value));
  label.append(select);
  home.append(label);
  const read = tool(home, "tape", { code: {} }, async ({ code: input }) => {
    const found = await tape(input.value);
    select.value = chosen;
    return found;
  });
  tool(home, "station", { station: { inputmode: "numeric", pattern: "[0-9]{1,6}" } }, station);
  tool(home, "nation", {}, nation);
  tool(home, "draw", { seed: {}, count: { inputmode: "numeric", pattern: "[0-9]{1,4}" } }, draw);
  if (/^[A-Z2-7]{100,}$/.test(code)) {
    read.elements.code.value = code;
    read.scrollIntoView();
    read.requestSubmit();
  }
};
start();
