// Lets what is typed be compared with what is written: case, ё/е and hyphens do not matter.
export const fold = (text) => text.toLocaleLowerCase("ru").replaceAll("ё", "е").replace(/[«»"'.,()]/g, " ").trim();

// True when every typed word begins some word of the text.
export function matches(text, query) {
  const words = fold(text).split(/[\s-]+/);
  return fold(query).split(/[\s-]+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}
