/** What nobody needs who only sees the button: fetched when there is something to show in it. */
import { Late } from "$/ui/late.svelte";

export const rooms = new Late(() => import("./rooms"));
