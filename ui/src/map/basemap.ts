// Land, units and names as the node sends them: outlines as whole numbers, each as the step from the one before.
import { get } from "../lib/data";

interface Outline {
  code: string;
  home?: number;
  rings: number[][];
}

interface Packed {
  scale: number;
  west: number;
  south: number;
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
  what: "country" | "unit" | "place";
}

/** The outlines at a detail: "low" comes with the first map, "high" when somebody looks closer. */
export async function basemap(detail: "low" | "high", signal?: AbortSignal): Promise<Basemap> {
  const packed = await get<Packed>("/data/basemap", { detail, exercise: "", language: "" }, signal ? { signal } : {});
  const shape = (outline: Outline): GeoJSON.Feature => ({
    type: "Feature",
    properties: { code: outline.code, home: outline.home ?? 0 },
    geometry: { type: "MultiPolygon", coordinates: outline.rings.map((ring) => [unpacked(ring, packed)]) },
  });
  return {
    land: { type: "FeatureCollection", features: packed.countries.map(shape) },
    units: { type: "FeatureCollection", features: packed.units.map(shape) },
  };
}

function unpacked(ring: number[], { scale, west, south }: Packed): [number, number][] {
  const corners: [number, number][] = [];
  let [x, y] = [0, 0];
  for (let place = 0; place + 1 < ring.length; place += 2) {
    x += ring[place]!;
    y += ring[place + 1]!;
    corners.push([west + x * scale, south + y * scale]);
  }
  if (corners.length > 0) corners.push(corners[0]!);
  return corners;
}

/** The names on the map, in the reader's language. */
export async function names(signal?: AbortSignal): Promise<GeoJSON.FeatureCollection> {
  const found = await get<{ names: Named[] }>("/data/names", { exercise: "" }, signal ? { signal } : {});
  const features = found.names.map(
    ({ lon, lat, ...properties }): GeoJSON.Feature => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } }),
  );
  return { type: "FeatureCollection", features };
}
