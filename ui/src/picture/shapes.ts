// The answers of the picture's addresses, as the app reads them.

import { number } from "../lib/format";

export interface Line {
  id: string;
  field: string;
  kind: string;
  title: string;
  begin: string;
  end: string;
  lon: number | null;
  lat: number | null;
  radius_km: number | null;
  severity: number | null;
  unit: string | null;
  magnitude: number | null;
  scale: string | null;
  /** What the size counts, in words; the scale itself where it is a name of the trade. */
  size: string | null;
  place: string;
  country: string | null;
  agencies: string[];
  reports: number;
  probability: number | null;
}

export interface Facet {
  name: string;
  title: string;
  count: number;
}

export interface Histogram {
  starts: string[];
  counts: number[];
}

export interface Profile extends Histogram {
  period: string;
}

export interface SourceAge {
  agency: string;
  last: string;
  age_s: number;
}

export interface Silence {
  agency: string;
  field: string;
  last: string;
  silent_days: number;
  usual_days: number;
}

export type FacetName = "field" | "kind" | "country" | "unit" | "agency";

export interface Picture {
  total: number;
  placed: number;
  unplaced: number;
  period: string;
  before: number;
  histogram: Histogram & { by_field: Record<string, number[]> };
  profile: Profile;
  facets: Record<FacetName, Facet[]>;
  list: { events: Line[]; next: string };
  span: { since: string; until: string } | null;
  silent: Silence[];
  sources: SourceAge[];
  doubts: number;
  as_of: string;
  notes: string[];
  credits: string[];
  key: string;
  versus?: { total: number; placed: number; period: string; before: number; histogram: Histogram; facets: Record<FacetName, Record<string, number>> };
}

export interface Page {
  events: Line[];
  next: string;
}

interface Drawn {
  total: number;
  drawn: number;
  unplaced: number;
  rough: number;
  key: string;
}

export interface Marks extends Drawn {
  form: "marks";
  in_window: number;
  fields: string[];
  kinds: string[];
  columns: {
    id: string[];
    lon: number[];
    lat: number[];
    field: number[];
    kind: number[];
    severity: (number | null)[];
    radius_km: (number | null)[];
    agencies: number[];
    begin: number[];
    end: number[];
    vague: number[];
  };
}

export interface Cell {
  id: string;
  count: number;
  field: number;
  severity: number | null;
  lon: number;
  lat: number;
  outline: [number, number][];
}

export interface Cells extends Drawn {
  form: "cells";
  resolution: number;
  cell_km: number;
  fields: string[];
  cells: Cell[];
}

export interface ChangedCell extends Omit<Cell, "count" | "field" | "severity"> {
  count_a: number;
  count_b: number;
}

export interface Changes extends Drawn {
  form: "change";
  versus: { total: number; drawn: number; unplaced: number; rough: number };
  resolution: number;
  cell_km: number;
  cells: ChangedCell[];
}

export type OnMap = Marks | Cells | Changes;

/** The size of an event as it is said: Mw 4.2, but 12 deaths. */
export function sizeText({ magnitude, scale, size }: Line): string {
  if (magnitude === null || !scale) return "";
  return size && size !== scale ? `${number(magnitude)} ${size}` : `${scale} ${number(magnitude, 1)}`;
}
