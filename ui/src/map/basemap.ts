// Land, units and names as the node sends them: outlines as whole numbers, each as the step from the one before.
import { get } from "../lib/data";

interface Outline {
  code: string;
  home: boolean;
  polygons: number[][][];
}

interface Packed {
  step: number;
  countries: Outline[];
  units: Outline[];
}

export interface Basemap {
  land: GeoJSON.FeatureCollection;
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
    units: { type: "FeatureCollection", features: packed.units.map(shape) },
  };
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
