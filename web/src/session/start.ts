/** How an app begins: words, then who it is, then the screen. */
import { type Component, mount } from "svelte";
import { type Area, startLocale } from "$/i18n/index.svelte";
import "$/theme";
import "$/theme/theme.svelte";
import CannotStart from "./CannotStart.svelte";
import { begin, home, signInAddress, whoIsIt } from "./session.svelte";

/** Shows `app`, which begins with the words of `areas`, to whoever is at home under `place`; leads others to where they are, or to sign in. */
export async function start(app: Component, place: "/desk" | "/help", ...areas: Area[]): Promise<void> {
  const target = document.getElementById("app")!;
  const [me] = await Promise.all([whoIsIt().catch(() => undefined), startLocale(...areas)]);
  if (me === undefined) {
    mount(CannotStart, { target });
  } else if (me === null) {
    location.replace(signInAddress());
  } else if (home(me.role) !== place) {
    location.replace(home(me.role));
  } else {
    begin(me);
    mount(app, { target });
  }
}
