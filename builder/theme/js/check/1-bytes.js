/* Bytes, digests, signatures: WebCrypto and nothing else. The files of this folder are joined into one script. */
const utf8 = (text) => new TextEncoder().encode(text);
const words8 = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/* Capitals of RFC 4648 without padding, as on the tape; null for anything that is not spelled so. */
const fromBase32 = (text) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    const five = letters.indexOf(letter);
    if (five < 0) return null;
    value = ((value << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
    }
  }
  return (value & ((1 << bits) - 1)) === 0 && bits < 5 ? Uint8Array.from(bytes) : null;
};

/* true or false; null where this browser cannot verify Ed25519. */
const verified = async (publicKey, signature, message) => {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return null;
  }
};

const HOME = "/results/";
class Missing extends Error {}
const get = async (path) => {
  const answer = await fetch(HOME + path, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok) throw new Missing(path);
  return new Uint8Array(await answer.arrayBuffer());
};
const getText = async (path) => words8(await get(path));
const getJson = async (path) => JSON.parse(await getText(path));
