/** The help centre: where customers ask and follow up. */
import { mount } from "svelte";
import { startLocale } from "$/i18n/index.svelte";
import { whoIsIt } from "$/session/session.svelte";
import { start } from "$/session/start";
import { mendAddress } from "$/ui/address";
import "./portal.css";
import { arrive, takeCode } from "./arrive";
import LinkOver from "./LinkOver.svelte";
import Portal from "./Portal.svelte";

mendAddress("/help");
const code = takeCode();
const trouble = code ? await arrive(code) : null;
// A used link in the hands of somebody who is signed in is no trouble at all.
if (code && trouble && (await whoIsIt().catch(() => null)) === null) {
  await startLocale("common", "portal");
  mount(LinkOver, { target: document.getElementById("app")!, props: { code, trouble } });
} else {
  await start(Portal, "/help", "common", "portal");
}
