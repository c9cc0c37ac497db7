/* The part of the shell that needs a script: the reader's choice of colours, and search.
 *
 * Runs in the head before anything is painted, so that a chosen scheme never flashes. Without it the page follows the
 * system's scheme and has no search field; nothing else is lost. Material's own script (35 KB, and an index of every
 * station) is fetched at the first use of search and not before.
 */
(() => {
  "use strict";
  const root = document.documentElement;
  const KEY = "shailoo-scheme";
  root.classList.replace("no-js", "js");

  // A browser that refuses storage (private mode, a strict setting) throws: the choice then lasts for one page.
  const stored = {
    get(key) {
      try { return localStorage.getItem(key); } catch { return null; }
    },
    set(key, value) {
      try { localStorage.setItem(key, value); } catch { /* see above */ }
    },
  };
  const chosen = stored.get(KEY);
  if (chosen === "dark" || chosen === "light") root.dataset.scheme = chosen;

  // A page in a frame of ours, such as the strip with the dates, follows the choice made around it.
  addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue) root.dataset.scheme = event.newValue;
  });

  // Material's script expects these four; its own page defines them in an inline script, which our policy forbids.
  window.__md_scope = new URL(".", location.href);
  window.__md_hash = (text) => Array.from(text).reduce((sum, c) => ((sum << 5) - sum + c.charCodeAt(0)) | 0, 0);
  window.__md_get = () => null;
  window.__md_set = () => undefined;

  const isDark = () =>
    root.dataset.scheme ? root.dataset.scheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const addSchemeButton = (tools) => {
    const words = Object.fromEntries(tools.dataset.words.split("|").map((pair) => pair.split(/=(.*)/s)));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool scheme";
    const label = () => {
      const word = isDark() ? words.light : words.dark;
      button.setAttribute("aria-label", word);
      button.title = word;
    };
    button.addEventListener("click", () => {
      root.dataset.scheme = isDark() ? "light" : "dark";
      stored.set(KEY, root.dataset.scheme);
      label();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    label();
    tools.append(button);
  };

  const addSearch = (tools) => {
    const toggle = document.getElementById("__search");
    const input = tools.querySelector("[data-md-component=search-query]");
    const find = tools.querySelector("[data-find]");
    let asked = false;
    const load = () => {
      if (asked) return;
      asked = true;
      const script = document.createElement("script");
      script.src = tools.dataset.bundle;
      script.addEventListener("error", () => { asked = false; });
      document.body.append(script);
    };
    const open = () => {
      load();
      toggle.checked = true;
      toggle.dispatchEvent(new Event("change"));
      input.focus();
    };
    find.hidden = false;
    find.addEventListener("click", open);
    input.addEventListener("focus", load);
    // Until Material's script is here nothing else closes the dialog; and it does not give the focus back.
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      toggle.checked = false;
      find.focus();
    });
    if (new URLSearchParams(location.search).has("q")) load();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const tools = document.querySelector(".tools");
    if (!tools) return;
    addSearch(tools);
    addSchemeButton(tools);
  });
})();
