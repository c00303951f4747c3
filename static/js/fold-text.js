// Lets what is typed be compared with what is written: case, ё/е and hyphens do not matter.
export const fold = (text) => text.toLocaleLowerCase("ru").replaceAll("ё", "е").replace(/[«»"'.,()]/g, " ").trim();

// True when every typed word begins some word of the text.
export function matches(text, query) {
  const words = split(text);
  return split(query).every((part) => words.some((word) => word.startsWith(part)));
}

// How many typed words stand whole in the text: «Братск» means «город Братск» before «Братский район».
export function wholeWords(text, query) {
  const words = new Set(split(text));
  return split(query).filter((part) => words.has(part)).length;
}

const split = (text) => fold(text).split(/[\s-]+/).filter(Boolean);
