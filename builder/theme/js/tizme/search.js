/* Search by surname in the list of one polling station, in the reader's own browser.
 *
 * No index of names exists anywhere: the index of the list's pages (first and last surname of each, already on this
 * page) tells on which pages a surname would stand; those pages are fetched and read. Kyrgyz letters may be typed with
 * their Russian neighbours: о for ө, у for ү, н for ң. Without this script people follow the same index by hand.
 */
(() => {
  "use strict";
  const ALPHABET = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя";
  const KIN = { ө: "о", ү: "у", ң: "н", ё: "е" };
  const MOST = 60;

  const plain = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();
  const fold = (text) => plain(text).replace(/[өүңё]/g, (letter) => KIN[letter]);
  // Letters in their order; what is no letter (a hyphen, a space) before all of them, an unknown letter after.
  const place = (letter) => {
    const at = ALPHABET.indexOf(letter);
    if (at >= 0) return at + 1;
    return /\p{L}/u.test(letter) ? ALPHABET.length + 1 : 0;
  };
  const compare = (a, b) => {
    for (let n = 0; n < Math.min(a.length, b.length); n += 1) {
      const difference = place(a[n]) - place(b[n]);
      if (difference) return difference;
    }
    return a.length - b.length;
  };

  // Every spelling that the typed one may stand for. Two hundred are enough for any surname; more are not looked up.
  const spellings = (typed) => {
    let found = [""];
    for (const letter of typed) {
      const kin = Object.keys(KIN).filter((other) => KIN[other] === letter);
      found = found.flatMap((start) => [letter, ...kin].map((other) => start + other)).slice(0, 200);
    }
    return found;
  };

  // Whether surnames that begin with `start` may stand between two others, both included.
  const within = (start, first, last) =>
    compare(start, last.slice(0, start.length)) <= 0 && compare(start, first.slice(0, start.length)) >= 0;

  const pagesOf = (typed, index) => {
    const starts = spellings(typed);
    return [...index.querySelectorAll("a")].filter((link) => {
      const [first, last] = [...link.querySelectorAll("b")].map((name) => plain(name.textContent));
      return starts.some((start) => within(start, first, last));
    });
  };

  const read = async (link) => {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.querySelectorAll(".names li")].map((line) => [line.textContent.trim(), link.href]);
  };

  const show = (place_, found, form) => {
    const list = document.createElement("ul");
    list.className = "names";
    for (const [name, href] of found.slice(0, MOST)) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = name;
      list.appendChild(document.createElement("li")).append(link);
    }
    place_.replaceChildren(list);
    if (found.length > MOST) place_.append(form.dataset.more);
  };

  const start = (form) => {
    const index = document.getElementById(form.dataset.seek);
    const place_ = form.querySelector("[data-seek-found]");
    const field = form.querySelector("input");
    let asked = 0;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const mine = (asked += 1);
      const typed = plain(field.value);
      const wanted = fold(typed);
      if (wanted.length < 2) return;
      try {
        const lines = (await Promise.all(pagesOf(typed, index).map(read))).flat();
        if (mine !== asked) return;
        const found = lines.filter(([name]) => fold(name).startsWith(wanted));
        if (found.length) show(place_, found, form);
        else place_.textContent = form.dataset.none;
      } catch {
        if (mine === asked) place_.textContent = form.dataset.failed;
      }
    });
  };

  for (const form of document.querySelectorAll("form[data-seek]")) start(form);
})();
