// What the app says, in the reader's language. English is the key; a text without a translation is said in English.

type Texts = Record<string, string | string[]>;
type Values = Record<string, string | number>;

/** How a language writes days, months and numbers: patterns and words of CLDR, since browsers do not know all of these languages. */
export interface Written {
  day: string;
  month: string;
  months: string[];
  months_alone: string[];
  decimal: string;
  group: string;
  percent: string;
}

/** The answer of /data/words. */
export interface Words {
  written: Written;
  language: string;
  locale: string;
  reviewed: boolean;
  texts: Texts;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"];
const ENGLISH: Written = { day: "d MMM y", month: "MMM y", months: MONTHS, months_alone: MONTHS, decimal: ".", group: ",", percent: "{n}%" };
const words: Words = $state({ language: "en", locale: "en-GB", reviewed: true, texts: {}, written: ENGLISH });

/** Speaks another language from now on. */
export function speak(said: Words): void {
  Object.assign(words, said);
  document.documentElement.lang = said.language;
}

/** The language that is spoken: its BCP 47 tag, the name of its locale, whether its texts were read by a speaker, and how it writes. */
export function spoken(): Omit<Words, "texts"> {
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
  return filled(form, { n: number(count), ...values });
}

/** A number with at most so many decimals, as the language writes it. */
export function number(value: number, decimals = 0): string {
  const [whole, rest = ""] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, words.written.group);
  const kept = rest.replace(/0+$/, "");
  const text = kept ? `${grouped}${words.written.decimal}${kept}` : grouped;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
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
