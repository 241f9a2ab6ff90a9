/** Search over everything that was written. */
import { api, ok } from "$/api/client";

/** The API takes no more than this. */
const LONGEST = 200;

/** Options for `createQuery`: a few tickets, messages, chats and customers with these words. */
export function searchHits(words: string, limit: number) {
  return {
    queryKey: ["search", words, limit] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await ok(api.GET("/v1/search", { params: { query: { q: words.slice(0, LONGEST), limit } }, signal }))).items,
    staleTime: 10_000,
  };
}

/** Options for `createQuery`: for each ticket with a message that was found, how that message begins. */
export function messageHits(words: string) {
  return {
    queryKey: ["tickets", "search", words] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<[string, string][]> => {
      const query = { q: words.slice(0, LONGEST), limit: 100 };
      const page = await ok(api.GET("/v1/search", { params: { query }, signal }));
      return page.items.flatMap((hit) => (hit.kind === "message" && hit.excerpt ? [[hit.id, hit.excerpt] as [string, string]] : []));
    },
  };
}
