import { QueryObserver } from "@tanstack/svelte-query";
import { expect, test, vi } from "vitest";
import { queryClient } from "./query";

test("a page is told of an answer whose data it has not read yet", async () => {
  const told = vi.fn();
  const observer = new QueryObserver(queryClient, { queryKey: ["told"], queryFn: () => Promise.resolve("the answer") });
  // `first.data && second.data`, else `second.isError`: of the second this is all that has been read while the first is missing.
  expect(observer.trackResult(observer.getCurrentResult()).isError).toBe(false);
  const stop = observer.subscribe((result) => told(result.data));
  await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith("the answer"));
  stop();
});
