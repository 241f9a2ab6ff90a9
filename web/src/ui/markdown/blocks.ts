/** Paragraphs, lists, quotes and code of what somebody wrote. Pure, in time that grows as the text does. */
import { type Inline, inlines } from "./inline";

export type Block =
  | { kind: "paragraph" | "title"; lines: Inline[][] }
  | { kind: "code"; text: string }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; /** The first number; none: points. */ start?: number; items: Block[][] };

const FENCE = /^ {0,3}(```|~~~)[\w+-]* *$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^ {0,3}(?:[-*•]|(\d{1,3})[.)]) +(?=\S)/;
const TITLE = /^#{1,6} +(?=\S)/;
/** Deeper than people write. What stands deeper is text. */
const DEEPEST = 4;

export function blocks(text: string, depth = 0): Block[] {
  const lines = text.replaceAll(/\r\n?/g, "\n").split("\n");
  const found: Block[] = [];
  let paragraph: string[] = [];
  const end = () => {
    if (paragraph.length > 0) found.push({ kind: "paragraph", lines: paragraph.map(inlines) });
    paragraph = [];
  };
  const nested = depth < DEEPEST;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const fence = FENCE.exec(line);
    const item = nested ? ITEM.exec(line) : null;
    if (fence) {
      end();
      const from = ++at;
      while (at < lines.length && lines[at]!.trim() !== fence[1]) at += 1;
      found.push({ kind: "code", text: lines.slice(from, at).join("\n") });
      at += 1;
    } else if (nested && QUOTE.test(line)) {
      end();
      const quoted: string[] = [];
      while (at < lines.length && QUOTE.test(lines[at]!)) quoted.push(lines[at++]!.replace(QUOTE, ""));
      found.push({ kind: "quote", blocks: blocks(quoted.join("\n"), depth + 1) });
    } else if (item) {
      end();
      const isNumbered = item[1] !== undefined;
      const items: Block[][] = [];
      for (let next: RegExpExecArray | null = item; next && (next[1] !== undefined) === isNumbered; next = at < lines.length ? ITEM.exec(lines[at]!) : null) {
        const own = [lines[at++]!.slice(next[0].length)];
        // What is indented belongs to it, also after an empty line.
        while (at < lines.length && (/^ {2,}\S/.test(lines[at]!) || (lines[at]!.trim() === "" && /^ {2,}\S/.test(lines[at + 1] ?? "")))) {
          own.push(lines[at++]!.replace(/^ {2,4}/, ""));
        }
        items.push(blocks(own.join("\n"), depth + 1));
      }
      found.push({ kind: "list", ...(isNumbered ? { start: Number(item[1]) } : {}), items });
    } else {
      if (line.trim() === "") end();
      else if (TITLE.test(line)) {
        end();
        found.push({ kind: "title", lines: [inlines(line.replace(TITLE, ""))] });
      } else paragraph.push(line);
      at += 1;
    }
  }
  end();
  return found;
}
