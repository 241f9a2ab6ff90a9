import { describe, expect, it } from "vitest";
import { type Block, blocks } from "./blocks";
import { type Inline, inlines } from "./inline";

/** As short text: what is strong in `<b>`, and so on. */
const shown = (all: Inline[]): string =>
  all.map((one) => {
    if (one.kind === "text") return one.text;
    if (one.kind === "code") return `<code>${one.text}</code>`;
    if (one.kind === "link") return `<a ${one.href}>${one.text}</a>${one.host ? `(${one.host})` : ""}`;
    return `<${one.kind}>${shown(one.children)}</${one.kind}>`;
  }).join("");
const line = (text: string) => shown(inlines(text));
const block = (one: Block): unknown => {
  if (one.kind === "code") return ["code", one.text];
  if (one.kind === "quote") return ["quote", one.blocks.map(block)];
  if (one.kind === "list") return [one.start ?? "list", one.items.map((item) => item.map(block))];
  return [one.kind, ...one.lines.map(shown)];
};
const whole = (text: string) => blocks(text).map(block);

describe("within a line", () => {
  it.each([
    ["**bold** and *slanted* and ~~gone~~", "<strong>bold</strong> and <em>slanted</em> and <del>gone</del>"],
    ["__bold__ and _slanted_", "<strong>bold</strong> and <em>slanted</em>"],
    ["***both***", "<strong><em>both</em></strong>"],
    ["**a *b* c**", "<strong>a <em>b</em> c</strong>"],
    ["这是**重要**的", "这是<strong>重要</strong>的"],
    ["`npm *run*` and ``a ` b``", "<code>npm *run*</code> and <code>a ` b</code>"],
  ])("%s", (text, wanted) => expect(line(text)).toBe(wanted));

  it.each([
    "snake_case_name and 2*3*4 and 5 * 6 * 7", "**never closed", "a ** b ** c", "*", "`open", "C:\\new\\temp and \\\\server\\share",
    "<b>not bold</b> &amp; <script>alert(1)</script>", "![x](y) [a] (b) [c](d)", "~one~ :) ^_^ ¯\\(ツ)/¯ ****",
  ])("leaves %s as it was typed", (text) => expect(line(text)).toBe(text));

  it("takes a sign for itself after a backslash", () => expect(line("\\*not slanted\\*")).toBe("*not slanted*"));

  it("makes links of addresses, whole", () => {
    expect(line("see https://a.example/x_y_z*w. or ann_lee@example.com"))
      .toBe("see <a https://a.example/x_y_z*w>https://a.example/x_y_z*w</a>. or <a mailto:ann_lee@example.com>ann_lee@example.com</a>");
    expect(line("**https://a.example/b**")).toBe("<strong><a https://a.example/b>https://a.example/b</a></strong>");
  });

  it("makes links of mail addresses with a scheme, whole", () => {
    expect(line("mailto:ann_lee@a.example?subject=*Hello*%20there now"))
      .toBe("<a mailto:ann_lee@a.example?subject=*Hello*%20there>mailto:ann_lee@a.example?subject=*Hello*%20there</a> now");
    expect(line("[Write](mailto:ann@a.example?bcc=eve@b.example&subject=Hi)")).toBe("<a mailto:ann@a.example?subject=Hi>Write</a>(ann@a.example)");
    expect(line("[Write](mailto:nobody)")).toBe("[Write](mailto:nobody)");
  });

  it("says where a link with words of its own leads", () => {
    expect(line("[our page](https://a.example/b_(c))")).toBe("<a https://a.example/b_(c)>our page</a>(a.example)");
    expect(line("[https://bank.example](https://evil.example/)")).toBe("<a https://evil.example/>https://bank.example</a>(evil.example)");
  });

  it("makes no link of anything that could run", () => {
    for (const to of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//x.example", "JaVaScRiPt:x", "https:javascript"]) {
      expect(line(`[x](${to})`)).not.toContain("<a ");
    }
  });
});

describe("over several lines", () => {
  it("keeps paragraphs and their lines", () => {
    expect(whole("Hello,\r\n  indented\n\n\nBye")).toEqual([["paragraph", "Hello,", "  indented"], ["paragraph", "Bye"]]);
  });

  it("reads lists, numbered from where they are, and what is within", () => {
    expect(whole("Do:\n- one\n  more\n  - inner\n- **two**\nDone")).toEqual([
      ["paragraph", "Do:"],
      ["list", [[["paragraph", "one", "more"], ["list", [[["paragraph", "inner"]]]]], [["paragraph", "<strong>two</strong>"]]]],
      ["paragraph", "Done"],
    ]);
    expect(whole("3. c\n4. d")).toEqual([[3, [[["paragraph", "c"]], [["paragraph", "d"]]]]]);
    expect(whole("-5 degrees\n2024. was\n+ 49 171")).toEqual([["paragraph", "-5 degrees", "2024. was", "+ 49 171"]]);
  });

  it("reads quotes, titles and code", () => {
    expect(whole("> said\n> - a\nanswer")).toEqual([["quote", [["paragraph", "said"], ["list", [[["paragraph", "a"]]]]]], ["paragraph", "answer"]]);
    expect(whole("# Steps\n#12 is mine")).toEqual([["title", "Steps"], ["paragraph", "#12 is mine"]]);
    expect(whole("```js\n*a*\n\n<b>\n```\nafter")).toEqual([["code", "*a*\n\n<b>"], ["paragraph", "after"]]);
    expect(whole("```\nnever closed")).toEqual([["code", "never closed"]]);
  });

  it("does not follow the deepest nesting", () => {
    const deep = JSON.stringify(whole(`${"> ".repeat(5_000)}a`));
    expect(deep.match(/quote/g)).toHaveLength(4);
    expect(() => blocks(Array.from({ length: 300 }, (_, at) => `${" ".repeat(at * 2)}- a`).join("\n"))).not.toThrow();
  });
});

// A reader of quadratic time needs minutes for these, which the runner does not give it.
it("reads hostile texts as quickly as others", () => {
  const SIZE = 50_000;
  const parts = ["[", "[a](", "[a](https://x", "[a](https://(", "*", "*a ", "a*", "**a ", "_", "*a_ ", "`", "``a`", "a`b``", "~~a", "<", "> ", "- ", "1. ", "- a\n  ",
    "http://", "http://a", "mailto:", "mailto:a@a.a?", "[a](mailto:", "https://a)", "@", "a@", "a@a.", "a", "\\", "a.", "(", "https://a......", "***a**", "```\n", "- a\n\n  "];
  for (const part of parts) expect(blocks(part.repeat(SIZE / part.length)).length, part).toBeGreaterThan(0);
  for (let message = 0; message < 120; message += 1) blocks("a".repeat(3990));
}, 30_000);
