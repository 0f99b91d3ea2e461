// Makes the coastline that maps are drawn on, from Natural Earth by way of the npm package world-atlas: the outlines of
// Norway and of what lies around it, in the projection that map tiles have, so that either fits below the same points.
//
// It is for the server, which draws maps for every reader, with scripts or without; no page loads the file itself.

import { appendFile, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { feature } from "topojson-client";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "..", "byregion", "web", "static", "built");
const atlas = dirname(createRequire(import.meta.url).resolve("world-atlas/package.json"));

/** Mainland Norway: degrees west, south, east and north. */
const FRAME = [3.5, 57.6, 32, 71.5];
const NORWAY = "578"; // https://www.iso.org/obp/ui/#iso:code:3166:NO

/** Degrees of latitude as degrees of longitude are on such a map: https://epsg.io/3857. */
const mercator = (latitude) => (Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) * 180) / Math.PI;

/** Return a ring cut off at one side of the frame: what is inside, and where it crosses (Sutherland and Hodgman). */
function cut(ring, inside, crossing) {
  return ring.flatMap((point, place) => {
    const before = ring.at(place - 1);
    if (inside(point)) return inside(before) ? [point] : [crossing(before, point), point];
    return inside(before) ? [crossing(before, point)] : [];
  });
}

/** Return a ring that goes on where the atlas begins anew: from 180 degrees east to 180 west, as Russia does. */
function whole(ring) {
  let turns = 0;
  return ring.map(([x, y], place) => {
    const before = place ? ring[place - 1][0] : x;
    if (Math.abs(x - before) > 180) turns += x < before ? 360 : -360;
    return [x + turns, y];
  });
}

/** Whether a ring may have something in the frame; the poles, which such a map has no place for, never do. */
function near(ring) {
  const [west, south, east, north] = FRAME;
  const beyond = (outside) => ring.every(outside);
  return !(beyond(([x]) => x < west) || beyond(([x]) => x > east) || beyond(([, y]) => y < south) || beyond(([, y]) => y > north));
}

function framed(ring) {
  const [west, south, east, north] = [FRAME[0], mercator(FRAME[1]), FRAME[2], mercator(FRAME[3])];
  const at = (axis, value) => (a, b) => {
    const share = (value - a[axis]) / (b[axis] - a[axis]);
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  };
  let kept = ring;
  for (const [inside, crossing] of [
    [(p) => p[0] >= west, at(0, west)],
    [(p) => p[0] <= east, at(0, east)],
    [(p) => p[1] >= south, at(1, south)],
    [(p) => p[1] <= north, at(1, north)],
  ]) {
    if (kept.length) kept = cut(kept, inside, crossing);
  }
  return kept;
}

/** Return a ring as SVG draws it, in whole units from the point before; "" for what is smaller than a unit. */
function drawn(ring, width) {
  const scale = width / (FRAME[2] - FRAME[0]);
  const top = mercator(FRAME[3]);
  const points = ring.map(([x, y]) => [Math.round((x - FRAME[0]) * scale), Math.round((top - y) * scale)]);
  const distinct = points.filter(([x, y], place) => {
    const [before, above] = points.at(place - 1);
    return x !== before || y !== above;
  });
  if (distinct.length < 3) return "";
  const [first, ...rest] = distinct;
  let [x, y] = first;
  const steps = rest.map((point) => {
    const step = `${point[0] - x} ${point[1] - y}`;
    [x, y] = point;
    return step;
  });
  return `M${first[0]} ${first[1]}l${steps.join(" ")}z`.replaceAll(" -", "-");
}

function outline(features, width) {
  const rings = features.flatMap(({ geometry }) =>
    geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.coordinates,
  );
  const flat = rings.map(whole).filter(near).map((ring) => ring.slice(1).map(([x, y]) => [x, mercator(y)]));
  return flat.map((ring) => drawn(framed(ring), width)).join("");
}

/** Return Norway and what lies around it, `width` units wide, from the atlas of a scale. */
async function map(scale, width) {
  const topology = JSON.parse(await readFile(join(atlas, `countries-${scale}.json`), "utf8"));
  const { features } = feature(topology, topology.objects.countries);
  const of = (wanted) => features.filter(({ id }) => (id === NORWAY) === wanted);
  const height = Math.round(((mercator(FRAME[3]) - mercator(FRAME[1])) * width) / (FRAME[2] - FRAME[0]));
  return { width, height, around: outline(of(false), width), norway: outline(of(true), width) };
}

const coast = { frame: FRAME, coarse: await map("50m", 600), fine: await map("10m", 4000) };
await writeFile(join(built, "coast.json"), `${JSON.stringify(coast)}\n`);
console.log(`${"coast.json".padEnd(24)}${String(JSON.stringify(coast).length).padStart(8)} bytes`);

const { version, license } = JSON.parse(await readFile(join(atlas, "package.json"), "utf8"));
const told = (await readFile(join(atlas, "LICENSE.md"), "utf8").catch(() => readFile(join(atlas, "LICENSE"), "utf8"))).trim();
await appendFile(
  join(built, "LICENSES.txt"),
  `\n${"-".repeat(80)}\n\nworld-atlas ${version} (${license}), of Natural Earth, which is in the public domain\n\n${told}\n`,
);
