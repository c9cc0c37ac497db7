/* Two conveniences of the door of cases; without this file every page works as a plain form.

   1. Proof of work: while the first page is read, a number is counted for its task; with it more may be filed from one
      address. Whoever sends the form earlier sends it without.
   2. Documents in parts: the file's digest names the upload, so that after a broken link the same file goes on where it
      stopped. A part that fails is tried again, each time a little later. */
"use strict";

(() => {
  const TRIES = 12;
  const LONGEST_WAIT_MS = 30000;
  const AT_ONCE = 256;
  const UPLOADS = "/api/cases/uploads";

  class Told extends Error {}

  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");
  const sha256 = (data) => crypto.subtle.digest("SHA-256", data);

  function zeroBits(buffer) {
    const bytes = new Uint8Array(buffer);
    let at = 0;
    while (at < bytes.length && bytes[at] === 0) at += 1;
    return 8 * at + (at < bytes.length ? Math.clz32(bytes[at]) - 24 : 0);
  }

  async function work(form) {
    const { task, bits } = form.dataset;
    const encoder = new TextEncoder();
    for (let from = 0; ; from += AT_ONCE) {
      const numbers = Array.from({ length: AT_ONCE }, (_, at) => from + at);
      const digests = await Promise.all(numbers.map((one) => sha256(encoder.encode(`${task}:${one}`))));
      const found = digests.findIndex((one) => zeroBits(one) >= Number(bits));
      if (found >= 0) {
        form.elements.task.value = task;
        form.elements.work.value = String(from + found);
        return;
      }
      await wait(0); // the page stays usable on a slow telephone
    }
  }

  const say = (form, text) => { form.querySelector("[role=status]").textContent = text; };

  /* One request, tried again while the link or the server is weak. What the server refuses is told at once. */
  async function ask(form, method, address, body) {
    for (let attempt = 0; ; attempt += 1) {
      let answer = null;
      try {
        const ours = { "x-case-code": form.elements.code.value, accept: "application/json" };
        answer = await fetch(address, {
          method, body, credentials: "same-origin", headers: address.startsWith("/") ? ours : {}, // the code stays here
        });
      } catch {
        answer = null; // no link at this moment
      }
      if (answer && answer.ok) return answer.headers.get("content-type") === "application/json" ? answer.json() : null;
      if (answer && answer.status < 500 && answer.status !== 408) {
        const said = await answer.json().catch(() => ({}));
        throw new Told(said.sentence || form.dataset.saysFailed);
      }
      if (attempt + 1 >= TRIES) throw new Told(form.dataset.saysFailed);
      say(form, form.dataset.saysWaiting);
      const pause = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
      await wait(pause / 2 + Math.random() * pause / 2);
    }
  }

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
    const digest = hex(await sha256(await file.arrayBuffer()));
    const about = `document=${encodeURIComponent(form.elements.document.value)}`;
    const upload = await ask(form, "POST", `${UPLOADS}?${about}&bytes=${file.size}&sha256=${digest}`);
    if (upload.document) return;
    const there = new Set(upload.parts);
    const count = Math.max(1, Math.ceil(file.size / upload.part_bytes));
    for (let number = 1; number <= count; number += 1) {
      const from = (number - 1) * upload.part_bytes;
      const to = Math.min(file.size, from + upload.part_bytes);
      if (!there.has(number)) {
        progress(form, from, file.size);
        const address = upload.addresses[number] || `${UPLOADS}/${upload.upload}/${number}`;
        await ask(form, "PUT", address, file.slice(from, to));
      }
      progress(form, to, file.size);
    }
    say(form, form.dataset.saysChecking);
    await ask(form, "POST", `${UPLOADS}/${upload.upload}/complete?${about}`);
  }

  function sending(form) {
    const button = form.querySelector("button");
    form.addEventListener("submit", (event) => {
      const file = form.elements.file.files[0];
      if (!file) return;
      event.preventDefault();
      button.disabled = true;
      send(form, file).then(
        () => document.querySelector("form[data-way]").submit(), // without a way to go: the same page, with the file
        (error) => {
          say(form, error instanceof Told ? error.message : form.dataset.saysFailed);
          button.disabled = false;
        },
      );
    });
  }

  if (!window.crypto || !crypto.subtle) return; // no digest outside a secure context: the plain forms remain
  document.querySelectorAll("form[data-task]").forEach((form) => { work(form).catch(() => {}); });
  document.querySelectorAll("form[data-most]").forEach(sending);
})();
