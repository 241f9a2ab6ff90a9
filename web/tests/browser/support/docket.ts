/** A real server for a test file: its own folder and port, ended by its process when the file is done. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "@playwright/test";
import { Api } from "./api.ts";

const BINARY = process.env["BROWSER_DOCKET"] ?? fileURLToPath(new URL("../../../../target/debug/docket", import.meta.url));
const TOKEN = "browser-tests-only-administrator";
/** With a history to read models are made of it first. */
const LONG_START_MS = 30 * 60_000;
/** A first start makes keys and databases; a restart after a kill waits for the lease of the one that died. */
const START_MS = 60_000;
const LOG_LINES = 60;

export interface Options {
  /** `demo`: with people, tickets and chats in it. */
  command?: "serve" | "demo";
  /** More arguments of the command. */
  arguments?: string[];
  /** A history to begin with: writes the file that is imported before the first start. */
  history?: (file: string) => Promise<void>;
  /** More of the server's own environment. */
  environment?: Record<string, string>;
}

export class Docket {
  /** Where it answers, without a slash at the end. */
  url = "";
  /** Acts as an administrator. */
  admin!: Api;
  #folder = "";
  #child: ChildProcess | null = null;
  #log: string[] = [];

  constructor(private readonly options: Options) {}

  /** Starts it in a new folder on a port that is free, which it says itself. */
  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "docket-browser-"));
    if (this.options.history) await this.#import(this.options.history);
    await this.#spawn("127.0.0.1:0");
    this.admin = new Api(this.url, TOKEN);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Lets it answer nothing until it may [`proceed`](Docket.proceed): what a page shows while it waits. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  proceed(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Starts it again: the same folder, the same address. */
  async resume(): Promise<void> {
    await this.#spawn(new URL(this.url).host);
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The last it printed. */
  get log(): string {
    return this.#log.slice(-LOG_LINES).join("\n");
  }

  async #import(write: (file: string) => Promise<void>): Promise<void> {
    const file = join(this.#folder, "history.jsonl");
    await write(file);
    await promisify(execFile)(BINARY, ["import", file, "--data", join(this.#folder, "data")], {
      cwd: this.#folder, env: { PATH: process.env["PATH"], NO_COLOR: "1", DOCKET_BOOTSTRAP_TOKEN: TOKEN },
    });
    await rm(file);
  }

  async #spawn(listen: string): Promise<void> {
    const { command = "serve", arguments: more = [], environment = {} } = this.options;
    const pages = process.env["BROWSER_PAGES"];
    const child = spawn(BINARY, [command, "--data", join(this.#folder, "data"), "--listen", listen, ...more], {
      cwd: this.#folder,
      // Settings of whoever runs the tests are not the server's.
      env: {
        PATH: process.env["PATH"], NO_COLOR: "1", DOCKET_BOOTSTRAP_TOKEN: TOKEN, ...(pages ? { DOCKET_WEB_DIR: pages } : {}), ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    // Whoever ends the tests does not leave it behind.
    process.once("exit", () => child.kill("SIGKILL"));
    this.url = await this.#address(child);
    await this.#ready(child);
  }

  /** Reads where it listens from what it prints. */
  #address(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`docket says no address:\n${this.log}`)), START_MS);
      const hear = (bytes: Buffer) => {
        this.#log.push(...bytes.toString().trimEnd().split("\n"));
        const said = /Docket serves (http:\/\/\S+)/.exec(this.log)?.[1];
        if (said && this.#child === child) {
          clearTimeout(timer);
          resolve(said);
        }
      };
      child.stdout!.on("data", hear);
      child.stderr!.on("data", hear);
      child.once("error", (error) => reject(new Error(`${BINARY} cannot be run (cargo build -p docket-api): ${error.message}`)));
      child.once("exit", (code) => reject(new Error(`docket ended with ${code}:\n${this.log}`)));
    });
  }

  async #ready(child: ChildProcess): Promise<void> {
    const until = Date.now() + (this.options.history ? LONG_START_MS : START_MS);
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (child.exitCode !== null || Date.now() > until) throw new Error(`docket does not get ready: ${await answer?.text()}\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#log = [];
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** A server for the tests of this file. */
export function docket(options: Options = {}): Docket {
  const server = new Docket(options);
  test.beforeAll(async () => {
    test.setTimeout(options.history ? LONG_START_MS : 120_000);
    await server.start();
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) await info.attach("server log", { body: server.log, contentType: "text/plain" });
  });
  test.afterAll(() => server.stop());
  return server;
}
