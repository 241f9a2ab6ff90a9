/** A text in parts, those that were searched for apart. Joined they are the text. */
export function markedParts(text: string, words: readonly string[]): { text: string; hit: boolean }[] {
  const wanted = words.filter(Boolean).toSorted((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (wanted.length === 0) return [{ text, hit: false }];
  const pattern = new RegExp(`(${wanted.join("|")})`, "giu");
  return text.split(pattern).map((part, at) => ({ text: part, hit: at % 2 === 1 })).filter((part) => part.text !== "");
}
