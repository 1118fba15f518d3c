// Folding: the same word in any script and with or without its marks is one key, as the node's own search folds it.

const CYRILLIC = new Map(
  Object.entries({
    ...{ а: "a", б: "b", в: "v", г: "g", д: "d", ђ: "dj", ѓ: "g", е: "e", ж: "z", з: "z", ѕ: "dz", и: "i", ј: "j", й: "j", к: "k", ќ: "k", л: "l" },
    ...{ љ: "lj", м: "m", н: "n", њ: "nj", о: "o", п: "p", р: "r", с: "s", т: "t", ћ: "c", у: "u", ф: "f", х: "h", ц: "c", ч: "c", џ: "dz", ш: "s" },
    ...{ щ: "st", ъ: "a", ь: "", ю: "ju", я: "ja" },
  }),
);

/** The text in small Latin letters without marks: "Шабац", "Šabac" and "sabac" are one. */
export function fold(text: string): string {
  const latin = [...text.toLowerCase()].map((letter) => CYRILLIC.get(letter) ?? letter).join("");
  return latin.replaceAll("đ", "dj").replaceAll("ı", "i").normalize("NFD").replace(/\p{M}/gu, "");
}
