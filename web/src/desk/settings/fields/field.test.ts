import { describe, expect, it } from "vitest";
import { bodyOf, nameOf, newField } from "./field";

describe("a custom field", () => {
  it.each([
    ["Serial number", "serial_number"],
    ["  Größe (cm) ", "große_cm".replace("ß", "_")],
    ["Año de compra", "ano_de_compra"],
    ["!!!", ""],
    ["الرقم", ""],
  ])("%s is named %s", (label, name) => {
    expect(nameOf(label)).toBe(name.replace(/_+/g, "_"));
  });

  it("says options of choices only, and what is personal of text and dates only", () => {
    const field = { ...newField(), label: " Device ", options: [" Phone ", "", "Tablet"] };
    expect(bodyOf({ ...field, field_type: "choice" })).toEqual({ label: "Device", field_type: "choice", options: ["Phone", "Tablet"] });
    expect(bodyOf({ ...field, field_type: "date", personal: false })).toEqual({ label: "Device", field_type: "date", personal: false });
    expect(bodyOf({ ...field, field_type: "number" })).toEqual({ label: "Device", field_type: "number" });
  });
});
