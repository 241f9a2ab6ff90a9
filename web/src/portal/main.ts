/** The help centre: where customers ask and follow up. */
import { start } from "$/session/start";
import Portal from "./Portal.svelte";

await start(Portal, "/help");
