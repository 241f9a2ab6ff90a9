/** The demo shop of `npm run shop`, on an origin of its own, with the widget in its page. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "@playwright/test";
import type { Docket } from "./docket.ts";

const SCRIPT = fileURLToPath(new URL("../../../demo/serve.js", import.meta.url));

interface WidgetSettings {
  key: string;
}

export class Shop {
  url = "";
  #child: ChildProcess | null = null;

  /** Turns the desk's widget on for this shop alone, and opens the shop. */
  async start(server: Docket, settings: object = {}): Promise<void> {
    await server.admin.put("/v1/organisation/widget", { enabled: true, ...settings });
    const { key } = await server.admin.get<WidgetSettings>("/v1/organisation/widget");
    const child = spawn(process.execPath, [SCRIPT], {
      env: { PATH: process.env["PATH"], DOCKET_URL: server.url, DOCKET_WIDGET_KEY: key, SHOP_PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    this.url = /http:\S+\//.exec(said.toString())![0];
    await server.admin.put("/v1/organisation/widget", { enabled: true, ...settings, allowed_origins: [new URL(this.url).origin] });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill();
    await ended;
  }
}

/** A shop for the tests of this file; say first which server. */
export function shop(server: Docket, settings: object = {}): Shop {
  const one = new Shop();
  test.beforeAll(() => one.start(server, settings));
  test.afterAll(() => one.stop());
  return one;
}
