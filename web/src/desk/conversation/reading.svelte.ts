/** What was shown was read: said once per message, and only while somebody looks. */
import { api, ok } from "$/api/client";
import { session } from "$/session/session.svelte";

/** Long enough that flying past is not reading. */
const LOOK_MS = 700;

interface Shown {
  id: string;
  unread: number;
  /** Up to where it is shown. */
  version: number;
}

/** For one `$effect`: follows what is shown, and returns how to stop. */
export function readWhileShown(shown: () => Shown): () => void {
  const { id, unread, version } = shown();
  if (unread <= 0 || version === 0 || !session.may("create_tickets")) return () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    timer = setTimeout(() => {
      const body = { up_to_version: version };
      // Not worth a word if it fails: it is said again with the next message.
      void ok(api.POST("/v1/tickets/{id}/read", { params: { path: { id } }, body })).catch(() => undefined);
    }, LOOK_MS);
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
