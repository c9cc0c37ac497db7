/* The map of results. All figures come from one GeoJSON file beside it, which alone changes when results arrive. Whatever
 * the map shows also stands in the tables under it. */
function shailooResultsMap(map) {
  "use strict";
  const what = document.getElementById("map-layer");
  const showStations = document.getElementById("map-stations");
  let steps = [];
  let data = null;
  let stations = null;

  // ---- figures --------------------------------------------------------------------------------------------------
  const pair = (area) => {
    if (what.value === "turnout") return [area.participants, area.voters];
    return [area.ballots === null ? null : (area.votes[what.value.slice(6)] ?? null), area.ballots];
  };
  /* The same steps as on the map without script: whole percents, compared as integers. */
  const bounds = (shown) => {
    const known = shown.map(pair).filter(([part, base]) => part !== null && base > 0);
    if (known.length === 0) return Array.from({ length: areas.STEPS }, (_, n) => n * 20);
    const floors = known.map(([part, base]) => Math.floor((100 * part) / base));
    const lowest = Math.min(...floors);
    const step = Math.max(1, Math.ceil((Math.max(...floors) - lowest + 1) / areas.STEPS));
    return Array.from({ length: areas.STEPS }, (_, n) => lowest + step * n);
  };
  const shade = (area) => {
    const [part, base] = pair(area);
    if (part === null || !base) return "cn";
    return `c${Math.max(0, ...steps.map((bound, n) => (100 * part >= bound * base ? n : 0)))}`;
  };
  const colour = (area) => {
    if (what.value !== "leader") return shade(area);
    return area.leader ? `t${data.options[area.leader].tone}` : "cn";
  };

  // ---- words ----------------------------------------------------------------------------------------------------
  const summary = (area) => {
    const { words, language, number, share } = areas;
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
  const areas = shailooAreas(map, { colour, summary, href: (area) => `${areas.home}region/${area.id}/` });
  const { words, home, element, legend } = areas;
  const showLegend = (shown) => {
    const ahead = what.value === "leader";
    legend.classList.toggle("key", ahead);
    legend.classList.toggle("scale", !ahead);
    if (!ahead) {
      areas.showLegend(steps.map((bound, n) => [`${bound}\u202f%`, `c${n}`]));
      return;
    }
    const leaders = [...new Set(shown.map((area) => area.leader).filter(Boolean))];
    areas.showLegend(leaders.map((key) => [data.options[key].name[areas.language], `t${data.options[key].tone}`]));
  };

  // ---- areas ----------------------------------------------------------------------------------------------------
  const paint = () => {
    const features = areas.shown(data);
    const shown = features.map((feature) => feature.properties);
    steps = bounds(shown);
    areas.draw(features);
    showLegend(shown);
  };
  const refresh = async () => {
    data = await areas.load(areas.box.dataset.areas, "no-cache");
    paint();
  };

  // ---- stations: fetched when asked for -------------------------------------------------------------------------
  const dot = (className, size, text) => L.divIcon({ className, iconSize: [size, size], html: text || "" });
  const toggleStations = async () => {
    if (!showStations.checked) {
      if (stations) stations.remove();
      return;
    }
    if (!stations) {
      const file = await areas.load(areas.box.dataset.stations, "no-cache");
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

  areas.offer(
    [what, paint],
    [areas.level, paint],
    [showStations, () => toggleStations().catch(() => { showStations.checked = false; })],
  );
  document.addEventListener("shailoo:patched", () => refresh().catch(() => undefined));
  refresh().then(areas.fit).catch(areas.hide);
}
