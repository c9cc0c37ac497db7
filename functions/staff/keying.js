// Checks the rules of a protocol while figures are typed, keeps what is typed, and moves on with Enter.
// The rules come with the page as data; the server checks the same ones again when the paper is handed over.
"use strict";

(() => {
  const form = document.querySelector("form.keying");
  if (!form) return;
  const figures = [...form.querySelectorAll("input[data-line]")];
  const slots = [...form.querySelectorAll(".breach")];
  const tally = form.querySelector(".tally");
  const kept = form.querySelector(".kept");
  const MOST = 1000000;

  // A whole number up to a million, spaces between its digits passed over; null for anything else.
  const figure = (text) => {
    const digits = text.replace(/\s+/gu, "");
    if (!/^[0-9]{1,7}$/.test(digits)) return null;
    const value = Number(digits);
    return value <= MOST ? value : null;
  };

  // The sum of several lines; null while a figure of one of them is missing.
  const side = (lines) => {
    let sum = 0;
    for (const input of figures) {
      if (!lines.includes(input.dataset.line)) continue;
      const value = figure(input.value);
      if (value === null) return null;
      sum += value;
    }
    return sum;
  };

  const holds = (typed, relation, expected) =>
    relation === "=" ? typed === expected : relation === "<=" ? typed <= expected : typed >= expected;

  const check = () => {
    let broken = 0;
    for (const slot of slots) {
      const typed = side(slot.dataset.left.split(" "));
      const expected = side(slot.dataset.right.split(" "));
      const fails = typed !== null && expected !== null && !holds(typed, slot.dataset.relation, expected);
      slot.hidden = !fails;
      slot.textContent = fails
        ? slot.dataset.said.replace("{typed}", String(typed)).replace("{expected}", String(expected))
        : "";
      if (fails) broken += 1;
    }
    const said = broken ? tally.dataset.said.replace("{count}", String(broken)) : "";
    if (tally.textContent !== said) tally.textContent = said;
  };

  let typedSince = false;
  let sending = false;
  let leaving = false;
  const keep = async () => {
    if (!typedSince || sending || leaving) return;
    sending = true;
    typedSince = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("quiet", "1");
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      kept.textContent = kept.dataset.kept;
    } catch {
      typedSince = true;
      kept.textContent = kept.dataset.lost;
    }
    sending = false;
  };

  form.addEventListener("input", () => {
    typedSince = true;
    check();
  });
  form.addEventListener("submit", () => {
    leaving = true;
  });
  form.addEventListener("keydown", (event) => {
    const at = figures.indexOf(event.target);
    if (event.key !== "Enter" || at < 0) return;
    event.preventDefault();
    const next = figures[at + 1] ?? form.querySelector("textarea[name=unreconciled], button");
    next.focus();
    if (next.select) next.select();
  });
  setInterval(keep, 4000);
  check();
})();
