/** Puts the widget on the page: one element with a shadow root, so that no style of the page comes in and none goes out. */
import { mount } from "svelte";
import { Problem, Unreachable } from "$/api/problem";
import { pauseUntilOnline } from "$/live/tabs";
import { Door, type Settings } from "./door";
import { direction } from "$/i18n/locales";
import { accentRules } from "./accent";
import { Keep } from "./keep";
import { languageOf } from "./language";
import { stay } from "./stay";
import { Visitor } from "./visitor.svelte";
import Widget from "./Widget.svelte";
import styles from "./widget.css?inline";
import { useLocale } from "./words";

/** Who the visitor is: an id with its HMAC, or a token of the site. */
export type Identity = { user_id: string; hash: string } | { token: string };

export interface Line {
  /** Where the desk is. */
  origin: string;
  /** Whose widget. */
  key: string;
  identity: Identity | null;
  /** `light`, `dark`, or as the visitor's system is. */
  theme: string;
}

export interface Running {
  identify(identity: Identity | null): void;
  open(): void;
  close(): void;
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** The widget's settings, however long its desk is out of reach. Throws what no waiting mends: the key is not known. */
async function settingsOf(door: Door): Promise<Settings> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await door.settings();
    } catch (error) {
      if (!(error instanceof Unreachable || (error instanceof Problem && error.passing))) throw error;
      await pauseUntilOnline(pause);
    }
  }
}

export async function start({ origin, key, identity, theme }: Line): Promise<Running> {
  const door = new Door(origin, key);
  const settings = await settingsOf(door);
  const locale = languageOf(settings.language, navigator.languages, document.documentElement.lang);
  await useLocale(locale);

  const host = document.createElement("docket-widget");
  const root = host.attachShadow({ mode: "open" });
  // Constructed sheets: a page whose policy forbids inline styles allows them.
  const sheet = (text: string) => {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  };
  root.adoptedStyleSheets = [sheet(styles), sheet(accentRules(settings.accent_color))];
  if (theme === "light" || theme === "dark") host.dataset["theme"] = theme;
  stay(host);

  const visitor = new Visitor(door, settings, new Keep(key));
  mount(Widget, { target: root, props: { visitor, locale, direction: direction(locale) } });
  await visitor.begin(identity);
  return {
    identify: (next) => void visitor.identify(next),
    open: () => visitor.show(true),
    close: () => visitor.show(false),
  };
}
