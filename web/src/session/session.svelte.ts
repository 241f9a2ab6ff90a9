/** Who is signed in. Apps are only shown to somebody who is. */
import { actAs, api, ok, onSignedOut, useCsrfToken } from "$/api/client";
import { Problem } from "$/api/problem";
import type { Me, Permission } from "$/api/types";
import { draft, startDrafts } from "$/live/drafts.svelte";
import { live } from "$/live/live.svelte";
import { outbox, startOutbox } from "$/live/outbox.svelte";
import { toasts } from "$/ui/toast.svelte";

let me = $state.raw<Me | null>(null);
let leaving = $state(false);

/** How the pages of one browser tell each other who has it now. */
const CHANNEL = "docket-session";

/** Where somebody signs in, to come back here afterwards. */
export function signInAddress(next = location.pathname + location.search): string {
  return `/sign-in?next=${encodeURIComponent(next)}`;
}

/** A place of ours to go to after signing in; nothing else is followed. */
export function nextAddress(search: string): string | null {
  const next = new URLSearchParams(search).get("next");
  if (!next) return null;
  try {
    const url = new URL(next, location.origin);
    return url.origin === location.origin && /^\/(desk|help)(\/|$)/.test(url.pathname) ? url.pathname + url.search : null;
  } catch {
    return null;
  }
}

/** Where a role is at home. */
export function home(role: Me["role"]): string {
  return role === "customer" ? "/help" : "/desk";
}

/** Finds out who is signed in; null: nobody. */
export async function whoIsIt(): Promise<Me | null> {
  try {
    const found = await ok(api.GET("/v1/me"));
    useCsrfToken(found.csrf_token ?? null);
    return found;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** Begins everything that belongs to somebody: drafts, outbox, the live connection. */
export function begin(found: Me): void {
  me = found;
  onSignedOut(() => location.assign(signInAddress()));
  // What is written is kept under its writer's name, for when they are back; the page becomes the one of who is here now.
  actAs(found.person_id, found.organisation, () => location.reload());
  const others = new BroadcastChannel(CHANNEL);
  others.onmessage = ({ data }: MessageEvent<string>) => {
    if (data !== nameOf(found)) location.reload();
  };
  others.postMessage(nameOf(found));
  recheckAfterLoss();
  startDrafts(found.person_id);
  void startOutbox(found.person_id);
  live.start();
}

const nameOf = ({ organisation, person_id }: Me) => `${organisation} ${person_id}`;
const rightsOf = (one: Me) => JSON.stringify([nameOf(one), one.role, one.custom_role_id ?? null, one.permissions]);

/**
 * The server ends the live connection when its caller may do less, or somebody else signed in. Whoever comes back is asked anew
 * who they are, and a page made for other rights is made again: what it shows may not be for them any more.
 */
function recheckAfterLoss(): void {
  $effect.root(() => {
    let lost = false;
    $effect(() => {
      const { state } = live.status;
      if (state !== "online") lost ||= state !== "connecting";
      else if (lost) {
        lost = false;
        void recheck();
      }
    });
  });
}

async function recheck(): Promise<void> {
  // Without an answer there is nothing to decide by; who is signed out is led to the sign-in page by the answer itself.
  const found = await ok(api.GET("/v1/me")).catch(() => null);
  if (!found || !me) return;
  if (rightsOf(found) !== rightsOf(me)) return location.reload();
  me = found;
  useCsrfToken(found.csrf_token ?? null);
}

export const session = {
  /** Who it is. */
  get me(): Me {
    if (!me) throw new Error("nobody is signed in yet");
    return me;
  },
  may(permission: Permission): boolean {
    return me?.permissions.includes(permission) ?? false;
  },
  /** Whether somebody wants to sign out while something waits to be sent, and is asked (`Leaving.svelte`). */
  get leaving(): boolean {
    return leaving;
  },
  /** Signs out; asks first where something written would be lost. */
  async signOut(): Promise<void> {
    if (outbox.all.length > 0) leaving = true;
    else await session.leave();
  },
  /** Thinks better of it. */
  stay(): void {
    leaving = false;
  },
  /** Signs out, and leaves nothing of this person's in the browser. Who could not be signed out is told, and stays. */
  async leave(): Promise<void> {
    onSignedOut(() => undefined);
    try {
      await ok(api.DELETE("/v1/sessions/current"));
    } catch (error) {
      // 401: the session is over already.
      if (!(error instanceof Problem && error.status === 401)) {
        onSignedOut(() => location.assign(signInAddress()));
        leaving = false;
        toasts.fail(error);
        return;
      }
    }
    live.stop();
    draft.clearAll();
    await outbox.clear();
    location.assign("/sign-in");
  },
};
