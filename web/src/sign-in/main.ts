/** Signing in: for people of the desk and customers alike, with a password or a one-time link. */
import { mount } from "svelte";
import { startLocale } from "$/i18n/index.svelte";
import "$/theme";
import "$/theme/theme.svelte";
import SignIn from "./SignIn.svelte";

// The code leaves the address bar at once, so that it is in no history and no screenshot.
const query = new URLSearchParams(location.search);
const code = query.get("code");
const next = query.get("next");
if (code) history.replaceState(null, "", location.pathname + (next ? `?next=${encodeURIComponent(next)}` : ""));

await startLocale("common", "sign-in");
mount(SignIn, { target: document.getElementById("app")!, props: { code } });
