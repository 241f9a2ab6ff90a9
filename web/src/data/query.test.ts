import { QueryObserver } from "@tanstack/svelte-query";
import { describe, expect, test, vi } from "vitest";
import { knows } from "$/api/position";
import { askAnew, put, queryClient } from "./query";

test("a page is told of an answer whose data it has not read yet", async () => {
  const told = vi.fn();
  const observer = new QueryObserver(queryClient, { queryKey: ["told"], queryFn: () => Promise.resolve("the answer") });
  // `first.data && second.data`, else `second.isError`: of the second this is all that has been read while the first is missing.
  expect(observer.trackResult(observer.getCurrentResult()).isError).toBe(false);
  const stop = observer.subscribe((result) => told(result.data));
  await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith("the answer"));
  stop();
});

describe("news that comes while an answer is under way", () => {
  let name = 0;
  /** A query that is shown, whose answers are given by hand, in the order in which they were asked for. */
  function asked() {
    const queryKey = ["asked", String(name++)];
    const answers: ((answer: string) => void)[] = [];
    const options = { queryKey, queryFn: () => new Promise<string>((resolve) => answers.push(resolve)) };
    const shown = () => queryClient.getQueryData<string>(queryKey);
    return { ...options, answers, shown, show: () => new QueryObserver(queryClient, options).subscribe(() => undefined) };
  }

  test("is not answered by it, be it the first or not", async () => {
    const query = asked();
    const stop = query.show();
    void queryClient.invalidateQueries({ queryKey: query.queryKey });
    await vi.waitFor(() => expect(query.answers).toHaveLength(2));
    query.answers[0]!("old");
    query.answers[1]!("new");
    await vi.waitFor(() => expect(query.shown()).toBe("new"));

    void queryClient.refetchQueries({ queryKey: query.queryKey });
    void queryClient.refetchQueries({ queryKey: query.queryKey });
    await vi.waitFor(() => expect(query.answers).toHaveLength(4));
    query.answers[2]!("old again");
    query.answers[3]!("newer");
    await vi.waitFor(() => expect(query.shown()).toBe("newer"));
    stop();
  });

  test("is asked for by the next who wants it, if nobody does now", async () => {
    const query = asked();
    void queryClient.prefetchQuery(query);
    await queryClient.invalidateQueries({ queryKey: query.queryKey });
    query.answers[0]!("old");
    const stop = query.show();
    await vi.waitFor(() => expect(query.answers).toHaveLength(2));
    query.answers[1]!("new");
    await vi.waitFor(() => expect(query.shown()).toBe("new"));
    stop();
  });

  test("asks anew once, however many want to know", async () => {
    const query = asked();
    const stop = query.show();
    knows(10);
    const [one, other] = [askAnew(query), askAnew(query)];
    await vi.waitFor(() => expect(query.answers).toHaveLength(2));
    query.answers[0]!("old");
    query.answers[1]!("new");
    expect(await Promise.all([one, other])).toEqual(["new", "new"]);
    expect(query.answers).toHaveLength(2);
    stop();
  });

  test("stands after what was asked for before", async () => {
    const query = asked();
    const stop = query.show();
    put(query.queryKey, () => queryClient.setQueryData(query.queryKey, (shown?: string) => shown && `${shown}, with the news`));
    query.answers[0]!("old");
    await vi.waitFor(() => expect(query.shown()).toBe("old, with the news"));
    stop();
  });
});
