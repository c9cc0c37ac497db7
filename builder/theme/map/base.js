/* What every map of ours shares, on the Leaflet map that folium has drawn. Words come from the page (`data-words`), names
 * are set as text and never as markup. */
function shailooMap(map) {
  "use strict";
  const box = map.getContainer();
  const words = JSON.parse(box.dataset.words);
  const element = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const load = async (address, cache = "default") => {
    const answer = await fetch(address, { credentials: "omit", cache });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.json();
  };
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  // Leaflet names the button in English only.
  map.on("popupopen", ({ popup }) => {
    const button = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (button) button.setAttribute("aria-label", words.close);
  });
  return { box, words, element, load, home: box.dataset.home, language: box.dataset.language };
}

/* A map of regions or rayons, coloured in five steps. What an area is worth, says and leads to is the caller's: `colour`
 * (area -> class), `summary` (area -> lines), `href` (area -> address of its page). Shares are taken from two integers;
 * what is not told is a dash, and never a nought. */
function shailooAreas(map, own) {
  "use strict";
  const { colour, summary, href } = own;
  const base = shailooMap(map);
  const { box, words, element, language } = base;
  const level = document.getElementById("map-level");
  const legend = document.getElementById("map-legend");
  let drawn = null;

  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const share = (part, whole) => {
    if (part === null || !whole) return "\u2014";
    const hundredths = Math.floor((part * 20000 + whole) / (2 * whole));
    const rest = String(hundredths % 100).padStart(2, "0");
    return `${Math.floor(hundredths / 100)}${language === "en" ? "." : ","}${rest}\u202f%`;
  };
  const popup = (area) => {
    const made = element("div");
    made.append(element("strong", area.name[language]), ...summary(area).map((line) => element("p", line)));
    if (area.level === "region") {
      const link = element("a", words.open);
      link.href = href(area);
      made.append(link);
    }
    return made;
  };
  const shown = (data) => data.features.filter((feature) => feature.properties.level === level.value);
  const draw = (features) => {
    if (drawn) drawn.remove();
    drawn = L.geoJSON({ type: "FeatureCollection", features }, {
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
  };
  const showLegend = (items) => {
    legend.hidden = false;
    legend.replaceChildren(...items.map(([text, className]) => element("li", text, className)));
  };
  const fit = () => {
    map.fitBounds(drawn.getBounds(), { padding: [8, 8] });
    map.setMaxBounds(drawn.getBounds().pad(0.5));
  };
  const hide = () => { box.hidden = true; };
  const offer = (...controls) => {
    for (const tools of document.querySelectorAll(".leaf-tools")) tools.hidden = false;
    for (const [control, act] of controls) control.addEventListener("change", act);
  };
  return { ...base, level, legend, number, share, shown, draw, showLegend, fit, hide, offer, STEPS: 5 };
}
