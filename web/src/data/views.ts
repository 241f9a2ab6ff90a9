/** Saved views: the reader's own, and those everybody at the desk has. */
import { api, ifMatch, ok } from "$/api/client";
import type { SavedView } from "$/api/types";
import { live } from "$/live/live.svelte";
import { session } from "$/session/session.svelte";
import { queryClient } from "./query";

export const viewKeys = { list: ["views"] as const };

/** Options for `createQuery`: one's own, then the shared ones, each in their order. */
export function savedViews() {
  return {
    queryKey: viewKeys.list,
    queryFn: async ({ signal }: { signal: AbortSignal }) => (await ok(api.GET("/v1/views", { signal }))).items,
  };
}

/** Keeps them true while somebody looks; made for `$effect`. */
export function followViews(): () => void {
  const again = () => void queryClient.invalidateQueries({ queryKey: viewKeys.list });
  return live.listen("views", { event: again, resync: again });
}

/** Whether the reader may save, change and delete the views everybody has. */
export function mayShareViews(): boolean {
  return session.may("manage_settings") || session.may("manage_people");
}

/** Whether a view is the reader's to change. */
export function mayChange(view: SavedView): boolean {
  return view.shared ? mayShareViews() : view.owner_id === session.me.person_id;
}

/** What of a view may change. */
export type ViewContent = Pick<SavedView, "name" | "filter" | "sort" | "shared">;

const refresh = () => queryClient.invalidateQueries({ queryKey: viewKeys.list });

/** Saves a new view; returns its id. */
export async function saveView(body: ViewContent): Promise<string> {
  const { id } = await ok(api.POST("/v1/views", { body }));
  await refresh();
  return id;
}

/** Changes a view as it was last seen here; somebody else's change in between refuses it. */
export async function changeView(view: SavedView, change: Partial<ViewContent>): Promise<void> {
  const { id, version, name, filter, sort, shared } = view;
  const body = { name, filter, sort, shared, ...change };
  try {
    await ok(api.PUT("/v1/views/{id}", { params: { path: { id } }, body, headers: ifMatch(version) }));
  } finally {
    await refresh();
  }
}

export async function deleteView(view: SavedView): Promise<void> {
  await ok(api.DELETE("/v1/views/{id}", { params: { path: { id: view.id } } }));
  await refresh();
}

/** Sets the order of one's own views, or of the shared ones. The cache has it at once, and the truth when it is known. */
export async function arrangeViews(views: readonly SavedView[], shared: boolean): Promise<void> {
  queryClient.setQueryData<SavedView[]>(viewKeys.list, (all) => {
    const others = (all ?? []).filter((one) => one.shared !== shared);
    return shared ? [...others, ...views] : [...views, ...others];
  });
  try {
    await ok(api.PUT("/v1/views/order", { body: { shared, view_ids: views.map((one) => one.id) } }));
  } finally {
    await refresh();
  }
}
