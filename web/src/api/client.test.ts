import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { KEYLESS } from "./client";

interface Operation {
  parameters?: { name: string }[];
}

const { paths } = JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};

it("sends an idempotency key to exactly the commands that take one", () => {
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (method === "get") continue;
      const takes = operation.parameters?.some((parameter) => parameter.name === "Idempotency-Key") ?? false;
      expect(KEYLESS.test(path.replaceAll(/\{\w+\}/g, "x")), `${method} ${path}`).toBe(!takes);
    }
  }
});
