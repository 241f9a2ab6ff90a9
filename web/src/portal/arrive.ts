/** Arriving by a signed link: its one-time code becomes a session. */
import { api, ok } from "$/api/client";

/** The code of the address, taken out of it at once, so that it is in no history and no screenshot. */
export function takeCode(): string | null {
  const query = new URLSearchParams(location.search);
  const code = query.get("code");
  if (!code) return null;
  query.delete("code");
  const rest = query.toString();
  history.replaceState(null, "", location.pathname + (rest ? `?${rest}` : "") + location.hash);
  return code;
}

/** Signs in with a code; answers what went wrong, or null. */
export async function arrive(code: string): Promise<Error | null> {
  try {
    await ok(api.POST("/v1/sessions", { body: { code } }));
    return null;
  } catch (error) {
    return error as Error;
  }
}
