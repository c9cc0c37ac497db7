/* Offers towns and villages of the address register while a name is typed; without this file the form asks back. */
"use strict";

document.querySelectorAll("input[data-places]").forEach((input) => {
  const PAUSE_MS = 200;
  const LEAST = 2;
  const list = document.createElement("datalist");
  list.id = `${input.id}-places`;
  input.after(list);
  input.setAttribute("list", list.id);
  let waiting = 0;
  let asked = "";

  async function offer() {
    const text = input.value.trim();
    if (text.length < LEAST || text === asked) return;
    asked = text;
    const body = new URLSearchParams({ text, lang: document.documentElement.lang });
    const answer = await fetch(input.dataset.places, { method: "POST", body, credentials: "omit" }).catch(() => null);
    if (!answer || !answer.ok || asked !== text) return; // no link, or something else is typed by now
    const { places } = await answer.json();
    list.replaceChildren(...places.map((name) => Object.assign(document.createElement("option"), { value: name })));
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(offer, PAUSE_MS);
  });
});
