/** Everything a browser is told: the body of every answer and every frame of every WebSocket. */
import { type BrowserContext, expect, type Page } from "@playwright/test";

export interface Heard {
  /** That it listens at all: something that was said has been heard. */
  expectHeard(words: string): Promise<void>;
  expectNeverHeard(words: string): Promise<void>;
}

/** Listens to all pages of a context, from now on. */
export function overhear(context: BrowserContext): Heard {
  const bodies: Promise<{ from: string; text: string }>[] = [];
  const frames: { from: string; text: string }[] = [];
  const watch = (page: Page) =>
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => frames.push({ from: socket.url(), text: payload.toString() })),
    );
  context.pages().forEach(watch);
  context.on("page", watch);
  context.on("response", (response) =>
    // Answers without a body (redirects, 204, a page left meanwhile) have nothing to hear.
    bodies.push(response.body().then((body) => ({ from: response.url(), text: body.toString() }), () => ({ from: response.url(), text: "" }))),
  );
  const where = async (words: string) => [...(await Promise.all(bodies)), ...frames].filter(({ text }) => text.includes(words)).map(({ from }) => from);
  return {
    expectHeard: async (words) => expect.poll(() => where(words), `“${words}” was heard`).not.toEqual([]),
    expectNeverHeard: async (words) => expect(await where(words), `“${words}” was heard`).toEqual([]),
  };
}
