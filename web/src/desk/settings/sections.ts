/** The parts of the settings: who sees each, and what shows it. Each is a chunk of its own. */
import type { Component } from "svelte";
import type { Permission } from "$/api/types";
import { m, withWords } from "$/i18n/index.svelte";

export interface SettingsSection {
  /** Its place in the address. */
  path: string;
  label(): string;
  group(): string;
  /** Who sees it: whoever has one of these; absent: everybody. */
  permission?: Permission | readonly Permission[];
  load(): Promise<{ default: Component }>;
}

export const SETTINGS: SettingsSection[] = [
  { path: "account", label: () => m.settings_account(), group: () => m.settings_group_you(), load: () => withWords(() => import("./account/AccountSettings.svelte"), "settings", "account") },
  {
    path: "views", label: () => m.settings_views(), group: () => m.settings_group_you(), permission: "view_tickets",
    load: () => withWords(() => import("./views/ViewSettings.svelte"), "settings", "views"),
  },
  {
    path: "organisation", label: () => m.settings_organisation(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => withWords(() => import("./organisation/OrganisationSettings.svelte"), "settings"),
  },
  {
    path: "categories", label: () => m.settings_categories(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => withWords(() => import("./organisation/CategorySettings.svelte"), "settings"),
  },
  {
    path: "fields", label: () => m.settings_fields(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => withWords(() => import("./fields/FieldSettings.svelte"), "settings", "rules"),
  },
  {
    path: "sla", label: () => m.settings_sla(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => withWords(() => import("./sla/PolicySettings.svelte"), "settings", "rules"),
  },
  {
    path: "calendars", label: () => m.settings_calendars(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => withWords(() => import("./calendars/CalendarSettings.svelte"), "settings", "rules"),
  },
  {
    path: "agents", label: () => m.settings_agents(), group: () => m.settings_group_people(), permission: "manage_people",
    load: () => withWords(() => import("./agents/AgentSettings.svelte"), "settings", "rules"),
  },
  {
    path: "roles", label: () => m.settings_roles(), group: () => m.settings_group_people(), permission: ["manage_people", "manage_settings", "view_audit"],
    load: () => withWords(() => import("./roles/RoleSettings.svelte"), "settings", "rules"),
  },
  {
    path: "departments", label: () => m.settings_departments(), group: () => m.settings_group_people(), permission: "manage_settings",
    load: () => withWords(() => import("./departments/DepartmentSettings.svelte"), "settings"),
  },
  {
    path: "widget", label: () => m.settings_widget(), group: () => m.settings_group_reach(), permission: "manage_settings",
    load: () => withWords(() => import("./widget/WidgetSettings.svelte"), "settings", "rules"),
  },
  {
    path: "tokens", label: () => m.settings_tokens(), group: () => m.settings_group_reach(), permission: "manage_settings",
    load: () => withWords(() => import("./tokens/TokenSettings.svelte"), "settings", "rules", "account"),
  },
];
