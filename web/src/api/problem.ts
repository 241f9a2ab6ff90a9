/** What went wrong, as RFC 9457 problem details say it; or that nobody answered. */
import type { components } from "$generated/api";
import type { DocketEvent } from "./types";

type Document = components["schemas"]["ProblemDocument"];
export type FieldProblem = components["schemas"]["FieldProblem"];

/** The server refused, or failed. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    /** The HTTP status. */
    readonly status: number,
    /** What to branch on. Stable. */
    readonly code: string,
    /** This occurrence, in the server's words (English). */
    readonly detail: string,
    /** Every field that is not as it must be. */
    readonly fields: readonly FieldProblem[] = [],
    /** Whatever else the problem carries: `allowed`, `missed`, `current_version` … */
    readonly members: Readonly<Record<string, unknown>> = {},
    /** When to come back, in seconds, if the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${status} ${code}: ${detail}`);
  }

  /** Reads an answer that is not a success. Never throws: what is no problem document becomes one of its status. */
  static async of(response: Response): Promise<Problem> {
    const body = await response.json().catch(() => null);
    return Problem.from(response.status, body, response.headers);
  }

  static from(status: number, body: unknown, headers?: Headers): Problem {
    const document = (body && typeof body === "object" ? body : {}) as Partial<Document> & Record<string, unknown>;
    const { type: _type, title, status: _status, code, detail, errors, ...members } = document;
    const wait = Number(headers?.get("Retry-After") ?? NaN);
    return new Problem(
      status,
      code ?? `http_${status}`,
      detail ?? title ?? "",
      errors ?? [],
      members,
      Number.isFinite(wait) ? wait : null,
    );
  }

  /** Whether the same request may well succeed later, without anybody changing it. */
  get passing(): boolean {
    return this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** For a 412: what happened since the version this was about, oldest first. */
  get missed(): readonly DocketEvent[] {
    return Array.isArray(this.members["missed"]) ? (this.members["missed"] as DocketEvent[]) : [];
  }

  /** For a 412: the version it is at. */
  get currentVersion(): number | null {
    const version = this.members["current_version"];
    return typeof version === "number" ? version : null;
  }

  /** What is wrong with one field. */
  field(name: string): FieldProblem | undefined {
    return this.fields.find((problem) => problem.field === name);
  }
}

/** Nobody answered: no network, or no server. Whether the request arrived is not known. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  constructor(cause: unknown) {
    super("the server does not answer", { cause });
  }
}

/** A part of the page could not be fetched: no network, or the server has another build by now. */
export class NotLoaded extends Error {
  override readonly name = "NotLoaded";
  constructor(cause: unknown) {
    super("a part of the page could not be fetched", { cause });
  }
}
