/** The public API, as whoever holds a token. Queries wait until they show what was written before. */

/** What commands answer with. */
export interface Receipt {
  id: string;
  version: number;
  position: number;
  number?: string;
}

export class Api {
  static #position = new Map<string, number>();

  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#send("GET", path);
  }
  post<T = Receipt>(path: string, body?: unknown): Promise<T> {
    return this.#send("POST", path, body);
  }
  put<T = Receipt>(path: string, body?: unknown): Promise<T> {
    return this.#send("PUT", path, body);
  }
  delete<T = Receipt>(path: string): Promise<T> {
    return this.#send("DELETE", path);
  }
  /** Sends lines of JSON. */
  upload<T>(path: string, lines: string): Promise<T> {
    return this.#send("POST", path, lines, "application/x-ndjson");
  }

  async #send<T>(method: string, path: string, body?: unknown, type = "application/json"): Promise<T> {
    const headers = new Headers({ Authorization: `Bearer ${this.token}` });
    const seen = Api.#position.get(this.url);
    if (method === "GET" && seen) headers.set("Docket-Min-Position", String(seen));
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      headers.set("Content-Type", type);
      init.body = typeof body === "string" ? body : JSON.stringify(body);
    }
    const answer = await fetch(new URL(path, this.url), init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    const position = Number(answer.headers.get("Docket-Position") ?? 0);
    if (position > (seen ?? 0)) Api.#position.set(this.url, position);
    return (text ? JSON.parse(text) : null) as T;
  }
}
