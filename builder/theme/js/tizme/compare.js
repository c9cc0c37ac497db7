/* Any two dates: totals of every version of the list, from one file. Shares and ages are not in it: those are renewed
 * seldom, so that nobody can be recognised by a difference. Without a script the fixed comparisons above remain. */
(() => {
  "use strict";
  const box = document.getElementById("compare");
  if (!box) return;
  const language = box.dataset.language;
  const from = document.getElementById("compare-from");
  const to = document.getElementById("compare-to");
  const level = document.getElementById("compare-level");
  const body = box.querySelector("tbody");
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const signed = (n) => (n > 0 ? "+" : n < 0 ? "\u2212" : "") + number(Math.abs(n));
  const cell = (tag, text, className) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const row = (name, before, now, className) => {
    const made = document.createElement("tr");
    if (className) made.className = className;
    const head = cell("th", name);
    head.scope = "row";
    const change = now - before;
    made.append(head, cell("td", number(before)), cell("td", number(now)), cell("td", signed(change), change ? "" : "same"));
    return made;
  };
  const show = (data) => {
    const before = data.versions[from.value].places;
    const now = data.versions[to.value].places;
    const rows = data.places
      .filter((place) => place.kind === level.value)
      .map((place) => row(place.name[language], before[place.key] || 0, now[place.key] || 0));
    body.replaceChildren(...rows, row(body.dataset.sum, before.country, now.country, "sum"));
  };
  const fill = (select, data, chosen) => {
    const options = data.versions.map((version, n) => {
      const option = cell("option", `${version.as_of} \u2116 ${version.number}`);
      option.value = String(n);
      option.selected = n === chosen;
      return option;
    });
    select.replaceChildren(...options.reverse());
  };
  const start = async () => {
    const answer = await fetch(box.dataset.series, { credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    const data = await answer.json();
    if (data.versions.length < 2) return;
    fill(from, data, 0);
    fill(to, data, data.versions.length - 1);
    for (const select of [from, to, level]) select.addEventListener("change", () => show(data));
    show(data);
    box.hidden = false;
  };
  start().catch(() => { box.hidden = true; });
})();
