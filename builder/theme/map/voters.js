/* The map of voters, on the Leaflet map that folium has drawn. Words come from the page (`data-words`), figures from one
 * GeoJSON file beside it; shares are taken from the two integers of that file. All of it also stands in the tables. */
function shailooVotersMap(map) {
  "use strict";
  const box = map.getContainer();
  const words = JSON.parse(box.dataset.words);
  const home = box.dataset.home;
  const language = box.dataset.language;
  const what = document.getElementById("map-layer");
  const level = document.getElementById("map-level");
  const legend = document.getElementById("map-legend");
  const STEPS = 5;
  let data = null;
  let drawn = null;

  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());

  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const share = (part, base) => {
    const hundredths = Math.floor((part * 20000 + base) / (2 * base));
    const rest = String(hundredths % 100).padStart(2, "0");
    return `${Math.floor(hundredths / 100)}${language === "en" ? "." : ","}${rest}\u202f%`;
  };
  const counted = () => what.value === "voters";
  /* The value of an area in whole steps: people, or whole percents; null where nothing is told. */
  const value = (area) => {
    if (counted()) return area.voters;
    return area.base ? Math.floor((100 * area[what.value]) / area.base) : null;
  };
  const nice = (span) => {
    for (let power = 1; ; power *= 10) {
      for (const one of [1, 2, 5]) if (span <= one * power * (STEPS - 1)) return one * power;
    }
  };
  const scale = (areas) => {
    const known = areas.map(value).filter((one) => one !== null);
    if (known.length === 0) return { floor: 0, step: 1 };
    const lowest = Math.min(...known);
    const span = Math.max(...known) - lowest + 1;
    const step = counted() ? nice(span) : Math.max(1, Math.ceil(span / STEPS));
    return { floor: counted() ? Math.floor(lowest / step) * step : lowest, step };
  };
  const shade = (area, { floor, step }) => {
    const one = value(area);
    return one === null ? "cn" : `c${Math.min(STEPS - 1, Math.floor((one - floor) / step))}`;
  };
  const summary = (area) => {
    const lines = [`${words.voters}: ${number(area.voters)}`];
    for (const key of ["women", "young", "first_time"]) {
      lines.push(`${words[key]}: ${area.base ? share(area[key], area.base) : words.nothing}`);
    }
    return lines;
  };
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const popup = (area) => {
    const made = element("div");
    made.append(element("strong", area.name[language]), ...summary(area).map((line) => element("p", line)));
    if (area.level === "region") {
      const link = element("a", words.open);
      link.href = `${home}numbers/${area.id}/`;
      made.append(link);
    }
    return made;
  };
  const paint = () => {
    const shown = data.features.filter((feature) => feature.properties.level === level.value);
    const steps = scale(shown.map((feature) => feature.properties));
    if (drawn) drawn.remove();
    drawn = L.geoJSON({ type: "FeatureCollection", features: shown }, {
      style: (feature) => ({ className: shade(feature.properties, steps), stroke: true, weight: 1.2, fillOpacity: 1 }),
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
    legend.hidden = false;
    const bounds = Array.from({ length: STEPS }, (_, n) => steps.floor + steps.step * n);
    legend.replaceChildren(...bounds.map((bound, n) => element("li", counted() ? number(bound) : `${bound}\u202f%`, `c${n}`)));
  };
  const start = async () => {
    const answer = await fetch(box.dataset.areas, { credentials: "omit", cache: "no-cache" });
    if (!answer.ok) throw new Error(String(answer.status));
    data = await answer.json();
    paint();
    for (const tools of document.querySelectorAll(".leaf-tools")) tools.hidden = false;
    map.fitBounds(drawn.getBounds(), { padding: [8, 8] });
    map.setMaxBounds(drawn.getBounds().pad(0.5));
    what.addEventListener("change", paint);
    level.addEventListener("change", paint);
  };
  start().catch(() => { box.hidden = true; });
}
