/** What happened, each event as one sentence in the reader's language. */
import type { DocketEvent, Priority, SlaBadgeView, TicketStatus } from "$/api/types";
import { formatDate, formatList, formatNumber } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import type { Person } from "$/live/protocol";
import { clockWord, priorityWord, statusWord } from "$/ui/words";
import { isolated } from "$/ui/overt";
import { channelWord } from "./channel";
import { fieldValue } from "./fieldValue";

/** Names for what events know by id. */
export interface Names {
  person(person: Person): string;
  agent(id: string): string;
  /** Null: unknown by now. */
  department(id: string): string | null;
  /** A ticket's number, once it is known. */
  ticket(id: string): string | null;
  /** A custom field's label. */
  field(name: string): string;
}

type Payload = Record<string, unknown>;
type Sentence = (event: DocketEvent, names: Names, payload: Payload) => string;

const quoted = (value: unknown) => (typeof value === "string" ? m.event_quoted({ text: isolated(value) }) : m.common_erased());
const moment = (value: unknown) => formatDate(String(value), { dateStyle: "medium", timeStyle: "short" });
const listed = (values: unknown) => formatList((Array.isArray(values) ? values : []).map((value) => isolated(String(value))));
const clock = (payload: Payload) => clockWord(payload["clock"] as NonNullable<SlaBadgeView["clock"]>);
const who = (event: DocketEvent, names: Names) => isolated(names.person(event.actor));
const ticket = (names: Names, id: unknown) => isolated(names.ticket(String(id)) ?? m.event_another_ticket());

function fieldChanges(payload: Payload, names: Names): string {
  const changes = { ...(payload["changes"] as object | undefined), ...(payload["personal_changes"] as object | undefined) };
  return formatList(Object.entries(changes as Record<string, { to?: unknown } | null>).map(([name, change]) => {
    const field = isolated(names.field(name));
    const value = change?.to;
    return value == null ? m.event_field_cleared({ field }) : m.event_field_set({ field, value: isolated(fieldValue(value)) });
  }));
}

/** One for each type in `docs/events/ticket`; a test holds them together. */
export const SENTENCES: Record<string, Sentence> = {
  TicketOpened: (event, names, { channel, follow_up_of }) =>
    follow_up_of
      ? m.event_opened_follow_up({ who: who(event, names), channel: channelWord(String(channel)), ticket: ticket(names, follow_up_of) })
      : m.event_opened({ who: who(event, names), channel: channelWord(String(channel)) }),
  MessagePosted: (event, names) => m.event_message({ who: who(event, names) }),
  NoteAdded: (event, names) => m.event_note({ who: who(event, names) }),
  StatusChanged: (event, names, { from, to }) =>
    m.event_status({ who: who(event, names), from: statusWord(from as TicketStatus), to: statusWord(to as TicketStatus) }),
  Assigned: (event, names, { from, to }) => {
    const to_whom = isolated(names.agent(String(to)));
    if (event.actor.kind === "agent" && event.actor.id === to) return m.event_assigned_self({ who: who(event, names) });
    return from
      ? m.event_reassigned({ who: who(event, names), from: isolated(names.agent(String(from))), to: to_whom })
      : m.event_assigned({ who: who(event, names), to: to_whom });
  },
  Unassigned: (event, names, { from, reason }) =>
    reason === "agent_deactivated" ? m.event_handed_back_deactivated({ from: isolated(names.agent(String(from))) })
    : reason === "agent_not_permitted" ? m.event_handed_back_not_permitted({ from: isolated(names.agent(String(from))) })
    : event.actor.kind === "agent" && event.actor.id === from
      ? m.event_unassigned_self({ who: who(event, names) })
      : m.event_unassigned({ who: who(event, names), from: isolated(names.agent(String(from))) }),
  PriorityChanged: (event, names, { from, to }) =>
    m.event_priority({ who: who(event, names), from: priorityWord(from as Priority), to: priorityWord(to as Priority) }),
  CategoryChanged: (event, names, { from, to }) => m.event_category({ who: who(event, names), from: isolated(String(from)), to: isolated(String(to)) }),
  DepartmentChanged: (event, names, { to }) => {
    const name = typeof to === "string" ? (names.department(to) ?? m.event_another_department()) : null;
    return name ? m.event_department({ who: who(event, names), to: isolated(name) }) : m.event_department_none({ who: who(event, names) });
  },
  SubjectChanged: (event, names, { from, to }) => m.event_subject({ who: who(event, names), from: quoted(from), to: quoted(to) }),
  TagsChanged: (event, names, payload) => {
    const { added, removed } = payload as { added?: unknown[]; removed?: unknown[] };
    if (added?.length && removed?.length) return m.event_tags_both({ who: who(event, names), added: listed(added), removed: listed(removed) });
    return removed?.length
      ? m.event_tags_removed({ who: who(event, names), tags: listed(removed) })
      : m.event_tags_added({ who: who(event, names), tags: listed(added) });
  },
  CustomFieldsChanged: (event, names, payload) => m.event_fields({ who: who(event, names), changes: fieldChanges(payload, names) }),
  OrderLinked: (event, names, payload) => {
    if (typeof payload["to"] === "string") return m.event_order({ who: who(event, names), order: isolated(payload["to"]) });
    return m.event_order_none({ who: who(event, names) });
  },
  MessagesRead: (event, names) => m.event_read({ who: who(event, names) }),
  SlaPolicyApplied: (_, __, { name }) => m.event_sla_policy({ policy: isolated(String(name)) }),
  SlaWarned: (_, __, payload) => m.event_sla_warned({ clock: clock(payload), due: moment(payload["due_at"]) }),
  SlaBreached: (_, __, payload) => m.event_sla_breached({ clock: clock(payload), due: moment(payload["due_at"]) }),
  TicketSnoozed: (event, names, { until }) => m.event_snoozed({ who: who(event, names), until: moment(until) }),
  TicketWoken: (event, names, { reason }) =>
    reason === "due" || reason === "merge" ? m.event_woken_due() : reason === "reply" ? m.event_woken_reply() : m.event_woken_manual({ who: who(event, names) }),
  TicketLinked: (event, names, { ticket_id }) => m.event_linked({ who: who(event, names), ticket: ticket(names, ticket_id) }),
  TicketUnlinked: (event, names, { ticket_id }) => m.event_unlinked({ who: who(event, names), ticket: ticket(names, ticket_id) }),
  TicketMerged: (event, names, { into_number }) => m.event_merged({ who: who(event, names), ticket: isolated(String(into_number)) }),
  TicketMergeReceived: (event, names, { source_number }) => m.event_merge_received({ who: who(event, names), ticket: isolated(String(source_number)) }),
  TicketMergeUndone: (event, names) => m.event_merge_undone({ who: who(event, names) }),
  TicketMergeReturned: (event, names, { source_number }) => m.event_merge_returned({ who: who(event, names), ticket: isolated(String(source_number)) }),
  FeedbackGiven: (event, names, { rating }) => m.event_feedback({ who: who(event, names), rating: formatNumber(Number(rating)), most: formatNumber(5) }),
  TicketArchived: (event, names) => m.event_archived({ who: who(event, names) }),
  TicketDeleted: (event, names) => m.event_deleted({ who: who(event, names) }),
};

/** The event in words; of a type newer than this page, its name. */
export function sentence(event: DocketEvent, names: Names): string {
  const payload = event.payload as Payload;
  return SENTENCES[event.event_type]?.(event, names, payload) ?? m.event_other({ who: who(event, names), what: event.event_type });
}

/** Words somebody gave with it: a reason, a comment. */
export function wordsWith(event: DocketEvent): string | null {
  const payload = event.payload as Payload;
  const words = event.event_type === "StatusChanged" ? payload["reason"] : event.event_type === "FeedbackGiven" ? payload["comment"] : null;
  return typeof words === "string" && words ? words : null;
}

/** Other tickets an event speaks of. */
export function ticketsIn(event: DocketEvent): string[] {
  const payload = event.payload as Payload;
  return [payload["ticket_id"], payload["follow_up_of"]].filter((id) => typeof id === "string");
}

/** A type of event in a word or two: what began a stretch of a clock. */
export function eventWord(type: string): string {
  const words: Record<string, () => string> = {
    TicketOpened: m.event_word_opened, MessagePosted: m.event_word_message, StatusChanged: m.event_word_status, PriorityChanged: m.event_word_priority,
    SlaPolicyApplied: m.event_word_policy, TicketMerged: m.event_word_merged,
  };
  return words[type]?.() ?? type;
}
