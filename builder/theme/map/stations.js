/* The map of polling stations, on the Leaflet map that folium has drawn. All words come from the page (`data-words`).
 * Where somebody points never leaves the browser: boundaries come as whole files, a rayon each, and the point is compared
 * with them here. Names are set as text, never as markup. Everything shown stands on pages without script too. */
function shailooStationMap(map) {
  "use strict";
  const { box, words, home, language, element, load } = shailooMap(map);
  const answer = document.getElementById("map-answer");
  const search = document.getElementById("map-find");
  const hits = document.getElementById("map-hits");
  const rayon = document.getElementById("map-rayon");
  const COUNTRY = [[39.17, 69.25], [43.27, 80.3]];
  const BOUNDARIES_FROM = 10;
  const CITIES_FROM = 9;
  const NAMES_FROM = 11;
  const MOST_HITS = 12;
  const E5 = 100000;

  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const plain = (text) => text.toLocaleLowerCase().replace(/ё/g, "е").replace(/[№#.,]/g, " ").replace(/\s+/g, " ").trim();

  map.createPane("names").style.zIndex = 450;
  map.getPane("names").style.pointerEvents = "none";

  let index = { rayons: [], commissions: {} };
  const stations = new Map();
  const outlines = new Map();
  const files = new Map();
  const names = L.layerGroup();
  let pin = null;
  let lit = null;

  // ---- what is answered -----------------------------------------------------------------------------------------
  const told = (no) => {
    const station = stations.get(no);
    const card = element("div", "", "found-station");
    const title = element("h2");
    const link = element("a", fill(words.station, { number: no }));
    link.href = `${home}station/${no}/`;
    title.append(link);
    card.append(title);
    if (!station) return card;
    const facts = element("dl", "", "facts");
    const commission = index.commissions[station.commission];
    for (const [label, text] of [
      [words.building, station.building],
      [words.address, station.address],
      [words.hours, `${station.opens}\u2013${station.closes}`],
      [words.access, words[`step_free_${station.step_free}`]],
      [words.commission, commission ? commission[language] : ""],
    ]) {
      if (text) facts.append(element("dt", label), element("dd", text));
    }
    card.append(facts);
    return card;
  };
  const say = (...parts) => {
    answer.replaceChildren(...parts);
    answer.scrollIntoView({ block: "nearest", behavior: "auto" });
  };
  const light = (layer) => {
    for (const one of lit || []) one.getElement()?.classList.remove("on");
    lit = layer;
    for (const one of lit || []) {
      one.bringToFront();
      one.getElement()?.classList.add("on");
    }
  };

  // ---- boundaries: a rayon's file when it is looked at ----------------------------------------------------------
  const within = ([x, y], ring) => {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  };
  const holds = (geometry, point) => {
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return parts.some(([outer, ...holes]) => within(point, outer) && !holes.some((hole) => within(point, hole)));
  };
  const draw = (file) => {
    const drawn = L.geoJSON(file, { interactive: false, style: () => ({ className: "boundary" }) }).addTo(map);
    drawn.eachLayer((layer) => {
      outlines.set(layer.feature.properties.station, { geometry: layer.feature.geometry, layer });
    });
  };
  const fetchFile = (href) => {
    if (!files.has(href)) {
      files.set(href, load(href).then(draw).catch((error) => { files.delete(href); throw error; }));
    }
    return files.get(href);
  };
  const crossing = (west, south, east, north) =>
    index.rayons.flatMap((one) => one.files).filter(({ box: [w, s, e, n] }) => w <= east && e >= west && s <= north && n >= south);
  const around = () => {
    if (map.getZoom() < BOUNDARIES_FROM) return;
    const view = map.getBounds();
    const found = crossing(view.getWest() * E5, view.getSouth() * E5, view.getEast() * E5, view.getNorth() * E5);
    for (const file of found) fetchFile(file.href).catch(() => undefined);
  };

  // ---- a tap ----------------------------------------------------------------------------------------------------
  const mark = (latlng) => {
    if (pin) pin.remove();
    const icon = L.divIcon({ className: "tapped", iconSize: [18, 18] });
    pin = L.marker(latlng, { icon, interactive: false, keyboard: false, zIndexOffset: 1000 }).addTo(map);
  };
  const nearest = (latlng) => {
    let best = null;
    for (const [no, { at }] of stations) {
      const apart = map.distance(latlng, at);
      if (!best || apart < best.apart) best = { no, apart };
    }
    return best;
  };
  const ask = async (latlng) => {
    mark(latlng);
    const [x, y] = [Math.round(latlng.lng * E5), Math.round(latlng.lat * E5)];
    try {
      await Promise.all(crossing(x, y, x, y).map((file) => fetchFile(file.href)));
    } catch {
      light(null);
      say(element("p", words.not_loaded, "notice"));
      return;
    }
    const found = [...outlines].filter(([, { geometry }]) => holds(geometry, [latlng.lng, latlng.lat])).map(([no]) => no).sort();
    light(found.map((no) => outlines.get(no).layer));
    if (found.length === 1) {
      say(element("p", words.inside), told(found[0]));
    } else if (found.length > 1) {
      say(element("p", words.overlap, "notice"), ...found.map(told));
    } else {
      const near = nearest(latlng);
      say(element("p", words.outside, "notice"), ...(near ? [told(near.no)] : []));
    }
  };
  map.on("click", (event) => ask(event.latlng));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === box) ask(map.getCenter());
  });

  // ---- stations -------------------------------------------------------------------------------------------------
  const icon = (className, size, text) => L.divIcon({ className, iconSize: size, html: text });
  const clusters = L.markerClusterGroup({
    showCoverageOnHover: false,
    chunkedLoading: true,
    maxClusterRadius: 45,
    disableClusteringAtZoom: 14,
    spiderfyOnMaxZoom: false,
    animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    iconCreateFunction: (cluster) => icon("cluster", [32, 32], String(cluster.getChildCount())),
  });
  const show = async (no, closer) => {
    const station = stations.get(no);
    if (!station) return;
    if (closer) map.setView(station.at, Math.max(map.getZoom(), station.rayon ? 14 : 8), { animate: false });
    if (pin) pin.remove();
    light(null);
    say(told(no));
    const mine = index.rayons.find((one) => one.id === station.rayon);
    await Promise.all((mine ? mine.files : []).map((file) => fetchFile(file.href).catch(() => undefined)));
    const outline = outlines.get(no);
    if (outline) light([outline.layer]);
  };
  const centres = (file) => {
    const markers = file.features.map(({ properties, geometry: { coordinates: [longitude, latitude] } }) => {
      const no = properties.station;
      const at = L.latLng(latitude, longitude);
      const sought = plain(`${no} ${properties.name} ${properties.building} ${properties.address}`);
      stations.set(no, { ...properties, at, sought });
      const title = fill(words.station, { number: no });
      const marker = L.marker(at, { icon: icon("centre", [44, 22], no), title, alt: title });
      return marker.on("click", () => show(no, false)).on("keypress", (event) => {
        if (event.originalEvent.key === "Enter") show(no, false);
      });
    });
    clusters.addLayers(markers);
    map.addLayer(clusters);
  };

  // ---- search ---------------------------------------------------------------------------------------------------
  const seek = () => {
    const sought = plain(search.value).split(" ").filter(Boolean);
    if (!sought.length) {
      hits.replaceChildren();
      return;
    }
    const found = [...stations].filter(([, { sought: text }]) => sought.every((word) => text.includes(word)));
    found.sort(([a], [b]) => (b === sought[0]) - (a === sought[0]) || a.localeCompare(b));
    const lines = found.slice(0, MOST_HITS).map(([no, station]) => {
      const button = element("button", `\u2116 ${no} \u2014 ${station.name}, ${station.address}`);
      button.type = "button";
      button.addEventListener("click", () => {
        show(no, true);
        hits.replaceChildren();
        answer.querySelector("a").focus({ preventScroll: true });
      });
      const line = element("li");
      line.append(button);
      return line;
    });
    if (!found.length) lines.push(element("li", words.none));
    if (found.length > MOST_HITS) lines.push(element("li", fill(words.more, { count: String(found.length - MOST_HITS) })));
    hits.replaceChildren(...lines);
  };
  search.addEventListener("input", seek);
  search.form.addEventListener("submit", (event) => {
    event.preventDefault();
    hits.querySelector("button")?.click();
  });
  const choose = async (id) => {
    const chosen = index.rayons.find((one) => one.id === id);
    if (!chosen) return;
    rayon.value = id;
    const points = [...stations.values()].filter((one) => one.rayon === id).map((one) => one.at);
    const corners = chosen.files.flatMap(({ box: [w, s, e, n] }) => [[s / E5, w / E5], [n / E5, e / E5]]);
    if (points.length || corners.length) {
      map.fitBounds(L.latLngBounds([...points, ...corners]), { padding: [12, 12], maxZoom: 15, animate: false });
    }
    await Promise.all(chosen.files.map((file) => fetchFile(file.href).catch(() => undefined)));
  };
  rayon.addEventListener("change", () => {
    if (rayon.value) choose(rayon.value);
    else map.fitBounds(COUNTRY, { animate: false });
  });

  // ---- names of towns, so that one knows where one is -----------------------------------------------------------
  let places = [];
  const label = () => {
    names.clearLayers();
    const view = map.getBounds();
    const deep = map.getZoom() >= NAMES_FROM;
    if (map.getZoom() < CITIES_FROM) return;
    for (const { properties, geometry: { coordinates: [longitude, latitude] } } of places) {
      if ((properties.kind === "city" || deep) && view.contains([latitude, longitude])) {
        const text = element("span", properties.name[language]);
        const made = L.divIcon({ className: `place-name ${properties.kind === "city" ? "city" : ""}`, html: text, iconSize: null, iconAnchor: [0, 28] });
        names.addLayer(L.marker([latitude, longitude], { icon: made, pane: "names", interactive: false, keyboard: false }));
      }
    }
  };

  // ---- beginning ------------------------------------------------------------------------------------------------
  const begin = async () => {
    const asked = Object.fromEntries(location.hash.slice(1).split("&").map((part) => part.split("=")));
    if (asked.rayon) await choose(decodeURIComponent(asked.rayon));
    else if (asked.station) await show(asked.station, true);
    else if (/^-?\d+,-?\d+$/.test(asked.at || "")) {
      map.setView(asked.at.split(",").map((part) => Number(part) / E5), 13, { animate: false });
    }
  };
  const start = async () => {
    map.fitBounds(COUNTRY, { animate: false });
    const [known, file] = await Promise.all([load(box.dataset.index), load(box.dataset.centres)]);
    index = known;
    centres(file);
    map.on("moveend", around);
    names.addTo(map);
    map.on("moveend", label);
    for (const tools of document.querySelectorAll(".map-tools")) tools.hidden = false;
    const slow = [load(box.dataset.places).then((file) => { places = file.features; label(); })];
    if (index.regions) {
      slow.push(load(index.regions).then((file) => {
        L.geoJSON(file, { interactive: false, style: () => ({ className: "ground" }) }).addTo(map).bringToBack();
      }));
    }
    await begin();
    window.addEventListener("hashchange", begin);
    await Promise.allSettled(slow);
    box.dataset.ready = "yes";
  };
  start().catch(() => {
    box.hidden = true;
    answer.replaceChildren(element("p", words.not_loaded, "notice"));
  });
}
