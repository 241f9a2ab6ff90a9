/**
 * Browser tests: real servers, real browsers, nothing between them. `npm run browser`, `npm run screenshots`, `npm run pictures`,
 * `npm run measure`.
 *
 * Settings: BROWSER_DOCKET=…   the server's binary (else the one `cargo build` leaves)
 *           BROWSER_PAGES=…    a folder with pages to be served instead of those inside the binary
 *           CHROMIUM=…         the browser (else what Debian installs: `chromium-headless-shell`, which is lighter, or `chromium`)
 *           MEASURE_TICKETS=…  how many tickets `npm run measure` fills the server with (else 100000)
 *           BROWSER_PATIENCE=3 waits three times as long: for machines that have much else to do
 */
import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = process.env["CHROMIUM"] ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

const patience = Number(process.env["BROWSER_PATIENCE"] ?? 1);

export default defineConfig({
  testDir: "tests/browser",
  outputDir: "tests/browser/.results",
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env["CI"]),
  reporter: "list",
  timeout: 90_000 * patience,
  expect: { timeout: 15_000 * patience },
  use: {
    browserName: "chromium",
    locale: "en-GB",
    timezoneId: "Europe/Rome",
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
      ],
    },
  },
  projects: [
    { name: "browser", testMatch: "*.spec.ts" },
    // A picture that could not be taken is asked for again by the test itself.
    { name: "screenshots", testMatch: ["screens.shots.ts", "first.shots.ts"], retries: 0, use: { trace: "off", actionTimeout: 20_000 } },
    { name: "pictures", testMatch: "readme.shots.ts", use: { trace: "off", actionTimeout: 20_000 } },
    { name: "measure", testMatch: "*.measure.ts", use: { trace: "off" } },
  ],
});
