/** What stands within a line: emphasis, code, links. Pure, in time that grows as the line does. */
import { addressOf, linkAt, pieces } from "./links";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string; /** Where it leads, if the words do not say it. */ host?: string }
  | { kind: "strong" | "em" | "del"; children: Inline[] };

type Mark = "**" | "*" | "__" | "_" | "~~";
type Kind = "strong" | "em" | "del";
const KINDS: Record<Mark, Kind> = { "**": "strong", "__": "strong", "*": "em", "_": "em", "~~": "del" };
/** Runs of marks, and what each may stand for from the outside in. */
const RUNS: Record<string, Mark[]> = { "*": ["*"], "**": ["**"], "***": ["**", "*"], "_": ["_"], "__": ["__"], "___": ["__", "_"], "~~": ["~~"] };

const SIGN = /\\[\\`*_~[\]]|`+|\*+|_+|~+|\[|https?:\/\/|(?<![\p{L}\p{N}])mailto:/giu;
const LABELLED = /\[([^[\]\n]{1,300})\]\(((?:https?:\/\/|mailto:)(?:[^\s<>()]|\([^\s<>()]*\)){1,2000})\)/iy;
const WORD = /[\p{L}\p{N}]/u;
const MAY_CODE = 3;

interface Open {
  mark: Mark | null;
  children: Inline[];
}

export function inlines(line: string): Inline[] {
  /** What is open; each mark at most once, so that it stays short. */
  const open: Open[] = [{ mark: null, children: [] }];
  /** Lengths of code marks that have no partner further on. */
  const alone = new Set<string>();
  let plain = "";
  let at = 0;

  const into = () => open.at(-1)!.children;
  const flush = () => {
    for (const piece of plain ? pieces(plain) : []) into().push(piece.href ? { kind: "link", text: piece.text, href: piece.href } : { kind: "text", text: piece.text });
    plain = "";
  };
  const add = (inline: Inline) => {
    flush();
    into().push(inline);
  };
  /** What was opened and not closed was no mark. */
  const drop = () => {
    flush();
    const { mark, children } = open.pop()!;
    into().push({ kind: "text", text: mark! });
    for (const child of children) into().push(child);
  };
  const toggle = (mark: Mark, mayOpen: boolean, mayClose: boolean): boolean => {
    const where = open.findIndex((one) => one.mark === mark);
    if (where > 0) {
      if (!mayClose) return false;
      while (open.length - 1 > where) drop();
      flush();
      const { children } = open.pop()!;
      into().push({ kind: KINDS[mark], children });
      return true;
    }
    if (!mayOpen) return false;
    flush();
    open.push({ mark, children: [] });
    return true;
  };
  /** `snake_case` and `2*3*4` are as they are; `**` may stand within a word, as in scripts without blanks. */
  const marks = (run: string, from: number, to: number) => {
    const [before, after] = [line[from - 1] ?? " ", line[to] ?? " "];
    const within = run === "**" || run === "~~";
    const mayOpen = !/\s/.test(after) && (within || !WORD.test(before));
    const mayClose = !/\s/.test(before) && (within || !WORD.test(after));
    const wanted = RUNS[run]!;
    const isOpen = open.some((one) => one.mark !== null && wanted.includes(one.mark));
    for (const mark of isOpen ? wanted.toReversed() : wanted) if (!toggle(mark, mayOpen, mayClose)) plain += mark;
  };

  for (SIGN.lastIndex = 0; ; ) {
    SIGN.lastIndex = at;
    const found = SIGN.exec(line);
    plain += line.slice(at, found?.index);
    if (!found) break;
    const sign = found[0];
    const from = found.index;
    at = from + sign.length;
    if (sign[0] === "\\") plain += sign === "\\\\" ? sign : sign[1];
    else if (sign[0] === "`") {
      const end = sign.length > MAY_CODE || alone.has(sign) ? -1 : partner(line, sign, at);
      if (end < 0) {
        alone.add(sign);
        plain += sign;
      } else {
        add({ kind: "code", text: line.slice(at, end) });
        at = end + sign.length;
      }
    } else if (sign === "[") {
      LABELLED.lastIndex = from;
      const labelled = LABELLED.exec(line);
      const url = labelled && addressOf(labelled[2]!);
      if (!labelled || !url) plain += sign;
      else {
        const [, text = ""] = labelled;
        add({ kind: "link", text, href: url.href, ...(text === labelled[2] ? {} : { host: url.host || url.pathname }) });
        at = from + labelled[0].length;
      }
    } else if (/:/.test(sign)) {
      const link = linkAt(line, from);
      if (!link) plain += sign;
      else {
        add({ kind: "link", text: link.text, href: link.href });
        at = from + link.length;
      }
    } else if (RUNS[sign]) marks(sign, from, at);
    else plain += sign;
  }
  while (open.length > 1) drop();
  flush();
  return open[0]!.children;
}

/** Where a run of code marks of the same length begins again. */
function partner(line: string, sign: string, from: number): number {
  for (let at = line.indexOf(sign, from); at >= 0; ) {
    let end = at + sign.length;
    while (line[end] === "`") end += 1;
    if (end - at === sign.length && at > from) return at;
    at = line.indexOf(sign, end);
  }
  return -1;
}
