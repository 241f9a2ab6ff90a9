/** What the palette knows besides what screens register: every part of the settings, themes, languages, being available. */
import { setAvailability } from "$/data/ownAgent.svelte";
import { chooseLocale, type Locale, LOCALES, m } from "$/i18n/index.svelte";
import { session } from "$/session/session.svelte";
import { theme } from "$/theme/theme.svelte";
import { AVAILABILITIES, availabilityWord } from "$/ui/words";
import { navigate } from "../router";
import { SETTINGS } from "../settings/sections";
import type { Command } from "./commands.svelte";

export function places(): Command[] {
  const settings = SETTINGS.filter(({ permission }) => !permission || [permission].flat().some((one) => session.may(one)));
  const themes = [["system", m.theme_system], ["light", m.theme_light], ["dark", m.theme_dark]] as const;
  return [
    ...settings.map((one): Command => ({
      id: `settings.${one.path}`, does: "shows", label: one.label, group: m.nav_settings, also: one.group, run: () => void navigate(`/desk/settings/${one.path}` as "/desk/settings"),
    })),
    ...(session.may("send_messages") ? AVAILABILITIES.map((one): Command => ({
      id: `availability.${one}`, does: "changes", label: () => availabilityWord(one), group: m.menu_availability, run: () => void setAvailability(one),
    })) : []),
    ...themes.map(([value, label]): Command => ({ id: `theme.${value}`, does: "shows", label, group: m.menu_theme, run: () => theme.choose(value) })),
    ...(Object.entries(LOCALES) as [Locale, string][]).map(([value, label]): Command => ({
      id: `locale.${value}`, does: "shows", label: () => label, group: m.common_language, also: () => value, run: () => void chooseLocale(value),
    })),
  ];
}
