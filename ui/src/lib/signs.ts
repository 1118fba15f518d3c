// The sign of an event: its shape by kind, in a box from -1 to 1. One drawing for the list, the legend and the map's images.

/** A path for each shape number 0..7, of about the same area; the eye tells them apart at 9 pixels. */
export const SHAPES: readonly string[] = [
  "M0 -0.9A0.9 0.9 0 1 1 -0.001 -0.9Z",
  "M-0.8 -0.8H0.8V0.8H-0.8Z",
  "M0 -1.05L1 0.75H-1Z",
  "M0 -1.1L1.1 0L0 1.1L-1.1 0Z",
  "M0 1.05L1 -0.75H-1Z",
  "M-0.36 -1H0.36V-0.36H1V0.36H0.36V1H-0.36V0.36H-1V-0.36H-0.36Z",
  "M0 -1.05L0.998 -0.325L0.617 0.849L-0.617 0.849L-0.998 -0.325Z",
  "M0 -1.15L0.29 -0.4L1.09 -0.355L0.47 0.153L0.676 0.93L0 0.5L-0.676 0.93L-0.47 0.153L-1.09 -0.355L-0.29 -0.4Z",
];

/** The radius of a sign in CSS pixels, by severity 0 to 10. */
export function signRadius(severity: number | null): number {
  return 4 + 0.85 * (severity ?? 0);
}
