// The playback of many events: cells by step, as the node sends them, and what of them is shown at an instant.
import type { Cells } from "./shapes";

export interface Frames {
  form: "marks" | "cells";
  key: string;
  total: number;
  drawn: number;
  unplaced: number;
  rough: number;
  resolution: number;
  cell_km: number;
  starts: string[];
  cells: Record<string, [number, number][]>;
  shapes: Record<string, { id: string; lon: number; lat: number; outline: [number, number][] }>;
}

/** The cells of all steps that touch a period; null for a choice that is sent as marks. */
export function frameAt(frames: Frames, [from, to]: [number, number]): Cells | null {
  if (frames.form !== "cells") return null;
  const starts = frames.starts.map((start) => Date.parse(start));
  const length = starts.length > 1 ? starts[1]! - starts[0]! : 1;
  const isShown = (step: number): boolean => starts[step]! < to && starts[step]! + length > from;
  const counted = Object.entries(frames.cells).map(([id, steps]) => ({ id, count: steps.reduce((sum, [step, count]) => (isShown(step) ? sum + count : sum), 0) }));
  const cells = counted.filter((cell) => cell.count > 0).map(({ id, count }) => ({ ...frames.shapes[id]!, count, field: 0, severity: null }));
  return { form: "cells", key: frames.key, total: frames.total, drawn: frames.drawn, unplaced: frames.unplaced, rough: frames.rough, resolution: frames.resolution, cell_km: frames.cell_km, fields: [""], cells };
}
