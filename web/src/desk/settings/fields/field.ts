/** A custom field as it is being edited. */
import type { components } from "$generated/api";

export type FieldView = components["schemas"]["FieldView"];
export type FieldType = FieldView["field_type"];

export const FIELD_TYPES: FieldType[] = ["text", "number", "boolean", "date", "choice"];

export interface FieldEdit {
  name: string;
  label: string;
  field_type: FieldType;
  options: string[];
  personal: boolean;
}

/** Only text and dates can be about a person. */
export function canBePersonal(type: FieldType): boolean {
  return type === "text" || type === "date";
}

export function newField(): FieldEdit {
  return { name: "", label: "", field_type: "text", options: [], personal: true };
}

export function editOf(field: FieldView): FieldEdit {
  const { name, label, field_type, options, personal } = field;
  return { name, label, field_type, options: options ?? [], personal };
}

/** A name made of what people read: `Order value (€)` becomes `order_value`. */
export function nameOf(label: string): string {
  return label.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60);
}

/** What is sent. */
export function bodyOf(field: FieldEdit): components["schemas"]["CustomFieldDetails"] {
  const { label, field_type } = field;
  return {
    label: label.trim(), field_type,
    ...(field_type === "choice" ? { options: field.options.map((one) => one.trim()).filter(Boolean) } : {}),
    ...(canBePersonal(field_type) ? { personal: field.personal } : {}),
  };
}
