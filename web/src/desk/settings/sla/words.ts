import type { Department, SlaPolicy } from "$/api/types";
import { formatSpan } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { clockWord, PRIORITIES, priorityWord } from "$/ui/words";
import { channelWord } from "../../conversation/channel";
import { CLOCKS, isForAll, type Targets } from "./policy";

/** Which tickets a policy is for, in one line. */
export function conditionWords(policy: Pick<SlaPolicy, "conditions">, departments: readonly Department[]): string {
  if (isForAll(policy)) return m.settings_every_ticket();
  const { priorities = [], department_ids = [], categories = [], tags = [], channels = [] } = policy.conditions;
  const named = department_ids.map((id) => departments.find((one) => one.id === id)?.name ?? id.slice(-8));
  const lists = [priorities.map(priorityWord), named, categories, tags.map((tag) => `#${tag}`), channels.map(channelWord)];
  return lists.filter((list) => list.length > 0).map((list) => list.join(" / ")).join(" · ");
}

/** What is promised, in one line for each priority that has anything. */
export function targetWords(targets: Targets): string {
  const lines = PRIORITIES.map((priority) => {
    const own = CLOCKS.flatMap((clock) => (targets[priority][clock] === null ? [] : [`${clockWord(clock)} ${formatSpan(targets[priority][clock])}`]));
    return own.length > 0 ? `${priorityWord(priority)}: ${own.join(", ")}` : "";
  });
  return lines.filter(Boolean).join(" · ");
}
