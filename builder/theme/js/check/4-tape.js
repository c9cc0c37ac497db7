/* The code under the signature on the tape (docs/report-text.md): figures without names, and the signature itself. */
const readTape = (bytes) => {
  let at = 0;
  const byte = () => {
    if (at >= bytes.length) throw new Wrong("tape");
    return bytes[at++];
  };
  const number = () => {
    let value = 0;
    for (let shift = 1; shift <= 2 ** 21; shift *= 128) {
      const next = byte();
      value += (next & 127) * shift;
      if (next < 128) return value;
    }
    throw new Wrong("tape");
  };
  const take = (size) => Array.from({ length: size }, byte);
  const word = () => String.fromCharCode(...take(byte()));
  const many = (read) => Array.from({ length: number() }, read);
  const pair = () => [number(), number()];

  if (byte() !== 1) throw new Wrong("tape");
  const head = byte();
  const present = byte();
  const code = {
    kind: ["zero", "final", "annex"][head & 3],
    rehearsal: Boolean(head & 4),
    election8: hex(Uint8Array.from(take(8))),
    station: word(),
    box: word(),
    copy: number(),
    contests: null,
  };
  if (present & 1) number();
  for (let bit = 1; bit <= 4; bit += 1) if ((present >> bit) & 1) take(5);
  if (head & 32) {
    code.contests = many(() => {
      const contest = { contest: word(), ballots: number(), votes: null };
      const how = byte();
      if (how > 0) {
        contest.invalid = number();
        contest.valid = number();
        contest.votes = how === 1 ? many(number).map((votes, nth) => [nth + 1, votes]) : many(pair);
      }
      return contest;
    });
    many(() => {
      word();
      pair();
      return many(pair);
    });
  }
  code.signature = hex(Uint8Array.from(take(64)));
  if (at !== bytes.length || !code.kind) throw new Wrong("tape");
  return code;
};

/* The figures of a signed text by the columns of the paper: contest → {ballots, invalid, valid, votes}. */
const readFigures = (text) => {
  const found = new Map();
  for (const section of text.split(`${"-".repeat(42)}\n`).slice(1)) {
    const [name, ...lines] = section.split("\n");
    if (/^[ 0-9]{3} /.test(lines[0])) continue; // preference votes of an annex
    const totals = [];
    const votes = [];
    let no = "";
    const first = lines.findIndex((line) => line.length === 42 && TOTALS.includes(line.slice(0, 35).trim()));
    for (const line of lines.slice(Math.max(0, first))) {
      if (totals.length === 3 && !no) no = line.slice(0, 3).trim();
      if (line.length !== 42 || !/[0-9]$/.test(line)) continue;
      if (no) votes.push([Number(no), Number(line.slice(35))]);
      else totals.push(Number(line.slice(35)));
      no = "";
    }
    const [ballots, invalid, valid] = totals;
    found.set(name.slice(1, -1), { ballots, invalid, valid, votes: totals.length > 1 ? votes : null });
  }
  return found;
};
const TOTALS = ["Бюллетендер", "Бюллетеней", "Ballots"];
