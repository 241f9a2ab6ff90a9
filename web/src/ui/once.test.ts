import { expect, it, vi } from "vitest";
import { once } from "./once.svelte";

it("begins an act once, and again when it is over, however it ended", async () => {
  const ends: ((how: "well" | "badly") => void)[] = [];
  const act = vi.fn((what: string) => new Promise<string>((resolve, reject) => ends.push((how) => (how === "well" ? resolve(what) : reject(new Error(what))))));
  const save = once(act);
  expect(save.busy).toBe(false);
  const both = Promise.all([save("first"), save("second")]);
  expect(act).toHaveBeenCalledTimes(1);
  expect(save.busy).toBe(true);
  ends[0]!("well");
  expect(await both).toEqual(["first", "first"]);
  expect(save.busy).toBe(false);

  const third = save("third");
  ends[1]!("badly");
  await expect(third).rejects.toThrow("third");
  expect(save.busy).toBe(false);
});
