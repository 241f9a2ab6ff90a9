import { m } from "$/i18n/index.svelte";
import type { FieldType } from "./field";

/** What a field holds, in words. */
export function fieldTypeWord(type: FieldType): string {
  return {
    text: m.settings_type_text, number: m.settings_type_number, boolean: m.settings_type_boolean,
    date: m.settings_type_date, choice: m.settings_type_choice,
  }[type]();
}
