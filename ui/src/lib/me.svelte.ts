// Who looks, and what the node knows: the answer of /data/desk, asked once a page and again after signing in.

export interface FieldName {
  name: string;
  title: string;
  tone: number;
}

export interface KindName {
  name: string;
  title: string;
  field: string;
  severity: number;
  shape: number;
}

export interface Me {
  party: string;
  audience: string;
  account: string | null;
  role: string | null;
  own: boolean;
  form_key: string | null;
  language: string;
  languages: { tag: string; name: string; reviewed: boolean }[];
  exercise: boolean;
  as_of: string;
  version: string;
  fields: FieldName[];
  kinds: KindName[];
  countries: { code: string; name: string }[];
  ways: { name: string; path: string; title: string }[];
  bounds: [number, number, number, number];
  notes: string[];
  sources: string[];
}

const NOBODY: Me = {
  ...{ party: "", audience: "", account: null, role: null, own: false, form_key: null, language: "en", languages: [], exercise: false, as_of: "", version: "" },
  ...{ fields: [], kinds: [], countries: [], ways: [], bounds: [13, 36, 30, 48.5], notes: [], sources: [] },
};

export const me: Me = $state(NOBODY);

/** Knows from now on who looks. */
export function meet(said: Me): void {
  Object.assign(me, said);
}

/** The number of a field's colour. */
export function toneOf(field: string): number {
  return me.fields.find((found) => found.name === field)?.tone ?? 7;
}

/** The number of a kind's shape. */
export function shapeOf(kind: string): number {
  return me.kinds.find((found) => found.name === kind)?.shape ?? 0;
}

/** What a field is called. */
export function fieldTitle(field: string): string {
  return me.fields.find((found) => found.name === field)?.title ?? field;
}

/** What a kind is called. */
export function kindTitle(kind: string): string {
  return me.kinds.find((found) => found.name === kind)?.title ?? kind;
}
