/* Signed notes, checkpoints and proofs of the transparency log (docs/log.md, C2SP, RFC 6962). */
class Wrong extends Error {}

const readNote = (text) => {
  const cut = text.lastIndexOf("\n\n");
  if (cut < 0) throw new Wrong("note");
  const signatures = text.slice(cut + 2).split("\n").filter(Boolean).map((line) => {
    const [dash, name, blob] = line.split(" ");
    if (dash !== "\u2014" || !blob) throw new Wrong("note");
    return { name, blob: fromBase64(blob) };
  });
  return { text: text.slice(0, cut + 1), signatures };
};

const readKey = (vkey) => {
  const text = vkey.trim();
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  const bytes = fromBase64(text.slice(second + 1));
  if (first < 1 || second < 0 || bytes[0] !== 1 || bytes.length !== 33) throw new Wrong("key");
  return { name: text.slice(0, first), id: text.slice(first + 1, second), publicKey: bytes.slice(1) };
};

/* Whether the key signed the note: true, false, or null where the browser cannot tell. */
const signedBy = async (note, key) => {
  const found = note.signatures.find((one) => one.name === key.name && hex(one.blob.slice(0, 4)) === key.id);
  return found ? verified(key.publicKey, found.blob.slice(4), utf8(note.text)) : false;
};

const readHead = (text) => {
  const [origin, size, root] = text.split("\n");
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Wrong("head");
  return { origin, size: Number(size), root: fromBase64(root) };
};

const readProof = (text) => {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, cut).split("\n");
  if (cut < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Wrong("proof");
  if (lines[0].startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift());
  if (!index) throw new Wrong("proof");
  return { index: Number(index[1]), path: lines.map(fromBase64), note: readNote(text.slice(cut + 2)) };
};

const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

/* RFC 9162, 2.1.3.2. Sizes stay below 2^53, so halves are made by division, not by shifting. */
const includes = async (leaf, index, size, root, path) => {
  if (index >= size) return false;
  let node = index;
  let last = size - 1;
  let found = leaf;
  const half = (number) => Math.floor(number / 2);
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 || node === last) {
      found = await nodeHash(sibling, found);
      while (node % 2 === 0 && node) [node, last] = [half(node), half(last)];
    } else {
      found = await nodeHash(found, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && same(found, root);
};

const tileNumber = (index) => {
  const groups = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0").match(/.{3}/g);
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
};

const unpack = (bundle) => {
  const entries = [];
  for (let at = 0; at < bundle.length; ) {
    const size = bundle[at] * 256 + bundle[at + 1];
    entries.push(bundle.slice(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return entries;
};

/* The entries of the bundle in which an entry lies, under the head as it is now. */
const bundleWith = async (index, size) => {
  const number = Math.floor(index / 256);
  const width = Math.min(256, size - number * 256);
  return unpack(await get(`log/tile/entries/${tileNumber(number)}${width < 256 ? `.p/${width}` : ""}`));
};

const currentHead = async () => readHead(readNote(await getText("log/checkpoint")).text);

/* Everything that a proof says of a text: is it this entry, does the path lead to the root, who signed the head. */
const checkProof = async (bytes, file) => {
  const proof = readProof(await getText(`${file}.tlog-proof`));
  const key = readKey(await getText("log/vkey"));
  const head = readHead(proof.note.text);
  const entry = (await bundleWith(proof.index, (await currentHead()).size))[proof.index % 256];
  const said = JSON.parse(words8(entry));
  return {
    index: proof.index,
    origin: head.origin,
    key: key.name === head.origin ? key.id : "",
    text: said.type === "report" && said.sha256 === hex(await sha256(bytes)),
    path: await includes(await leafHash(entry), proof.index, head.size, head.root, proof.path),
    signed: key.name === head.origin ? await signedBy(proof.note, key) : false,
  };
};
