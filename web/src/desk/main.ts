/** The desk: where people of the desk work. */
import { start } from "$/session/start";
import { mendAddress } from "$/ui/address";
import Desk from "./Desk.svelte";

mendAddress("/desk");
await start(Desk, "/desk", "common", "shell");
