// The images of the marks: drawn from the same shapes as the list's signs, one for each colour, shape and hollowness, when first needed.
import { SHAPES } from "../lib/signs";
import type { Colours } from "./colours";

const SIDE = 64;
const UNITS = 3;

/** CSS pixels across an image at icon-size 1, when it has `pixelRatio` 2. */
export const IMAGE_PIXELS = SIDE / 2;

/** The icon-size at which a sign has a radius of one CSS pixel. */
export const SIZE_OF_ONE = UNITS / IMAGE_PIXELS;

/** The name of an image. */
export function imageName(tone: number, shape: number, isHollow: boolean): string {
  return `mark-${tone}-${shape}-${isHollow ? "hollow" : "full"}`;
}

/** The pixels of an image by its name; null for a name of something else. */
export function drawnImage(name: string, colours: Colours): ImageData | null {
  const match = /^mark-(\d)-(\d)-(hollow|full)$/.exec(name);
  const canvas = new OffscreenCanvas(SIDE, SIDE).getContext("2d");
  if (!match || !canvas) return null;
  const [tone, shape] = [colours.tones[Number(match[1])] ?? colours.ink, new Path2D(SHAPES[Number(match[2])] ?? SHAPES[0])];
  canvas.translate(SIDE / 2, SIDE / 2);
  canvas.scale(SIDE / UNITS, SIDE / UNITS);
  canvas.lineJoin = "round";
  if (match[3] === "full") drawFull(canvas, shape, tone, colours.home);
  else drawHollow(canvas, shape, tone, colours.home);
  return canvas.getImageData(0, 0, SIDE, SIDE);
}

function drawFull(canvas: OffscreenCanvasRenderingContext2D, shape: Path2D, tone: string, halo: string): void {
  stroke(canvas, shape, halo, 0.42);
  canvas.fillStyle = tone;
  canvas.fill(shape);
}

function drawHollow(canvas: OffscreenCanvasRenderingContext2D, shape: Path2D, tone: string, halo: string): void {
  stroke(canvas, shape, halo, 0.72);
  canvas.globalAlpha = 0.75;
  canvas.fillStyle = halo;
  canvas.fill(shape);
  canvas.globalAlpha = 1;
  stroke(canvas, shape, tone, 0.4);
}

function stroke(canvas: OffscreenCanvasRenderingContext2D, shape: Path2D, colour: string, width: number): void {
  canvas.strokeStyle = colour;
  canvas.lineWidth = width;
  canvas.stroke(shape);
}
