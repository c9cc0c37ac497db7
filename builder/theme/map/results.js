/* The map of results, on the Leaflet map that folium has drawn. All words come from the page (`data-words`), all figures
 * from one GeoJSON file beside it, which alone changes when results arrive. Shares are taken from the two integers of
 * that file. Whatever the map shows also stands in the tables under it. */
function shailooResultsMap(map) {
  "use strict";
  const box = map.getContainer();
  const words = JSON.parse(box.dataset.words);
  const home = box.dataset.home;
  const language = box.dataset.language;
  const what = document.getElementById("map-layer");
  const level = document.getElementById("map-level");
  const showStations = document.getElementById("map-stations");
  const legend = document.getElementById("map-legend");
  const STEPS = 5;
  let data = null;
  let drawn = null;
  let stations = null;

  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());

  // ---- figures --------------------------------------------------------------------------------------------------
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const share = (part, base) => {
    if (part === null || !base) return "\u2014";
    const hundredths = Math.floor((part * 20000 + base) / (2 * base));
    const rest = String(hundredths % 100).padStart(2, "0");
    return `${Math.floor(hundredths / 100)}${language === "en" ? "." : ","}${rest}\u202f%`;
  };
  const pair = (area) => {
    if (what.value === "turnout") return [area.participants, area.voters];
    return [area.ballots === null ? null : (area.votes[what.value.slice(6)] ?? null), area.ballots];
  };
  /* The same steps as on the map without script: whole percents, compared as integers. */
  const bounds = (areas) => {
    const known = areas.map(pair).filter(([part, base]) => part !== null && base > 0);
    if (known.length === 0) return Array.from({ length: STEPS }, (_, n) => n * 20);
    const floors = known.map(([part, base]) => Math.floor((100 * part) / base));
    const lowest = Math.min(...floors);
    const step = Math.max(1, Math.ceil((Math.max(...floors) - lowest + 1) / STEPS));
    return Array.from({ length: STEPS }, (_, n) => lowest + step * n);
  };
  const shade = (area, steps) => {
    const [part, base] = pair(area);
    if (part === null || !base) return "cn";
    return `c${Math.max(0, ...steps.map((bound, n) => (100 * part >= bound * base ? n : 0)))}`;
  };

  // ---- words ----------------------------------------------------------------------------------------------------
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const summary = (area) => {
    const lines = [];
    if (area.participants === null) return [words.nothing];
    const turnout = share(area.participants, area.voters);
    lines.push(`${words.turnout}: ${turnout} (${number(area.participants)} / ${number(area.voters)})`);
    const leader = data.options[area.leader];
    if (leader) {
      const part = share(area.votes[area.leader], area.ballots);
      lines.push(`${words.leader}: ${leader.name[language]}, ${part} (${number(area.votes[area.leader])})`);
    }
    if (what.value.startsWith("share:")) {
      const [part, base] = pair(area);
      const option = data.options[what.value.slice(6)];
      if (part !== null) lines.push(`${option.name[language]}: ${share(part, base)} (${number(part)} / ${number(base)})`);
    }
    return lines;
  };
  const popup = (area) => {
    const made = element("div");
    made.append(element("strong", area.name[language]), ...summary(area).map((line) => element("p", line)));
    if (area.level === "region") {
      const link = element("a", words.open);
      link.href = `${home}region/${area.id}/`;
      made.append(link);
    }
    return made;
  };
  const showLegend = (areas, steps) => {
    legend.hidden = false;
    legend.classList.toggle("key", what.value === "leader");
    legend.classList.toggle("scale", what.value !== "leader");
    if (what.value === "leader") {
      const ahead = [...new Set(areas.map((area) => area.leader).filter(Boolean))];
      legend.replaceChildren(...ahead.map((key) => element("li", data.options[key].name[language], `t${data.options[key].tone}`)));
    } else {
      legend.replaceChildren(...steps.map((bound, n) => element("li", `${bound}\u202f%`, `c${n}`)));
    }
  };

  // ---- areas ----------------------------------------------------------------------------------------------------
  const paint = () => {
    const shown = data.features.filter((feature) => feature.properties.level === level.value);
    const areas = shown.map((feature) => feature.properties);
    const steps = bounds(areas);
    const colour = (area) => {
      if (what.value !== "leader") return shade(area, steps);
      return area.leader ? `t${data.options[area.leader].tone}` : "cn";
    };
    if (drawn) drawn.remove();
    drawn = L.geoJSON({ type: "FeatureCollection", features: shown }, {
      style: (feature) => ({ className: colour(feature.properties), stroke: true, weight: 1.2, fillOpacity: 1 }),
      onEachFeature: (feature, layer) => layer.bindPopup(() => popup(feature.properties)),
    }).addTo(map);
    drawn.eachLayer((layer) => {
      const path = layer.getElement();
      const area = layer.feature.properties;
      path.setAttribute("tabindex", "0");
      path.setAttribute("role", "button");
      path.setAttribute("aria-label", `${area.name[language]}. ${summary(area).join(". ")}`);
      path.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") layer.openPopup();
      });
    });
    drawn.bringToBack();
    showLegend(areas, steps);
  };
  const load = async (address) => {
    const answer = await fetch(address, { credentials: "omit", cache: "no-cache" });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.json();
  };
  const refresh = async () => {
    data = await load(box.dataset.areas);
    paint();
  };

  // ---- stations: fetched when asked for -------------------------------------------------------------------------
  const dot = (className, size, text) => {
    const icon = L.divIcon({ className, iconSize: [size, size], html: text || "" });
    return icon;
  };
  const toggleStations = async () => {
    if (!showStations.checked) {
      if (stations) stations.remove();
      return;
    }
    if (!stations) {
      const file = await load(box.dataset.stations);
      stations = L.markerClusterGroup({
        showCoverageOnHover: false,
        chunkedLoading: true,
        animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        iconCreateFunction: (cluster) => dot("cluster", 30, String(cluster.getChildCount())),
      });
      for (const { properties: { no }, geometry: { coordinates: [longitude, latitude] } } of file.features) {
        const marker = L.marker([latitude, longitude], { icon: dot("station", 14), title: no, alt: `${words.station} ${no}` });
        marker.bindPopup(() => {
          const link = element("a", `${words.station} \u2116 ${no}`);
          link.href = `${home}station/${no}/`;
          return link;
        });
        stations.addLayer(marker);
      }
    }
    map.addLayer(stations);
  };

  for (const tools of document.querySelectorAll(".leaf-tools")) tools.hidden = false;
  what.addEventListener("change", paint);
  level.addEventListener("change", paint);
  showStations.addEventListener("change", () => toggleStations().catch(() => { showStations.checked = false; }));
  document.addEventListener("shailoo:patched", () => refresh().catch(() => undefined));
  refresh()
    .then(() => {
      map.fitBounds(drawn.getBounds(), { padding: [8, 8] });
      map.setMaxBounds(drawn.getBounds().pad(0.5));
    })
    .catch(() => { box.hidden = true; });
}
