// Corrections of a mapping, as values: what a column means, its unit, what a word of the agency means. The node reads the same keys from a file.
import type { Column, Mapping } from "./shapes";

/** What a column can be beside a field of a report. */
export const APART = ["detail", "drop", "personal"] as const;
export type Meaning = string;

const SEVERAL = new Set(["actors"]);

/** What a column means now: a field of a report, a further number, or one of `APART`. */
export function meaning(column: Column): Meaning {
  if (column.understood === "blanked") return "personal";
  if (column.understood === "ignored") return "drop";
  return column.targets[0] ?? "detail";
}

/** The mapping with another meaning of a column; a field that another column had is taken from it, but for those that may have several. */
export function chosen(mapping: Mapping, column: string, meant: Meaning): Mapping {
  const columns = without(mapping.columns ?? {}, column);
  const next: Mapping = { ...mapping, columns, measures: without(mapping.measures ?? {}, column), personal: less(mapping.personal, column), drop: less(mapping.drop, column) };
  if (meant === "personal") next.personal = [...(next.personal ?? []), column];
  else if (meant === "drop") next.drop = [...(next.drop ?? []), column];
  else if (meant !== "detail") columns[meant] = SEVERAL.has(meant) ? [...listed(columns[meant]), column] : column;
  else if (Array.isArray(mapping["keep"])) next["keep"] = [...(mapping["keep"] as string[]).filter((name) => name !== column), column];
  return tidied(next);
}

/** The mapping with another unit of a field's numbers. */
export function inUnit(mapping: Mapping, target: string, unit: string): Mapping {
  return tidied({ ...mapping, units: { ...(mapping.units ?? {}), [target]: unit } });
}

/** The mapping with what a word of the agency means; the empty kind takes it away. */
export function meant(mapping: Mapping, word: string, kind: string): Mapping {
  const kinds = Object.fromEntries(Object.entries({ ...(mapping.kinds ?? {}), [word]: kind }).filter(([, value]) => value !== ""));
  return tidied({ ...mapping, kinds });
}

/** The mapping with some of its plain keys changed; an empty one is left out. */
export function set(mapping: Mapping, changes: Partial<Mapping>): Mapping {
  return tidied({ ...mapping, ...changes });
}

/** The columns that fill a field. */
export function columnsOf(mapping: Mapping | null, target: string): string[] {
  return listed(mapping?.columns?.[target]);
}

function listed(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function without(table: Record<string, string | string[]>, column: string): Record<string, string | string[]> {
  const same = (name: string): boolean => name.toLowerCase() === column.toLowerCase();
  const left = Object.entries(table).map(([target, names]) => [target, listed(names).filter((name) => !same(name))] as const);
  return Object.fromEntries(left.filter(([, names]) => names.length > 0).map(([target, names]) => [target, [...names]]));
}

function less(names: string[] | undefined, column: string): string[] {
  return (names ?? []).filter((name) => name.toLowerCase() !== column.toLowerCase());
}

/** Without what says nothing, and without units of fields that no column fills. */
function tidied(mapping: Mapping): Mapping {
  const units = Object.fromEntries(Object.entries(mapping.units ?? {}).filter(([target]) => mapping.columns?.[target] !== undefined));
  const isEmpty = (value: unknown): boolean => value === "" || value === undefined || (Array.isArray(value) && value.length === 0) || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries({ ...mapping, units }).filter(([name, value]) => !isEmpty(value) || name === "keep")) as Mapping;
}
