/** What is typed is never lost: every box for words keeps them, or asks before they go, or says here why it need not. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../src/", import.meta.url).pathname;
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".svelte")).toSorted();
const withoutComments = (source: string) => source.replaceAll(/<style\b[^]*?<\/style>|<!--[^]*?-->/g, "");

/** Elements and components that take words, up to the end of their attributes. */
const BOX = /<(?:textarea|input|TextArea|TextField|RatingForm|[\w.]*\bcontenteditable)\b(?:[^<>"'{}=]|=>|=|"[^"]*"|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*/g;
/** What is chosen, not written; a search is no loss; passwords are kept nowhere. */
const NO_WORDS = /\btype="(?:search|password|radio|checkbox|range|color|date|time|datetime-local|file|hidden|number)"|\breadonly hidden\b/;

/** How words are kept: as a draft; asked about on the way out, by the dialog or the settings' form they stand in. */
const KEEPS = /\bdraft\.(?:set|get)\(|\bnew (?:KeptForm|FormDraft|NewTicketDraft)\b|\bheldIn\(/;
const ASKS = /<(?:Dialog|EditForm)\b|\bunsaved\.guard\(/;
/** Such a dialog asks nothing. */
const SILENT = /<Dialog\b[^>]*\bmayClose=\{\(\) => true\}/;

/** The rest, and why. */
const REASONS: Record<string, string> = {
  "ui/TextField.svelte": "what boxes are made of",
  "ui/TextArea.svelte": "what boxes are made of",
  "ui/Combobox.svelte": "finds one of a list",
  "sign-in/SignIn.svelte": "an address, which the browser fills in",
  "portal/RatingForm.svelte": "a part of the forms for a request and a chat, which are kept",
  "desk/list/FilterMenu.svelte": "options to tick",
  "desk/list/FilterBar.svelte": "narrows a list; what is applied is in the address",
  "desk/list/CustomFieldInput.svelte": "a part of the new ticket, which is kept",
  "desk/list/CustomerPicker.svelte": "a part of the new ticket, which is kept",
  "desk/settings/organisation/EntryList.svelte": "a part of a settings' form, which asks",
  "desk/settings/sla/ConditionFields.svelte": "a part of a settings' form, which asks",
};

const boxes = (source: string) => [...withoutComments(source).matchAll(BOX)].map(([box]) => box).filter((box) => !NO_WORDS.test(box));
const withBoxes = files.filter((file) => boxes(readFileSync(root + file, "utf8")).length > 0);

it("finds the boxes there are", () => {
  const found = boxes('<TextField label={m.a({ b: "c" })} type="search" /><textarea rows="2" bind:value={() => a, (b) => b}></textarea><input type="radio" />');
  expect(found).toHaveLength(1);
  for (const file of ["portal/Write.svelte", "widget/Ended.svelte", "portal/RatingForm.svelte", "desk/conversation/panel/WrittenField.svelte", "desk/conversation/SubjectField.svelte"]) {
    expect(withBoxes).toContain(file);
  }
  expect(Object.keys(REASONS).filter((file) => !withBoxes.includes(file)), "reasons for nothing").toEqual([]);
});

describe.each(withBoxes.filter((file) => !(file in REASONS)))("%s", (file) => {
  it("keeps what is written in it, or asks", () => {
    const source = withoutComments(readFileSync(root + file, "utf8"));
    expect(KEEPS.test(source) || (ASKS.test(source) && !SILENT.test(source)), "no draft, no question and no reason").toBe(true);
  });
});
