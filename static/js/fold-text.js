// Lets what is typed be compared with what is written: case, ё/е and hyphens do not matter.
export const fold = (text) =>
  text
    .toLocaleLowerCase("ru")
    .replaceAll("ё", "е")
    .replace(/[«»"'.,()]/g, " ")
    .trim();

// True when every typed word begins some word of the text; Latin letters find a Russian name by its
// sound.
export function matches(text, query) {
  const words = split(text);
  return split(query).every((part) =>
    words.some((word) => alike(word, part).startsWith(alike(part, part))),
  );
}

// How many typed words stand whole in the text: «Братск» means «город Братск» before «Братский
// район».
export function wholeWords(text, query) {
  const words = split(text);
  return split(query).filter((part) =>
    words.some((word) => alike(word, part) === alike(part, part)),
  ).length;
}

const split = (text) =>
  fold(text)
    .split(/[\s-]+/)
    .filter(Boolean);

// «Шелехов» is Shelekhov to one and Shelehov to another, «Тайшет» Tayshet or Taishet: the spellings
// fall together.
const LATIN = {
  а: "a",
  б: "b",
  в: "v",
  г: "g",
  д: "d",
  е: "e",
  ж: "zh",
  з: "z",
  и: "i",
  й: "i",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ъ: "",
  ы: "i",
  ь: "",
  э: "e",
  ю: "iu",
  я: "ia",
};
const alike = (word, typed) => (/[a-z]/.test(typed) ? sound(word) : word);
const sound = (word) =>
  word
    .replace(/[а-я]/g, (letter) => LATIN[letter])
    .replace(/[yj]/g, "i")
    .replace(/([csz]h)|kh|h/g, (all, kept) => kept ?? "k")
    .replace(/i+/g, "i");
