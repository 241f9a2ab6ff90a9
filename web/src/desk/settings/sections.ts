/** The parts of the settings: who sees each, and what shows it. Each is a chunk of its own. */
import type { Component } from "svelte";
import type { Permission } from "$/api/types";
import { m } from "$/i18n/index.svelte";

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
  { path: "account", label: () => m.settings_account(), group: () => m.settings_group_you(), load: () => import("./account/AccountSettings.svelte") },
  {
    path: "views", label: () => m.settings_views(), group: () => m.settings_group_you(), permission: "view_tickets",
    load: () => import("./views/ViewSettings.svelte"),
  },
  {
    path: "organisation", label: () => m.settings_organisation(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => import("./organisation/OrganisationSettings.svelte"),
  },
  {
    path: "categories", label: () => m.settings_categories(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => import("./organisation/CategorySettings.svelte"),
  },
  {
    path: "fields", label: () => m.settings_fields(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => import("./fields/FieldSettings.svelte"),
  },
  {
    path: "sla", label: () => m.settings_sla(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => import("./sla/PolicySettings.svelte"),
  },
  {
    path: "calendars", label: () => m.settings_calendars(), group: () => m.settings_group_organisation(), permission: "manage_settings",
    load: () => import("./calendars/CalendarSettings.svelte"),
  },
  {
    path: "agents", label: () => m.settings_agents(), group: () => m.settings_group_people(), permission: "manage_people",
    load: () => import("./agents/AgentSettings.svelte"),
  },
  {
    path: "roles", label: () => m.settings_roles(), group: () => m.settings_group_people(), permission: ["manage_people", "manage_settings", "view_audit"],
    load: () => import("./roles/RoleSettings.svelte"),
  },
  {
    path: "departments", label: () => m.settings_departments(), group: () => m.settings_group_people(), permission: "manage_settings",
    load: () => import("./departments/DepartmentSettings.svelte"),
  },
  {
    path: "widget", label: () => m.settings_widget(), group: () => m.settings_group_reach(), permission: "manage_settings",
    load: () => import("./widget/WidgetSettings.svelte"),
  },
  {
    path: "tokens", label: () => m.settings_tokens(), group: () => m.settings_group_reach(), permission: "manage_settings",
    load: () => import("./tokens/TokenSettings.svelte"),
  },
];
