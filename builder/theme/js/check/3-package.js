/* The election package: a ZIP file, read by its own list, its tables as CSV. Only what is asked for is unpacked. */
const unzip = async (bytes, wanted) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Wrong("package");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const found = {};
  for (let nth = 0; nth < count; nth += 1) {
    const [method, packed, nameSize, extra, remark] = [
      view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint16(at + 28, true),
      view.getUint16(at + 30, true), view.getUint16(at + 32, true),
    ];
    const local = view.getUint32(at + 42, true);
    const name = words8(bytes.slice(at + 46, at + 46 + nameSize)).replace(/^[^/]*\//, "");
    if (wanted.includes(name)) {
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const body = bytes.slice(start, start + packed);
      found[name] = words8(method === 0 ? body : await inflated(body));
    }
    at += 46 + nameSize + extra + remark;
  }
  return found;
};

const inflated = async (body) => {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/* Rows of a CSV as objects by column; quotes as in RFC 4180. */
const readCsv = (text) => {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows[rows.length - 1];
    if (quoted && letter === '"' && text[at + 1] === '"') {
      row[row.length - 1] += '"';
      at += 1;
    } else if (letter === '"') {
      quoted = !quoted;
    } else if (letter === "," && !quoted) {
      row.push("");
    } else if (letter === "\n" && !quoted) {
      rows.push([""]);
    } else if (letter !== "\r" || quoted) {
      row[row.length - 1] += letter;
    }
  }
  const [columns, ...others] = rows;
  return others
    .filter((row) => row.length === columns.length)
    .map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
};

const keysOf = async (election) => {
  const { "boxes.csv": boxes } = await unzip(await get(`data/${election}/package.zip`), ["boxes.csv"]);
  return new Map(readCsv(boxes || "").map((row) => [row.id, row.vkey]));
};
