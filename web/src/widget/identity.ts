/** Whom a site vouches for. */
import type { Identity } from "./start";

/** Who it is: a token is another one on each page, the person in it is not. */
export function vouchedBy(identity: Identity | null): string | null {
  if (!identity || !("token" in identity)) return identity?.user_id ?? null;
  try {
    const claims = identity.token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    return String((JSON.parse(atob(claims)) as { sub?: unknown }).sub);
  } catch {
    return identity.token;
  }
}

/** As a visit is begun with it. */
export function vouching(identity: Identity | null): { identity_token?: string; identity?: { user_id: string; hash: string } } {
  if (!identity) return {};
  return "token" in identity ? { identity_token: identity.token } : { identity };
}
