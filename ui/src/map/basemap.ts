// Land, units and names as the node sends them: outlines as whole numbers, each as the step from the one before.
import { get } from "../lib/data";

interface Outline {
  code: string;
  home: boolean;
  polygons: number[][][];
}

interface Packed {
  step: number;
  /** West, south, east and north of where outlines were cut: no coast and no border runs there. */
  cut?: [number, number, number, number];
  countries: Outline[];
  units: Outline[];
}

export interface Basemap {
  land: GeoJSON.FeatureCollection;
  borders: GeoJSON.FeatureCollection;
  units: GeoJSON.FeatureCollection;
}

interface Named {
  name: string;
  lon: number;
  lat: number;
  rank: number;
}

/** The outlines at a detail: "low" comes with the first map, "high" when somebody looks closer. */
export async function basemap(detail: "low" | "high", signal?: AbortSignal): Promise<Basemap> {
  const packed = await get<Packed>("/data/basemap", { detail, exercise: "", language: "" }, signal ? { signal } : {});
  const shape = (outline: Outline): GeoJSON.Feature => ({
    type: "Feature",
    properties: { code: outline.code, home: Number(outline.home) },
    geometry: { type: "MultiPolygon", coordinates: outline.polygons.map((rings) => rings.map((ring) => unpacked(ring, packed.step))) },
  });
  return {
    land: { type: "FeatureCollection", features: packed.countries.map(shape) },
    borders: { type: "FeatureCollection", features: packed.countries.map((outline) => lines(shape(outline), packed.cut)) },
    units: { type: "FeatureCollection", features: packed.units.map(shape) },
  };
}

/** The outline of a country as lines, without what only runs along the cut. */
function lines(country: GeoJSON.Feature, cut: Packed["cut"]): GeoJSON.Feature {
  const rings = (country.geometry as GeoJSON.MultiPolygon).coordinates.flat();
  return { ...country, geometry: { type: "MultiLineString", coordinates: rings.flatMap((ring) => pieces(ring, cut)) } };
}

function pieces(ring: GeoJSON.Position[], cut: Packed["cut"]): GeoJSON.Position[][] {
  const found: GeoJSON.Position[][] = [[]];
  ring.forEach((corner, place) => {
    const before = ring[place - 1];
    if (before && isCut(before, corner, cut)) found.push([]);
    found.at(-1)!.push(corner);
  });
  return found.filter((piece) => piece.length > 1);
}

function isCut(from: GeoJSON.Position, to: GeoJSON.Position, cut: Packed["cut"]): boolean {
  if (!cut) return false;
  const near = (one: number, other: number): boolean => Math.abs(one - other) < 0.03;
  return [0, 1, 0, 1].some((axis, side) => near(from[axis]!, cut[side]!) && near(to[axis]!, cut[side]!));
}

/** The corners of a ring, in degrees; the first stands at the end again. */
function unpacked(ring: number[], step: number): [number, number][] {
  const corners: [number, number][] = [];
  let [x, y] = [0, 0];
  for (let place = 0; place + 1 < ring.length; place += 2) {
    x += ring[place]!;
    y += ring[place + 1]!;
    corners.push([x * step, y * step]);
  }
  if (corners.length > 0) corners.push(corners[0]!);
  return corners;
}

/** The names on the map, in the reader's language. */
export async function names(signal?: AbortSignal): Promise<GeoJSON.FeatureCollection> {
  const found = await get<Record<"countries" | "units" | "places", Named[]>>("/data/names", { exercise: "" }, signal ? { signal } : {});
  const named = (what: string, each: Named): GeoJSON.Feature => ({ type: "Feature", properties: { what, name: each.name, rank: each.rank }, geometry: { type: "Point", coordinates: [each.lon, each.lat] } });
  const kinds = { country: found.countries, unit: found.units, place: found.places };
  return { type: "FeatureCollection", features: Object.entries(kinds).flatMap(([what, list]) => list.map((each) => named(what, each))) };
}
