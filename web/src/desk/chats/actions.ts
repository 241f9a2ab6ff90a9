/** What an agent does with a chat. Each answers once the list shows it. */
import { api, ok } from "$/api/client";
import type { components } from "$generated/api";
import { refreshChat } from "$/data/chats";

async function done<T>(id: string, command: Promise<T>): Promise<T> {
  try {
    return await command;
  } finally {
    // Also after a refusal: somebody else was faster, and the list should say so.
    await refreshChat(id);
  }
}

const of = (id: string) => ({ params: { path: { id } } });

/** Takes a chat, using one of the reader's places. */
export function accept(id: string) {
  return done(id, ok(api.POST("/v1/chats/{id}/accept", of(id))));
}

/** Hands it over. */
export function transfer(id: string, body: components["schemas"]["ChatTransfer"]) {
  return done(id, ok(api.POST("/v1/chats/{id}/transfer", { ...of(id), body })));
}

export function end(id: string) {
  return done(id, ok(api.POST("/v1/chats/{id}/end", of(id))));
}

/** Makes a ticket of it; the answer is about the ticket. */
export function convert(id: string, body: components["schemas"]["TicketOfChat"]) {
  return done(id, ok(api.POST("/v1/chats/{id}/ticket", { ...of(id), body })));
}

/** Says that the reader has read what is shown, up to a version. */
export function markRead(id: string, upTo: number) {
  return done(id, ok(api.POST("/v1/chats/{id}/read", { ...of(id), body: { up_to_version: upTo } })));
}
