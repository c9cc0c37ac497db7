/* Narrows the list of streets to what is typed; nothing is sent anywhere. Without it the list is whole and readable.
 * The second field leaves only the lines with that house: `data-n` of a line is first, last, parity. */
(() => {
  "use strict";
  const form = document.querySelector(".street-filter");
  const list = document.querySelector("dl.streets");
  if (!form || !list) return;
  const street = form.querySelector("#street");
  const house = form.querySelector("#house");
  const none = form.querySelector(".none");
  const plain = (text) => text.toLocaleLowerCase().replace(/ё/g, "е").replace(/\s+/g, " ").trim();
  const streets = [...list.children].map((row) => ({
    row,
    name: plain(row.querySelector("dt").textContent),
    runs: [...row.querySelectorAll("dd")].map((line) => {
      const [first, last, parity] = line.dataset.n.split(" ");
      return { line, first: Number(first), last: Number(last), parity };
    }),
  }));
  const holds = (run, number) =>
    run.first <= number && number <= run.last && (run.parity === "all" || (run.parity === "odd") === (number % 2 === 1));
  const narrow = () => {
    const words = plain(street.value).split(" ").filter(Boolean);
    const digits = house.value.trim().match(/^\d+/);
    const number = digits ? Number(digits[0]) : null;
    let shown = 0;
    for (const { row, name, runs } of streets) {
      let any = false;
      for (const run of runs) {
        run.line.hidden = number !== null && !holds(run, number);
        any = any || !run.line.hidden;
      }
      row.hidden = !any || !words.every((word) => name.includes(word));
      if (!row.hidden) shown += 1;
    }
    none.textContent = shown ? "" : none.dataset.none;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", narrow);
  narrow();
})();
