/* The map of voters: figures come from one GeoJSON file beside it. All of it also stands in the tables. */
function shailooVotersMap(map) {
  "use strict";
  const what = document.getElementById("map-layer");
  let steps = { floor: 0, step: 1 };
  let data = null;

  const counted = () => what.value === "voters";
  /* The value of an area in whole steps: people, or whole percents; null where nothing is told. */
  const value = (area) => {
    if (counted()) return area.voters;
    const part = area[what.value];
    return part === null || !area.base ? null : Math.floor((100 * part) / area.base);
  };
  const areas = shailooAreas(map, {
    colour: (area) => {
      const one = value(area);
      return one === null ? "cn" : `c${Math.min(areas.STEPS - 1, Math.floor((one - steps.floor) / steps.step))}`;
    },
    summary: (area) => [
      `${areas.words.voters}: ${areas.number(area.voters)}`,
      ...["women", "young", "first_time"].map((key) => `${areas.words[key]}: ${areas.share(area[key], area.base)}`),
    ],
    href: (area) => `${areas.home}numbers/${area.id}/`,
  });
  const nice = (span) => {
    for (let power = 1; ; power *= 10) {
      for (const one of [1, 2, 5]) if (span <= one * power * (areas.STEPS - 1)) return one * power;
    }
  };
  const scale = (known) => {
    if (known.length === 0) return { floor: 0, step: 1 };
    const lowest = Math.min(...known);
    const span = Math.max(...known) - lowest + 1;
    const step = counted() ? nice(span) : Math.max(1, Math.ceil(span / areas.STEPS));
    return { floor: counted() ? Math.floor(lowest / step) * step : lowest, step };
  };
  const paint = () => {
    const features = areas.shown(data);
    steps = scale(features.map((feature) => value(feature.properties)).filter((one) => one !== null));
    areas.draw(features);
    const bounds = Array.from({ length: areas.STEPS }, (_, n) => steps.floor + steps.step * n);
    areas.showLegend(bounds.map((bound, n) => [counted() ? areas.number(bound) : `${bound}\u202f%`, `c${n}`]));
  };
  areas.load(areas.box.dataset.areas, "no-cache")
    .then((loaded) => {
      data = loaded;
      paint();
      areas.offer([what, paint], [areas.level, paint]);
      areas.fit();
    })
    .catch(areas.hide);
}
