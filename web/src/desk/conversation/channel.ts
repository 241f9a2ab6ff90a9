/** The way something came to the desk, in a word. */
import { m } from "$/i18n/index.svelte";

const WORDS = {
  portal: m.channel_portal, desk: m.channel_desk, api: m.channel_api, chat: m.channel_chat, email: m.channel_email, import: m.channel_import,
} satisfies Record<string, () => string>;

export const CHANNELS = Object.keys(WORDS) as (keyof typeof WORDS)[];

/** One this page does not know yet is shown by its name. */
export function channelWord(channel: string): string {
  return (WORDS as Partial<Record<string, () => string>>)[channel]?.() ?? channel;
}
