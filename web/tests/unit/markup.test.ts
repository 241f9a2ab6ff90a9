/** What no markup may do, read from the source. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../src/", import.meta.url).pathname;
const all = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
const files = all.filter((file) => file.endsWith(".svelte"));
const read = (file: string) => readFileSync(root + file, "utf8");

/** From a bracket to the one that closes it; brackets in strings do not occur alone here. */
function enclosed(text: string, from: number): string {
  const [open, close] = [text[from]!, { "{": "}", "(": ")" }[text[from]!]!];
  for (let at = from, depth = 0; at < text.length; at += 1) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close && (depth -= 1) === 0) return text.slice(from, at + 1);
  }
  throw new Error(`nothing closes ${text.slice(from, from + 60)}`);
}

const withoutCode = (source: string) => source.replaceAll(/<(script|style)\b[^]*?<\/\1>|<!--[^]*?-->/g, "");

interface Shown {
  /** The element or component whose attribute it is; null: it is text. */
  tag: string | null;
  attribute: string | null;
  expression: string;
}

/** Every expression in a component's markup that becomes text or an attribute. */
function* shown(source: string): Generator<Shown> {
  const markup = withoutCode(source);
  let tag: string | null = null;
  for (let at = 0; at < markup.length; at += 1) {
    if (markup[at] === "<" && /[a-z/]/i.test(markup[at + 1] ?? "")) tag = /^<\/?([\w.:-]*)/.exec(markup.slice(at))![1]!;
    else if (markup[at] === ">" && tag !== null) tag = null;
    else if (markup[at] === "{") {
      const expression = enclosed(markup, at);
      if (!/^\{[#:/@]/.test(expression)) yield { tag, attribute: tag === null ? null : (/([\w:-]+)="?[^"=]*$/.exec(markup.slice(0, at))?.[1] ?? null), expression };
      at += expression.length - 1;
    }
  }
}

/** Takes out what stands in a call of one of these. */
function without(calls: RegExp, text: string): string {
  for (let found = calls.exec(text); found; found = calls.exec(text)) {
    const at = found.index + found[0].length - 1;
    text = text.slice(0, found.index) + text.slice(at + enclosed(text, at).length);
  }
  return text;
}

/** What people write of themselves, or others of them: by the names it has in the API, and by those it is given here. */
const THEIRS = /(?<![\w.]|\bm)(?:[\w?!\])]+\.)+(?:\w+_)?(?:name|subject|email|phone|body|last_message|description|comment|order_ref|question)\b(?!\s*[:(])|(?<![\w.$"-])(?:subject|author|customerName)\b(?!\s*[:(=])/;
const MADE_SAFE = /\b(?:overt|isolated)\(/;
/** What leads somewhere or fills a field has to stay as it is; a condition shows nothing. */
const NOT_SHOWN = /^(?:href|src|value|id|for|name|class|style|key|datetime|onclick|bind|use|in|out|data-)/;

describe.each(files)("%s", (file) => {
  it("shows what strangers wrote only through overt or isolated", () => {
    const raw = [...shown(read(file))]
      .filter(({ tag, attribute }) => tag === null || (/^[a-z]/.test(tag) && !NOT_SHOWN.test(attribute ?? "") && !/^on/.test(attribute ?? "")))
      .map(({ expression }) => expression)
      .filter((expression) => THEIRS.test(without(MADE_SAFE, expression).replaceAll(/[\w.?!]+\s*(?:\?(?![.?])|&&|===|!==)/g, "")));
    expect(raw).toEqual([]);
  });

  it("lets a button know how long its act takes", () => {
    const hidden = [...shown(read(file))].filter(({ tag, attribute, expression }) => tag === "Button" && attribute === "onclick" && /\bvoid\b/.test(expression));
    expect(hidden.map(({ expression }) => expression)).toEqual([]);
  });
});

/** The inputs of a message become parts of a sentence. */
const sources = all.filter((file) => /\.(ts|svelte)$/.test(file) && !file.endsWith(".test.ts"));
it("no sentence takes in what strangers wrote as it is", () => {
  const raw = sources.flatMap((file) => {
    const source = read(file);
    return [...source.matchAll(/\bm\.\w+\(\{/g)]
      .map((found) => enclosed(source, found.index + found[0].length - 1))
      .filter((inputs) => THEIRS.test(without(MADE_SAFE, inputs).replaceAll(/[\w.?!]+\s*(?:\?(?![.?])|&&|===|!==)/g, "")))
      .map((inputs) => `${file}: ${inputs}`);
  });
  expect(raw).toEqual([]);
});
