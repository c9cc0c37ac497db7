/* Two conveniences of the commissions' documents; without this file both pages work as plain forms.

   1. Sending in parts: the file's digest names the upload, so that after a broken link, a closed page or a restarted
      phone the same file goes on where it stopped. A part that fails is tried again, each time a little later.
   2. Drawing areas to black out on a page with a mouse or a finger; each can be removed again by click or key. */
"use strict";

(() => {
  const TRIES = 12;
  const LONGEST_WAIT_MS = 30000;
  const KEY = "shailoo-upload";

  class Told extends Error {}

  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

  const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");

  const kept = {
    read() {
      try { return JSON.parse(localStorage.getItem(KEY) || "{}"); } catch { return {}; }
    },
    write(value) {
      try { localStorage.setItem(KEY, JSON.stringify(value)); } catch { /* a private window: nothing is remembered */ }
    },
    put(digest, about) { this.write({ ...this.read(), [digest]: about }); },
    drop(digest) { const all = this.read(); delete all[digest]; this.write(all); },
  };

  /* One request, tried again while the link or the server is weak. What the server refuses is told at once. */
  async function ask(form, method, address, body, headers = {}) {
    for (let attempt = 0; ; attempt += 1) {
      let answer = null;
      try {
        const ours = address.startsWith("/") ? { "x-form-token": form.elements.token.value } : {}; // it stays here
        answer = await fetch(address, { method, body, headers: { ...ours, ...headers }, credentials: "same-origin" });
      } catch {
        answer = null; // no link at this moment
      }
      if (answer && answer.ok) return answer.headers.get("content-type") === "application/json" ? answer.json() : null;
      if (answer && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
        const said = await answer.json().catch(() => ({}));
        throw new Told(said.sentence || form.dataset.saysFailed);
      }
      if (attempt + 1 >= TRIES) throw new Told(form.dataset.saysFailed);
      say(form, form.dataset.saysWaiting);
      const pause = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
      await wait(pause / 2 + Math.random() * pause / 2);
    }
  }

  const say = (form, text) => { form.querySelector(".upload-says").textContent = text; };

  function progress(form, done, all) {
    const bar = form.querySelector("progress");
    bar.hidden = false;
    bar.max = all;
    bar.value = done;
    const kib = (bytes) => String(Math.ceil(bytes / 1024));
    say(form, form.dataset.saysSending.replace("%1", kib(done)).replace("%2", kib(all)));
  }

  async function send(form, file) {
    if (file.size > Number(form.dataset.most)) throw new Told(form.dataset.saysTooLarge);
    say(form, form.dataset.saysReading);
    const digest = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const asked = JSON.stringify({
      election: form.dataset.election, station: form.dataset.station, paper: form.elements.paper.value,
      bytes: file.size, sha256: digest,
    });
    kept.put(digest, { name: file.name, at: location.pathname, paper: form.elements.paper.value });
    const upload = await ask(form, "POST", "/staff/uploads", asked, { "content-type": "application/json" });
    if (!upload.document) {
      const count = Math.max(1, Math.ceil(file.size / upload.part_bytes));
      const there = new Set(upload.parts);
      for (let number = 1; number <= count; number += 1) {
        const from = (number - 1) * upload.part_bytes;
        const to = Math.min(file.size, from + upload.part_bytes);
        if (!there.has(number)) {
          progress(form, from, file.size);
          const address = upload.addresses[number] || `/staff/uploads/${upload.upload}/${number}`;
          await ask(form, "PUT", address, file.slice(from, to));
        }
        progress(form, to, file.size);
      }
      say(form, form.dataset.saysChecking);
      const done = await ask(form, "POST", `/staff/uploads/${upload.upload}/complete`, asked, {
        "content-type": "application/json",
      });
      upload.document = done.document;
    }
    kept.drop(digest);
    location.assign(upload.document);
  }

  function sending(form) {
    const button = form.querySelector("button");
    for (const about of Object.values(kept.read())) {
      if (about.at === location.pathname) {
        say(form, form.dataset.saysUnfinished.replace("%1", about.name));
        form.elements.paper.value = about.paper;
      }
    }
    form.addEventListener("submit", (event) => {
      const file = form.elements.file.files[0];
      if (!file) return;
      event.preventDefault();
      button.disabled = true;
      send(form, file).catch((error) => {
        say(form, error instanceof Told ? error.message : form.dataset.saysFailed);
        button.disabled = false;
      });
    });
  }

  function drawing(form) {
    const areas = [];
    const write = () => { form.elements.areas.value = areas.map((one) => one.sides.join(",")).join(";"); };
    write(); // a browser that goes back may remember areas that are no longer drawn

    for (const sheet of form.querySelectorAll(".sheet")) {
      const image = sheet.querySelector("img");
      let from = null;
      let shown = null;

      const at = (event) => {
        const box = image.getBoundingClientRect();
        const part = (value, size) => Math.min(10000, Math.max(0, Math.round((value / size) * 10000)));
        return [part(event.clientX - box.left, box.width), part(event.clientY - box.top, box.height)];
      };
      const place = (one, [x, y, width, height]) => {
        one.style.left = `${x / 100}%`;
        one.style.top = `${y / 100}%`;
        one.style.width = `${width / 100}%`;
        one.style.height = `${height / 100}%`;
      };
      const between = (one, other) => [
        Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.abs(one[0] - other[0]), Math.abs(one[1] - other[1]),
      ];

      image.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        image.setPointerCapture(event.pointerId);
        from = at(event);
        shown = document.createElement("button");
        shown.type = "button";
        shown.className = "area";
        shown.setAttribute("aria-label", sheet.dataset.remove);
        shown.title = sheet.dataset.remove;
        sheet.append(shown);
      });
      image.addEventListener("pointermove", (event) => {
        if (from) place(shown, between(from, at(event)));
      });
      const end = (event) => {
        if (!from) return;
        const box = between(from, at(event));
        const button = shown;
        from = null;
        if (event.type === "pointercancel" || box[2] < 30 || box[3] < 30) { // a touch, not a rectangle
          button.remove();
          return;
        }
        place(button, box);
        const area = { sides: [sheet.dataset.page, ...box] };
        areas.push(area);
        write();
        button.addEventListener("click", () => {
          areas.splice(areas.indexOf(area), 1);
          button.remove();
          write();
        });
      };
      image.addEventListener("pointerup", end);
      image.addEventListener("pointercancel", end);
    }
  }

  if (window.crypto && crypto.subtle) document.querySelectorAll("form.upload").forEach(sending);
  document.querySelectorAll("form.blackout").forEach(drawing);
})();
