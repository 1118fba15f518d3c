// The node's compact answers as the features that the map draws.
import { signRadius } from "../lib/signs";
import { shapeOf, toneOf } from "../lib/me.svelte";
import { number } from "../lib/format";
import type { Cells, Changes, Marks } from "../picture/shapes";
import type { Colours } from "./colours";
import { imageName } from "./icons";

type Features = GeoJSON.FeatureCollection;

const PIXELS_A_KM = 512 / 40_075.016_686;
const RING_FROM_KM = 3;

function collection(features: GeoJSON.Feature[]): Features {
  return { type: "FeatureCollection", features };
}

function point(lon: number, lat: number, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

/** The signs of the marks; what is known by country alone has a ring and no sign. */
export function signs({ columns: c, fields, kinds }: Marks): Features {
  const rows = c.id.map((_, row) => row).filter((row) => !c.vague[row]);
  return collection(
    rows.map((row) => {
      const image = imageName(toneOf(fields[c.field[row]!]!), shapeOf(kinds[c.kind[row]!]!), c.agencies[row]! <= 1);
      const [severity, begin, end] = [c.severity[row] ?? 0, c.begin[row]!, Math.max(c.end[row]!, c.begin[row]! + 1)];
      return point(c.lon[row]!, c.lat[row]!, { id: c.id[row], image, severity, radius: signRadius(severity), begin, end });
    }),
  );
}

/** The rings within which the true place lies with 68 %. */
export function rings({ columns: c, fields }: Marks, colours: Colours): Features {
  const rows = c.id.map((_, row) => row).filter((row) => (c.radius_km[row] ?? 0) > RING_FROM_KM);
  return collection(
    rows.map((row) => {
      const ring = (c.radius_km[row]! * PIXELS_A_KM) / Math.cos((Math.min(Math.abs(c.lat[row]!), 85) * Math.PI) / 180);
      const [begin, end] = [c.begin[row]!, Math.max(c.end[row]!, c.begin[row]! + 1)];
      return point(c.lon[row]!, c.lat[row]!, { id: c.id[row], ring, colour: colours.tones[toneOf(fields[c.field[row]!]!)], begin, end });
    }),
  );
}

/** Hexagons by their most common field, the more the darker, on a logarithmic scale. */
export function hexagons({ cells, fields }: Cells, colours: Colours): Features {
  const most = Math.log1p(Math.max(1, ...cells.map((cell) => cell.count)));
  return collection(
    cells.map((cell) => hexagon(cell, { id: cell.id, colour: colours.tones[toneOf(fields[cell.field]!)], weight: 0.14 + 0.66 * (Math.log1p(cell.count) / most) })),
  );
}

/** The numbers of the hexagons, at their centres. */
export function hexagonNames({ cells }: Cells): Features {
  return collection(cells.map((cell) => point(cell.lon, cell.lat, { name: number(cell.count), rank: -cell.count })));
}

/** By how much a count must change before it is shown as a change, and as a strong one. */
export const BANDS = { change: 0.1, strong: 0.25 } as const;

/** The change from a count to another as a share of the first; from nothing to something is a whole. */
export function change(before: number, now: number): number {
  return before === now ? 0 : before === 0 ? 1 : (now - before) / before;
}

/** Whether a difference of two counts may be chance: within two standard deviations of what two equal Poisson rates give, twice the root of their sum. */
export function mayBeChance(before: number, now: number): boolean {
  return Math.abs(now - before) < 2 * Math.sqrt(now + before);
}

/** Hexagons by how their count changed: vermilion more, blue fewer, the stronger the darker; pale where it may be chance. A sign says the same. */
export function changedHexagons({ cells }: Changes, colours: Colours): Features {
  return collection(
    cells.map((cell) => {
      const share = mayBeChance(cell.count_b, cell.count_a) ? 0 : change(cell.count_b, cell.count_a);
      const colour = Math.abs(share) < BANDS.change ? colours.border : share > 0 ? colours.tones[1] : colours.tones[6];
      return hexagon(cell, { id: cell.id, colour, weight: Math.abs(share) < BANDS.change ? 0.16 : Math.abs(share) < BANDS.strong ? 0.38 : 0.66 });
    }),
  );
}

/** What changed, at the centres: a sign and the difference. */
export function changeNames({ cells }: Changes): Features {
  return collection(
    cells.map((cell) => {
      const more = cell.count_a - cell.count_b;
      const sign = more > 0 ? "▲" : more < 0 ? "▼" : "=";
      return point(cell.lon, cell.lat, { name: more === 0 ? sign : `${sign} ${number(Math.abs(more))}`, rank: -Math.abs(more) });
    }),
  );
}

function hexagon(cell: { outline: [number, number][] }, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  const ring = [...cell.outline, cell.outline[0]!];
  return { type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } };
}
