/** The lists of chats beside those at hand, as their address says it: those that have ended, or all there are. */
import type { Chat } from "$/api/types";
import type { ChatQuery } from "$/data/chats";
import { edge, edgeOf, readDay } from "../list/filter";

type ChatStatus = Chat["status"];

export interface FoundFilter {
  view: "ended" | "all";
  /** None: any. */
  status: ChatStatus[];
  /** Started since, and until: as a ticket list has them. */
  from: string | null;
  to: string | null;
  whose: "all" | "me";
  search: string;
}

export const ALL_CHATS: FoundFilter = { view: "all", status: [], from: null, to: null, whose: "all", search: "" };
export const ENDED_CHATS: FoundFilter = { ...ALL_CHATS, view: "ended" };

const STATUSES: readonly ChatStatus[] = ["waiting", "active", "transferred", "closed"];

/** Null: the address shows the chats at hand. */
export function readFound(params: URLSearchParams): FoundFilter | null {
  const view = params.get("view");
  if (view !== "ended" && view !== "all") return null;
  const named = new Set((params.get("status") ?? "").split(","));
  const all = view === "all";
  return {
    view,
    status: all ? STATUSES.filter((one) => named.has(one)) : [],
    from: all ? readDay(params.get("from")) : null,
    to: all ? readDay(params.get("to")) : null,
    whose: params.get("whose") === "me" ? "me" : "all",
    search: params.get("q")?.trim() ?? "",
  };
}

/** The query that reads as this filter. */
export function writeFound({ view, status, from, to, whose, search }: FoundFilter): string {
  const params = new URLSearchParams({ view });
  if (status.length) params.set("status", status.join());
  if (from) params.set("from", from);
  if (to) params.set("to", to);
  if (search) params.set("q", search);
  if (whose === "me") params.set("whose", whose);
  return `?${params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

/** The filter as the API takes it. */
export function foundQuery({ view, status, from, to, whose, search }: FoundFilter): ChatQuery {
  return {
    ...(view === "ended" ? { status: "closed", sort: "ended" } : status.length ? { status: status.join() } : {}),
    ...(from ? { started_from: edge(from, 0) } : {}),
    ...(to ? { started_to: edge(to, 1) } : {}),
    ...(search ? { search } : {}),
    ...(whose === "me" ? { agent: "me" } : {}),
  };
}

/** The list that holds exactly the chats a list of the API does. Null: there is none. */
export function foundOf(list: string): FoundFilter | null {
  const [path, query = ""] = list.split("?");
  if (path !== "/v1/chats") return null;
  const asked = new URLSearchParams(query);
  const [from, to, named] = [asked.get("started_from"), asked.get("started_to"), (asked.get("status") ?? "").split(",")];
  const known = ["status", "started_from", "started_to"];
  if ([...asked.keys()].some((name) => !known.includes(name))) return null;
  return { ...ALL_CHATS, status: STATUSES.filter((one) => named.includes(one)), from: from && edgeOf(from, 0), to: to && edgeOf(to, 1) };
}
