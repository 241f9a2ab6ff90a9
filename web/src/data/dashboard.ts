/** The desk in figures, kept true by live events. */
import { api, ok } from "$/api/client";
import type { components } from "$generated/api";
import { live } from "$/live/live.svelte";
import { queryClient } from "./query";

export type Dashboard = components["schemas"]["DashboardView"];

export const dashboardKey = ["dashboard"] as const;

/** Options for `createQuery`. What is shown stays until the next answer: only figures that changed change. */
export function dashboard() {
  return {
    queryKey: dashboardKey,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/dashboard", { signal })),
    // Days end without an event.
    refetchInterval: 5 * 60_000,
  };
}

/** However much happens, the figures are asked for at most so often. */
const EVERY_MS = 2_000;
/** And after a single event this soon: a figure that follows at once is what makes it live. */
const SOON_MS = 200;

/** Asks again as things happen. Returns how to stop. */
export function followDashboard(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  const again = () => {
    timer ??= setTimeout(async () => {
      last = Date.now();
      await queryClient.invalidateQueries({ queryKey: dashboardKey });
      timer = undefined;
    }, Math.max(SOON_MS, last + EVERY_MS - Date.now()));
  };
  const stops = (["tickets", "chats", "agents"] as const).map((topic) => live.listen(topic, { event: again, resync: again }));
  return () => {
    stops.forEach((stop) => stop());
    clearTimeout(timer);
  };
}
