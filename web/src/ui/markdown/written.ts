/**
 * What somebody wrote, as elements: the same in the desk, the help centre and the widget. Elements are made one by one and text
 * is only ever text, so that there is no HTML in between that would have to be made safe.
 */
import { type Block, blocks } from "./blocks";
import type { Inline } from "./inline";
import { overt } from "$/ui/overt";

function element(name: string, children: readonly Node[], attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const text = (words: string) => document.createTextNode(overt(words));

function inlineNodes(inline: Inline): Node[] {
  switch (inline.kind) {
    case "text":
      return [text(inline.text)];
    case "code":
      return [element("code", [text(inline.text)])];
    case "link": {
      const link = element("a", [element("bdi", [text(inline.text)])], {
        href: inline.href, target: "_blank", rel: "noopener noreferrer nofollow ugc", ...(inline.host ? { title: inline.href } : {}),
      });
      return inline.host ? [link, text(" "), element("bdi", [text(`(${inline.host})`)], { class: "leads-to" })] : [link];
    }
    default:
      return [element(inline.kind, inline.children.flatMap(inlineNodes))];
  }
}

const lineNodes = (lines: readonly Inline[][]) => lines.flatMap((line, at) => [...(at > 0 ? [text("\n")] : []), ...line.flatMap(inlineNodes)]);
// Each part in the direction of its own script.
const auto = { dir: "auto" };

function blockNode(block: Block): HTMLElement {
  switch (block.kind) {
    case "paragraph":
      return element("p", lineNodes(block.lines), auto);
    case "title":
      return element("p", [element("strong", lineNodes(block.lines))], auto);
    case "code":
      return element("pre", [element("code", [text(block.text)])], { dir: "ltr", tabindex: "0" });
    case "quote":
      return element("blockquote", block.blocks.map(blockNode), auto);
    case "list":
      return element(block.start === undefined ? "ul" : "ol", block.items.map((item) => element("li", item.map(blockNode), auto)), {
        ...auto, ...(block.start === undefined ? {} : { start: String(block.start) }),
      });
  }
}

/** For `{@attach written(text)}`: fills an element with it. */
export const written = (body: string) => (node: HTMLElement): void => node.replaceChildren(...blocks(body).map(blockNode));
