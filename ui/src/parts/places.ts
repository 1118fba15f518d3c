// The geometry of the sketch of places: a flat piece of Earth around the points, large enough for their rings of uncertainty.

/** One place with its number in the list; `main` is the one that counts. */
export interface Spot {
  number: number;
  title: string;
  lon: number | null;
  lat: number | null;
  radius_km: number | null;
  main: boolean;
}

interface Point {
  spot: Spot;
  x: number;
  y: number;
  labelX: number;
  labelY: number;
  isMoved: boolean;
}

export interface Plan {
  width: number;
  height: number;
  perKm: number;
  points: Point[];
  grid: string[];
  bar: number;
  barKm: number;
}

const WIDTH = 360;
const HEIGHT = 240;
const KM_PER_DEGREE = 111.2;
const MOST_RING_KM = 60;
const LEAST_KM = 2;

/** The drawing of these places; those without coordinates must be left out before. */
export function layout(spots: Spot[]): Plan {
  const flat = flattened(spots);
  const reach = Math.max(LEAST_KM, ...flat.map(({ east, north, ring }) => Math.max(Math.abs(east) * (HEIGHT / WIDTH), Math.abs(north)) + ring)) * 1.25;
  const perKm = HEIGHT / 2 / reach;
  const points = flat.map(({ spot, east, north }) => ({ spot, x: round(WIDTH / 2 + east * perKm), y: round(HEIGHT / 2 - north * perKm), labelX: 0, labelY: 0, isMoved: false }));
  const barKm = nice(90 / perKm);
  return { width: WIDTH, height: HEIGHT, perKm, points: labelled(points), grid: gridOf(barKm * perKm), bar: round(barKm * perKm), barKm };
}

function flattened(spots: Spot[]): { spot: Spot; east: number; north: number; ring: number }[] {
  const first = spots.find((spot) => spot.main) ?? spots[0];
  if (!first) return [];
  const shrink = Math.cos(((first.lat ?? 0) * Math.PI) / 180);
  const found = spots.map((spot) => ({
    spot,
    east: (((spot.lon ?? 0) - (first.lon ?? 0) + 540) % 360 - 180) * KM_PER_DEGREE * shrink,
    north: ((spot.lat ?? 0) - (first.lat ?? 0)) * KM_PER_DEGREE,
    ring: Math.min(spot.radius_km ?? 0, MOST_RING_KM),
  }));
  const middle = (of: (spot: (typeof found)[number]) => number): number => (Math.min(...found.map(of)) + Math.max(...found.map(of))) / 2;
  const [east, north] = [middle((spot) => spot.east), middle((spot) => spot.north)];
  return found.map((spot) => ({ ...spot, east: spot.east - east, north: spot.north - north }));
}

/** Numbers stand beside their points; points that lie on one another have theirs fanned out. */
function labelled(points: Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const turn = kept.filter((other) => Math.hypot(other.x - point.x, other.y - point.y) < 16).length;
    const angle = -Math.PI / 4 + (turn * Math.PI) / 3.5;
    const away = turn === 0 ? 15 : 22;
    kept.push({ ...point, labelX: round(point.x + away * Math.cos(angle)), labelY: round(point.y + away * Math.sin(angle)), isMoved: true });
  }
  return kept;
}

/** The rings of uncertainty in the drawing, the largest first. */
export function ringsOf(plan: Plan): { x: number; y: number; r: number; main: boolean }[] {
  const rings = plan.points.filter(({ spot }) => spot.radius_km).map(({ x, y, spot }) => ({ x, y, r: round((spot.radius_km ?? 0) * plan.perKm), main: spot.main }));
  return rings.sort((one, other) => other.r - one.r);
}

function gridOf(step: number): string[] {
  const lines: string[] = [];
  for (let x = (WIDTH / 2) % step; x < WIDTH; x += step) lines.push(`M${round(x)} 0V${HEIGHT}`);
  for (let y = (HEIGHT / 2) % step; y < HEIGHT; y += step) lines.push(`M0 ${round(y)}H${WIDTH}`);
  return lines;
}

/** 1, 2 or 5 times a power of ten, and no more than the value. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2].find((digit) => digit * power <= value) ?? 1) * power;
}

const round = (value: number): number => Math.round(value * 10) / 10;
