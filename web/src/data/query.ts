/** The cache of what was asked of the API. Live events patch it; what cannot be patched is asked again. */
import { type FetchQueryOptions, type InvalidateOptions, type InvalidateQueryFilters, type Query, QueryClient, type QueryKey, type RefetchOptions, type RefetchQueryFilters } from "@tanstack/svelte-query";
import { minPosition } from "$/api/position";
import { Problem, Unreachable } from "$/api/problem";

/**
 * What is under way was asked before whatever made asking again needed, and shows nothing of it. TanStack begins again only where
 * there is an answer already, and else takes the first one, old as it is, for the new.
 */
class AskingAnew extends QueryClient {
  override refetchQueries<Key extends QueryKey = QueryKey>(filters?: RefetchQueryFilters<Key>, options?: RefetchOptions): Promise<void> {
    for (const query of this.getQueryCache().findAll({ ...filters, fetchStatus: "fetching" })) {
      if (query.state.data === undefined && !query.isDisabled() && !query.isStatic()) void query.cancel({ silent: true });
    }
    return super.refetchQueries(filters, options);
  }

  override invalidateQueries<Key extends QueryKey = QueryKey>(filters?: InvalidateQueryFilters<Key>, options?: InvalidateOptions): Promise<void> {
    // What nobody waits for is asked when somebody does.
    for (const query of this.getQueryCache().findAll({ ...filters, type: "inactive", fetchStatus: "fetching" })) void query.cancel({ revert: true });
    return super.invalidateQueries(filters, options);
  }
}

export const queryClient = new AskingAnew({
  defaultOptions: {
    queries: {
      // The live connection says when something changed; time alone changes nothing.
      staleTime: 5 * 60_000,
      gcTime: 15 * 60_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      networkMode: "always",
      // Told of every change, not only of the parts read so far: a page that reads `a.data && b.data` has not read `b` when its
      // answer comes first, would not be told, and would then find the old, empty result.
      notifyOnChangeProps: "all",
      retry: (failures, error) =>
        failures < 2 && (error instanceof Unreachable || (error instanceof Problem && error.passing)),
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** What was known when a request that is under way began. */
const begun = new WeakMap<Query, number>();
queryClient.getQueryCache().subscribe((event) => {
  if (event.type === "updated" && event.action.type === "fetch") begun.set(event.query, minPosition() ?? 0);
});

const find = (queryKey: QueryKey) => queryClient.getQueryCache().find({ queryKey, exact: true });

/** Asks for something after news of it: a request that is under way answers only if it began after them. */
export function askAnew<Data, Key extends QueryKey>(options: FetchQueryOptions<Data, Error, Data, Key>): Promise<Data> {
  const known = minPosition() ?? 0;
  const before = find(options.queryKey);
  if (before?.state.fetchStatus === "fetching" && (begun.get(before) ?? 0) < known) void before.cancel({ silent: true });
  const answer = queryClient.fetchQuery({ ...options, staleTime: 0 });
  const now = find(options.queryKey);
  if (now) begun.set(now, known);
  return answer;
}

/** Puts something in place; once more when an answer has come that was asked for before, which would go over it. */
export function put(queryKey: QueryKey, apply: () => void): void {
  apply();
  const underWay = queryClient.getQueryCache().findAll({ queryKey, fetchStatus: "fetching" }).map((query) => query.promise);
  if (underWay.length > 0) void Promise.allSettled(underWay).then(() => put(queryKey, apply));
}
