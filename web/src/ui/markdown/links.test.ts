import { describe, expect, it } from "vitest";
import { pieces } from "./links";

const links = (text: string) => pieces(text).filter((piece) => piece.href).map((piece) => piece.href);

describe("links in what people write", () => {
  it("finds addresses and leaves the rest as it is", () => {
    const text = "See https://docket.example/help?a=1#b, or write to ada@example.com.";
    expect(links(text)).toEqual(["https://docket.example/help?a=1#b", "mailto:ada@example.com"]);
    expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
  });

  it("leaves the sentence's marks out of the address", () => {
    expect(links("(https://example.com/a). “https://example.com/b”!")).toEqual(["https://example.com/a", "https://example.com/b"]);
    expect(links("https://example.com/Rust_(language)")).toEqual(["https://example.com/Rust_(language)"]);
  });

  it("makes no link of anything that could run", () => {
    for (const text of ["javascript:alert(1)", "data:text/html,x", "<a href=\"javascript:x\">y</a>", "file:///etc/passwd", "vbscript:x"]) {
      expect(links(text)).toEqual([]);
      expect(pieces(text)).toEqual([{ text }]);
    }
  });

  it("stops at markup, so that nothing hides in an address", () => {
    expect(links('https://example.com/"onmouseover="x')).toEqual(["https://example.com/"]);
    expect(links("https://example.com/<script>")).toEqual(["https://example.com/"]);
  });

  it("takes text in any script, and none", () => {
    expect(pieces("")).toEqual([]);
    expect(links("انظر https://example.com/ar الآن 🎉")).toEqual(["https://example.com/ar"]);
  });

  it("shows a host for what it is, also where something else plays it", () => {
    const shown = (text: string) => pieces(text).map((piece) => piece.text).join("");
    expect(shown("https://аpple.com/login")).toBe("https://xn--pple-43d.com/login");
    expect(shown("https://аpple.com/xn--pple-43d.com")).toBe("https://xn--pple-43d.com/xn--pple-43d.com");
    expect(shown("https://bank.example@other.example/")).toBe("https://other.example/");
    expect(shown("https://Shop.example:8443/a")).toBe("https://Shop.example:8443/a");
  });

  it("follows a mail address written as a link, with what it is about and nothing else", () => {
    const text = "Write to mailto:ann@shop.example?subject=Order%2012, please";
    const shown = (written: string) => pieces(written).map((piece) => piece.text).join("");
    expect(links(text)).toEqual(["mailto:ann@shop.example?subject=Order%2012"]);
    expect(shown(text)).toBe(text);
    expect(shown(text.replace(",", "&body=x&bcc=eve@other.example,"))).toBe(text);
    expect(links("mailto:ann@shop.example")).toEqual(["mailto:ann@shop.example"]);
    expect(links("MAILTO:ann@shop.example?")).toEqual(["mailto:ann@shop.example"]);
    expect(links("mailto:ann@shop.example,bob@shop.example?Subject=a+b&subject=no")).toEqual(["mailto:ann@shop.example,bob@shop.example?subject=a%2Bb"]);
    // Nobody sees to whom else it would go.
    expect(links("mailto:ann@shop.example?bcc=eve@other.example&cc=eve@other.example")).toEqual(["mailto:ann@shop.example"]);
    expect(links("mailto:ann@shop.example?subject=a%0D%0Abcc:eve@other.example")).toEqual(["mailto:ann@shop.example?subject=a%20bcc%3Aeve%40other.example"]);
  });

  it("takes the mail address alone where the link is none", () => {
    expect(links("mailto: ann@shop.example")).toEqual(["mailto:ann@shop.example"]);
    expect(links("mailto:ann@shop.example?subject=%E0%A4%A")).toEqual(["mailto:ann@shop.example"]);
    for (const nothing of ["mailto:", "mailto:?subject=x", "mailto:ann", "mailto:%22x%22@", "Automailto:x"]) expect(links(nothing), nothing).toEqual([]);
  });

  it("takes a mailbox whole, in any script, so that nobody else gets the mail", () => {
    expect(links("jörg@shop.example, o'brien@shop.example and 'ann@shop.example'")).toEqual(["mailto:jörg@shop.example", "mailto:o'brien@shop.example", "mailto:ann@shop.example"]);
    expect(pieces("ann@bücher.example").map((piece) => piece.text)).toEqual(["ann@xn--bcher-kva.example"]);
    expect(links("ann@shop.examplé")).toEqual(["mailto:ann@shop.xn--exampl-gva"]);
  });

  it("takes no longer than the text is long", () => {
    const texts = ["a".repeat(3990), "a.".repeat(1995), "@".repeat(3990), "https://".repeat(498), `https://${"(".repeat(3980)}`, `https://a${")".repeat(3980)}`, "a@a.".repeat(997), "mailto:".repeat(570), "mailto:a@a.a?subject=".repeat(190), "mailto:a@a.a,".repeat(300), `mailto:a@a.a?${"subject=%".repeat(440)}`];
    // 120 messages of each: a finder that goes back over them does not come to an end within this test's time.
    for (const text of texts) for (let at = 0; at < 120; at += 1) expect(pieces(text).length).toBeGreaterThan(0);
  }, 30_000);
});
