/** The desk: where people of the desk work. */
import { start } from "$/session/start";
import Desk from "./Desk.svelte";

await start(Desk, "/desk");
