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
  shapes: Record<string, { id: string; lon: number; lat: number; field: number; outline: [number, number][] }>;
  fields: string[];
}

/** The cells of the step in which an instant lies; null for a choice that is sent as marks. Steps are not added up: what lasts counts in each that it touches. */
export function frameAt(frames: Frames, at: number): Cells | null {
  if (frames.form !== "cells") return null;
  const step = Math.max(0, frames.starts.findLastIndex((start) => Date.parse(start) <= at));
  const counted = Object.entries(frames.cells).flatMap(([id, steps]) => steps.filter(([each]) => each === step).map(([, count]) => ({ id, count })));
  const cells = counted.map(({ id, count }) => ({ ...frames.shapes[id]!, count, severity: null }));
  const { key, total, drawn, unplaced, rough, resolution, cell_km, fields } = frames;
  return { form: "cells", key, total, drawn, unplaced, rough, resolution, cell_km, fields, cells };
}
