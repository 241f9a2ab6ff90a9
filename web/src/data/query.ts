/** The cache of what was asked of the API. Live events patch it; what cannot be patched is asked again. */
import { QueryClient } from "@tanstack/svelte-query";
import { Problem, Unreachable } from "$/api/problem";

export const queryClient = new QueryClient({
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
