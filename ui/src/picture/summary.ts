// The picture in one or two sentences, for who hears it and does not see it.
import { t, tn } from "../lib/words.svelte";
import type { Picture } from "./shapes";

/** How many events there are, of which fields, where most of them lie, and how many are not on the map. */
export function inWords(picture: Picture, on: number, off: number): string {
  if (picture.total === 0) return t("No event meets this choice. That no agency reported is not a sign that nothing happened.");
  const named = (facets: { title: string; count: number }[], most: number): string => facets.slice(0, most).map((facet) => `${facet.title} ${facet.count}`).join(", ");
  return [
    tn("{n} event on the map", "{n} events on the map", on) + ".",
    off > 0 ? tn("{n} not on the map", "{n} not on the map", off) + "." : "",
    named(picture.facets.field, 7) + ".",
    picture.facets.country.length > 0 ? t("Most of them: {list}.", { list: named(picture.facets.country, 4) }) : "",
  ].join(" ");
}
