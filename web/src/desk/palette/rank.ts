/** How well a command answers what somebody typed: every word of it has to be there, as letters that follow each other. */

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** 0: not at all; up to 1. `label` counts more than the words it is also found by. */
export function rank(typed: string, label: string, also = ""): number {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  const [name, more] = [fold(label), fold(also)];
  const begins = (text: string, word: string) => text.startsWith(word) || text.includes(` ${word}`);
  let sum = 0;
  for (const word of words) {
    const score = begins(name, word) ? 1 : name.includes(word) ? 0.6 : begins(more, word) ? 0.5 : more.includes(word) ? 0.3 : 0;
    if (score === 0) return 0;
    sum += score;
  }
  return (sum / words.length) * (name.startsWith(words[0]!) ? 1 : 0.9);
}
