/* Stations for a hand recount, drawn as auditor/draw.py draws them: SHA-256 over four lines, with rejection. */
const FEWEST_THROWS = 20;
const readThrows = (text) => {
  const throws = text.replace(/[\s,;]/g, "");
  return /^[1-6]*$/.test(throws) && throws.length >= FEWEST_THROWS ? throws.split("").join(" ") : null;
};

const drawStations = async (stations, manifest, throws, count) => {
  const size = BigInt(stations.length);
  const range = 1n << 256n;
  const whole = range - (range % size);
  const drawn = new Map();
  for (let counter = 1; drawn.size < count; counter += 1) {
    const text = `shailoo-draw-1\n${manifest}\n${throws}\n${counter}\n`;
    const number = BigInt(`0x${hex(await sha256(utf8(text)))}`);
    const at = Number(number % size);
    if (number < whole && !drawn.has(at)) drawn.set(at, { station: stations[at], place: at + 1, counter });
  }
  return [...drawn.values()];
};
