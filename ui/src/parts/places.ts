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

const LEAST_WIDTH = 200;
const [LEAST_HEIGHT, MOST_HEIGHT] = [200, 270];
const KM_PER_DEGREE = 111.2;
const MOST_RING_KM = 60;
const LEAST_KM = 2;
const CLOSE_PX = 30;

/** The drawing of these places, so many pixels wide; those without coordinates must be left out before. */
export function layout(spots: Spot[], wide: number): Plan {
  const width = Math.max(wide - 2, LEAST_WIDTH);
  const height = Math.round(Math.min(Math.max(width * 0.62, LEAST_HEIGHT), MOST_HEIGHT));
  const flat = flattened(spots);
  const reach = Math.max(LEAST_KM, ...flat.map(({ east, north, ring }) => Math.max(Math.abs(east) * (height / width), Math.abs(north)) + ring)) * 1.25;
  const perKm = height / 2 / reach;
  const points = flat.map(({ spot, east, north }) => ({ spot, x: round(width / 2 + east * perKm), y: round(height / 2 - north * perKm), labelX: 0, labelY: 0 }));
  const barKm = nice(90 / perKm);
  return { width, height, perKm, points: labelled(points), grid: gridOf(barKm * perKm, width, height), bar: round(barKm * perKm), barKm };
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

/** Numbers stand beside their points; those of points that lie close together stand on a circle around them. */
function labelled(points: Point[]): Point[] {
  return points.map((point) => {
    const crowd = points.filter((other) => Math.hypot(other.x - point.x, other.y - point.y) < CLOSE_PX);
    if (crowd.length === 1) return beside(point, point, -Math.PI / 4, 16);
    const middle = { x: mean(crowd.map((one) => one.x)), y: mean(crowd.map((one) => one.y)) };
    const turns = [...crowd].sort((one, other) => angle(middle, one) - angle(middle, other) || one.spot.number - other.spot.number);
    return beside(point, middle, angle(middle, turns[0]!) + (turns.indexOf(point) / turns.length) * 2 * Math.PI, 34);
  });
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const angle = (from: { x: number; y: number }, to: { x: number; y: number }): number => Math.atan2(to.y - from.y, to.x - from.x);

function beside(point: Point, middle: { x: number; y: number }, turn: number, away: number): Point {
  return { ...point, labelX: round(middle.x + away * Math.cos(turn)), labelY: round(middle.y + away * Math.sin(turn)) };
}

/** The rings of uncertainty in the drawing, the largest first. */
export function ringsOf(plan: Plan): { x: number; y: number; r: number; main: boolean }[] {
  const rings = plan.points.filter(({ spot }) => spot.radius_km).map(({ x, y, spot }) => ({ x, y, r: round((spot.radius_km ?? 0) * plan.perKm), main: spot.main }));
  return rings.sort((one, other) => other.r - one.r);
}

function gridOf(step: number, width: number, height: number): string[] {
  const lines: string[] = [];
  for (let x = (width / 2) % step; x < width; x += step) lines.push(`M${round(x)} 0V${height}`);
  for (let y = (height / 2) % step; y < height; y += step) lines.push(`M0 ${round(y)}H${width}`);
  return lines;
}

/** 1, 2 or 5 times a power of ten, and no more than the value. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2].find((digit) => digit * power <= value) ?? 1) * power;
}

const round = (value: number): number => Math.round(value * 10) / 10;
