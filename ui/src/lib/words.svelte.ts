// What the app says, in the reader's language. English is the key; a text without a translation is said in English.

type Texts = Record<string, string | string[]>;
type Values = Record<string, string | number>;

/** The answer of /data/words. */
export interface Words {
  language: string;
  locale: string;
  reviewed: boolean;
  texts: Texts;
}

const words: Words = $state({ language: "en", locale: "en-GB", reviewed: true, texts: {} });

/** Speaks another language from now on. */
export function speak(said: Words): void {
  Object.assign(words, said);
  document.documentElement.lang = said.language;
}

/** The language that is spoken: its BCP 47 tag, the name of its locale, and whether its texts were read by a speaker. */
export function spoken(): { language: string; locale: string; reviewed: boolean } {
  return words;
}

/** The text in the reader's language, with `{name}` filled in. */
export function t(text: string, values: Values = {}): string {
  const found = words.texts[text];
  return filled(typeof found === "string" && found !== "" ? found : text, values);
}

/** The text in the plural form that the count asks for; `{n}` is the count as the language writes it. */
export function tn(one: string, many: string, count: number, values: Values = {}): string {
  const found = words.texts[one];
  const forms = Array.isArray(found) && found.every((form) => form !== "") ? found : null;
  const form = forms ? (forms[Math.min(formOf(count), forms.length - 1)] ?? many) : count === 1 ? one : many;
  return filled(form, { n: new Intl.NumberFormat(words.locale).format(count), ...values });
}

/** The place of a count's form: the files keep "one", then "two" or "few" where the language has them, then all others. */
function formOf(count: number): number {
  const rules = new Intl.PluralRules(words.locale);
  const kept = (["one", "two", "few", "other"] as const).filter((name) => rules.resolvedOptions().pluralCategories.includes(name));
  const category = rules.select(count);
  return Math.max(kept.indexOf(category === "many" || category === "zero" ? "other" : category), 0);
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => (name in values ? String(values[name]) : place));
}
