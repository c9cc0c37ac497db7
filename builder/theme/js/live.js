/* An open data page follows the count by itself.
 *
 * It asks for one small file, the pointer, every few seconds while the page is looked at. When the pointer has a new
 * version, the page fetches its own address again, compares, and changes in place what differs: nothing is reloaded,
 * the focus, the scroll position and opened <details> stay. Every figure comes from the page's HTML, none is computed
 * here. Without this script the page is the same page, as old as it was when it was opened.
 *
 * <main data-page data-scope data-election data-version data-pointer data-zone>
 * data-live="KEY"   the content of this element follows the count; a key stands once on a page
 * data-key="KEY"    a row that keeps its identity when rows change places
 * data-age          <small> beside a <time>: says how long ago that was
 * data-live-keep    an element that belongs to another script (an interactive map): never touched
 * data-announce="…" the words to announce a change of this element with, when the reader asked for announcements
 *
 * The pointer: {"election", "version", "complete", "published_at", "open", "held_since", "overview"}.
 */
(() => {
  "use strict";
  const main = document.querySelector("main[data-page]");
  const bar = document.querySelector("[data-state]");
  const tools = document.querySelector(".tools[data-words]");
  if (!main || !tools || !main.dataset.pointer) return; // the list of elections has no bar: it follows without one

  const EVERY = 4000; // ms between two questions on the night
  const CALM = 60000; // … when the count is closed
  const LONGEST = 60000; // … after errors
  const AGAIN = 12000; // ms after which a page is asked for once more: a cache may have held the one before
  const STALE = 180; // s without a publication while the count is open
  const DAY = 86400;
  const words = Object.fromEntries(tools.dataset.words.split("|").map((pair) => pair.split(/=(.*)/s)));
  const say = (key, value) => (words[key] || "#").replace("#", value);

  let version = Number(main.dataset.version); // the pointer's version that this page has caught up with
  let complete; // the version up to which every page was made when this page was last compared
  let pointer = null;
  let failures = 0;
  let timer = 0;
  let followUp = 0;

  /* The pointer is asked for under a condition of our own, so that 304 is seen as 304. */
  let etag = "";
  const askPointer = async () => {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(main.dataset.pointer, { headers, cache: "no-store", credentials: "omit" });
    if (answer.status === 304) return null;
    if (!answer.ok) throw new Error(`pointer: ${answer.status}`);
    etag = answer.headers.get("ETag") || "";
    return answer;
  };
  /* The page is asked for through the browser's cache, which holds what was opened: unchanged, it costs a 304. */
  let seen = "";
  const askPage = async () => {
    const answer = await fetch(location.pathname, { cache: "no-cache", credentials: "omit", redirect: "error" });
    if (!answer.ok) throw new Error(`page: ${answer.status}`);
    const text = await answer.text();
    if (text === seen) return null;
    seen = text;
    return text;
  };

  // ---- age ----------------------------------------------------------------------------------------------------
  const fresh = bar ? bar.querySelector("[data-fresh]") : document.createElement("span");
  let printed = fresh.textContent; // what the page itself says of its time
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: main.dataset.zone || "Asia/Bishkek", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  let bornAt = 0; // the moment of publication on this machine's own monotonic clock, ms
  let heardAt = performance.now();

  /* The reader's clock may be wrong: the age is the server's "now" less the publication, both told by the server. A
   * replayed night is published in its own time, long ago: there the age is that of the file, or, where the server does
   * not tell it, counted from when the version came to this page. */
  const setBirth = (answer) => {
    const now = Date.parse(answer.headers.get("Date")) || Date.now();
    let born = Date.parse(pointer.published_at);
    if (pointer.open && now - born > DAY * 1000) born = Date.parse(answer.headers.get("Last-Modified")) || now;
    bornAt = performance.now() - Math.max(0, now - born);
  };
  const span = (seconds) => {
    if (seconds < 60) return say("seconds", Math.floor(seconds));
    if (seconds < 3600) return say("minutes", Math.floor(seconds / 60));
    return say("hours", Math.floor(seconds / 3600));
  };
  const put = (text) => {
    if (fresh.textContent !== text) fresh.textContent = text;
  };
  const showAge = () => {
    if (!bar) return;
    if (!pointer) {
      if (failures > 2) {
        bar.dataset.liveState = "stale";
        put(say("offline", span((performance.now() - heardAt) / 1000)));
      }
      return;
    }
    const age = (performance.now() - bornAt) / 1000;
    const at = clock.format(new Date(pointer.published_at));
    let state = "fresh";
    let text = `${say("updated", at)} · ${say("age", span(age))}`;
    if (failures > 2) {
      state = "stale";
      text = say("offline", span((performance.now() - heardAt) / 1000));
    } else if (pointer.held_since) {
      state = "stale";
      text = say("held", clock.format(new Date(pointer.held_since)));
    } else if (!pointer.open) {
      state = "closed"; // nothing is awaited: an age would say nothing
      text = printed;
    } else if (age > STALE) {
      state = "stale";
      text = say("stale", span(age));
    }
    bar.dataset.liveState = state;
    put(text);
  };

  /* Beside a time marked so: how long ago it was, while that says something. A replayed night says nothing. */
  const showAges = () => {
    for (const place of main.querySelectorAll("small[data-age]")) {
      const then = Date.parse(place.parentElement.querySelector("time").dateTime);
      const age = (Date.now() - then) / 1000;
      const text = age >= 0 && age < 2 * DAY ? say("age", span(age)) : "";
      if (place.textContent !== text) place.textContent = text;
    }
  };

  // ---- announcements ------------------------------------------------------------------------------------------
  const voice = document.createElement("p");
  voice.className = "unseen";
  voice.setAttribute("aria-live", "off");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "announce";
  const setVoice = (on) => {
    voice.setAttribute("aria-live", on ? "polite" : "off");
    button.setAttribute("aria-pressed", String(on));
    button.textContent = words[on ? "announce.off" : "announce.on"];
    if (!on) voice.textContent = "";
  };
  const speaks = () => voice.getAttribute("aria-live") === "polite";
  const announce = (changed) => {
    if (!speaks() || changed.length === 0) return;
    const told = changed.filter((e) => e.dataset.announce).map((e) => `${e.dataset.announce}: ${e.textContent.trim()}.`);
    voice.textContent = told.join(" ") || say("announced", clock.format(new Date(pointer.published_at)));
  };
  button.addEventListener("click", () => setVoice(!speaks()));

  // ---- patching -----------------------------------------------------------------------------------------------
  const keyOf = (node) => (node.nodeType === 1 && (node.dataset.key || node.dataset.live || node.id)) || "";
  const sameKind = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

  const morphAttributes = (now, next) => {
    for (const { name, value } of next.attributes) {
      if (now.getAttribute(name) !== value) now.setAttribute(name, value);
    }
    for (const { name } of [...now.attributes]) {
      const readers = name === "open" && now.nodeName === "DETAILS"; // what the reader has opened stays open
      if (!next.hasAttribute(name) && !readers) now.removeAttribute(name);
    }
  };
  const morph = (now, next) => {
    if (now.isEqualNode(next)) return;
    if (now.nodeType !== 1) {
      if (now.data !== next.data) now.data = next.data;
      return;
    }
    if (now.hasAttribute("data-live-keep")) return;
    morphAttributes(now, next);
    const keyed = new Map();
    for (const child of now.children) if (keyOf(child)) keyed.set(keyOf(child), child);
    let at = now.firstChild;
    for (const wanted of [...next.childNodes]) {
      const known = keyOf(wanted) && keyed.get(keyOf(wanted));
      if (known && sameKind(known, wanted)) {
        if (known === at) at = at.nextSibling;
        else now.insertBefore(known, at);
        keyed.delete(keyOf(wanted));
        morph(known, wanted);
      } else if (at && sameKind(at, wanted)) {
        const here = at;
        at = at.nextSibling;
        morph(here, wanted);
      } else {
        now.insertBefore(document.importNode(wanted, true), at);
      }
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };

  const lively = (root) => {
    const found = new Map();
    for (const element of root.querySelectorAll("[data-live]")) found.set(element.dataset.live, element);
    return found;
  };
  const texts = (root) => new Map([...lively(root)].map(([key, element]) => [key, element.textContent]));

  const patch = (next) => {
    const nextMain = next.querySelector("main[data-page]");
    const nextState = next.querySelector('[data-state] [data-live="state"]');
    // Another page at this address, or an older one from some cache: leave what stands.
    if (!nextMain || nextMain.dataset.scope !== main.dataset.scope) return;
    if (nextMain.dataset.election !== main.dataset.election) return;
    if (Number(nextMain.dataset.version) < Number(main.dataset.version)) return;
    const before = texts(document);
    const focused = document.activeElement;
    const y = window.scrollY;
    const anchor = CSS.supports("overflow-anchor", "auto") ? null : document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    const anchoredAt = anchor ? anchor.getBoundingClientRect().top : 0;

    const nextBar = next.querySelector("[data-state]");
    if (bar && nextBar) {
      const state = bar.querySelector('[data-live="state"]');
      if (nextState && state) morph(state, nextState);
      bar.className = nextBar.className;
      printed = nextBar.querySelector("[data-fresh]").textContent;
    }
    const was = lively(main);
    const will = lively(nextMain);
    // The same places on both: change these alone. A place has come or gone: compare the whole page.
    if (was.size > 0 && was.size === will.size && [...will.keys()].every((key) => was.has(key))) {
      for (const [key, element] of will) morph(was.get(key), element);
      main.dataset.version = nextMain.dataset.version;
    } else {
      morph(main, nextMain);
    }
    if (document.title !== next.title) document.title = next.title;

    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    if (anchor && anchor.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - anchoredAt);
    else if (Math.abs(window.scrollY - y) > 0 && !CSS.supports("overflow-anchor", "auto")) window.scrollTo(0, y);

    const changed = [...lively(document)].filter(([key, e]) => before.get(key) !== e.textContent).map(([, e]) => e);
    for (const element of changed) {
      element.classList.add("arrived");
      setTimeout(() => element.classList.remove("arrived"), 2600);
    }
    announce(changed);
    document.dispatchEvent(new CustomEvent("shailoo:patched", { detail: { version: Number(main.dataset.version) } }));
  };

  const refresh = async () => {
    const text = await askPage();
    if (text !== null) patch(new DOMParser().parseFromString(text, "text/html"));
  };

  // ---- asking -------------------------------------------------------------------------------------------------
  const later = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    const calm = pointer && !pointer.open ? CALM : EVERY;
    const wait = failures ? Math.min(LONGEST, EVERY * 2 ** Math.min(failures, 8)) : calm;
    timer = setTimeout(poll, wait * (0.75 + Math.random() / 2)); // jitter: readers must not come in step
  };
  const poll = async () => {
    clearTimeout(timer);
    try {
      const answer = await askPointer();
      if (answer) {
        pointer = await answer.json();
        setBirth(answer);
      }
      heardAt = performance.now();
      if (pointer && complete === undefined) complete = pointer.complete;
      if (pointer && (pointer.version !== version || pointer.complete !== complete)) {
        await refresh();
        version = pointer.version;
        complete = pointer.complete;
        clearTimeout(followUp);
        followUp = setTimeout(() => refresh().catch(() => undefined), AGAIN);
      }
      failures = 0;
    } catch {
      failures += 1;
    }
    showAge();
    later();
  };

  setVoice(false);
  if (bar) {
    bar.querySelector(".fresh").append(button);
    bar.append(voice);
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else poll();
  });
  addEventListener("online", poll);
  setInterval(() => {
    showAge();
    showAges();
  }, 1000);
  poll();
})();
