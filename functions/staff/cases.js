// Keys for whoever works through many cases. Everything works without it.
// Arrow keys move between the cases of a queue and x ticks one, only while the focus is in the list (WCAG 2.1.4).
"use strict";

(() => {
  const list = document.querySelector(".queue table");
  if (list) {
    const rows = [...list.querySelectorAll("tbody tr")];
    const hint = document.querySelector("[data-keys]");
    if (hint) hint.hidden = false;
    list.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const at = rows.indexOf(event.target.closest("tbody tr"));
      if (at < 0) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const tick = rows[at].querySelector("input[type=checkbox]");
      if (step && rows[at + step]) {
        rows[at + step].querySelector("a").focus();
      } else if (event.key === "x" && tick) {
        tick.checked = !tick.checked;
      } else {
        return;
      }
      event.preventDefault();
    });
  }

  // Ctrl and Enter in a text sends its form, as the button does.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.target.form) event.target.form.requestSubmit();
  });
})();
