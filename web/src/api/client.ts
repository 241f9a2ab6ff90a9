/**
 * The one door to the API: typed by the OpenAPI document, signed in by the session cookie.
 *
 * Every changing request carries the session's CSRF token and an `Idempotency-Key` (its own, unless the caller gave one);
 * every query waits for what this page wrote, was told of, or found written when it began (`/v1/me`). Failures are thrown as [`Problem`] or [`Unreachable`] by [`ok`].
 */
import createClient from "openapi-fetch";
import { newKey } from "./key";
import { knows, minPosition } from "./position";
import { Problem, Unreachable } from "./problem";
import type { paths } from "$generated/api";

let csrf: string | null = null;
let signedOut: () => void = () => undefined;
/** Whose page this is, and what happens when it turns out that the browser's session is somebody else's by now. */
let owner: { person: string; organisation: string; replaced(): void } | null = null;

/** Takes the token of sign-in or `/v1/me`. */
export function useCsrfToken(token: string | null): void {
  csrf = token;
}

/** Says what happens when the session turns out to be over. */
export function onSignedOut(act: () => void): void {
  signedOut = act;
}

/** Says whose page this is. What it sends is never sent as somebody else. */
export function actAs(person: string, organisation: string, replaced: () => void): void {
  owner = { person, organisation, replaced };
}

const SAFE = ["GET", "HEAD"];
/** What cannot be repeated under a key: it hands out or ends what is not in the log, and refuses one. client.test.ts compares. */
export const KEYLESS =
  /^\/v1\/(sessions(\/[^/]+)?|me\/password|tokens\/[^/]+|agents\/[^/]+\/(sign-in-code|sessions)|customers\/[^/]+\/(account|sign-in-link|visits|sessions)|imports|visit|widget\/[^/]+\/sessions|organisation\/widget\/identity-secret)$/;

/** Commands that are under way, by what they say. */
const underWay = new Map<string, Promise<Response>>();

/**
 * A command that is under way is not sent again: who says the same once more, by a second click or a key that is held, gets the
 * answer to the first. What has to be said twice (two messages of the same words) goes one after the other.
 */
async function send(request: Request): Promise<Response> {
  if (SAFE.includes(request.method)) return deliver(request);
  const said = `${request.method} ${request.url} ${await request.clone().text()}`;
  let answer = underWay.get(said);
  if (!answer) {
    answer = deliver(request).finally(() => underWay.delete(said));
    underWay.set(said, answer);
  }
  return (await answer).clone();
}

async function deliver(request: Request): Promise<Response> {
  const changes = !SAFE.includes(request.method);
  if (changes) {
    const keyless = KEYLESS.test(new URL(request.url).pathname);
    if (!keyless && !request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", newKey());
    if (csrf) request.headers.set("X-CSRF-Token", csrf);
  } else if (!request.headers.has("Docket-Min-Position")) {
    const position = minPosition();
    if (position !== null) request.headers.set("Docket-Min-Position", String(position));
  }
  const again = changes ? request.clone() : null;
  let response = await reach(request);
  // Another tab signed in anew: the token is of the session before. If it was somebody else who did, nothing is sent again.
  if (again && response.status === 403 && (await isForeignToken(response)) && (await freshToken())) {
    again.headers.set("X-CSRF-Token", csrf ?? "");
    response = await reach(again);
  }
  const position = Number(response.headers.get("Docket-Position"));
  if (position > 0) knows(position);
  if (response.status === 401 && !request.url.endsWith("/v1/sessions")) signedOut();
  return response;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Unreachable(error);
  }
}

async function isForeignToken(response: Response): Promise<boolean> {
  const body = (await response.clone().json().catch(() => null)) as { reason?: string } | null;
  return body?.reason === "csrf";
}

async function freshToken(): Promise<boolean> {
  const response = await reach(new Request("/v1/me"));
  if (!response.ok) return false;
  const me = (await response.json()) as { person_id: string; organisation: string; csrf_token?: string | null };
  if (owner && (me.person_id !== owner.person || me.organisation !== owner.organisation)) {
    owner.replaced();
    return false;
  }
  csrf = me.csrf_token ?? null;
  return csrf !== null;
}

/** The API. Wrap calls in [`ok`] to get the answer or an exception. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: send });

/** The answer's body; throws the [`Problem`] instead of returning it. */
export async function ok<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw Problem.from(response.status, error, response.headers);
  return data as T;
}

/** Sends a command that is not known by its type: what the outbox has kept. */
export async function sendCommand(command: StoredCommand): Promise<unknown> {
  const headers = new Headers({ "Idempotency-Key": command.key });
  if (command.body !== undefined) headers.set("Content-Type", "application/json");
  if (command.ifMatch != null) headers.set("If-Match", `"${command.ifMatch}"`);
  const init: RequestInit = { method: command.method, headers };
  if (command.body !== undefined) init.body = JSON.stringify(command.body);
  const response = await send(new Request(new URL(command.path, location.origin), init));
  if (!response.ok) throw await Problem.of(response);
  return response.status === 204 ? null : await response.json();
}

/** A command as it is kept until it was sent. */
export interface StoredCommand {
  /** Its `Idempotency-Key`: the same at every try. */
  key: string;
  method: "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** The version it is about. */
  ifMatch?: number;
}

/** The header that refuses a change of something that is at another version by now. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}
