/** Roles in words. */
import type { RoleView } from "$/api/types";
import { formatList } from "$/i18n/format.svelte";
import { m } from "$/i18n/index.svelte";
import { roleWord } from "$/ui/words";
import { permissionWord } from "../permissions";

/** What a role is called. */
export function roleTitle(role: RoleView): string {
  return role.built_in ? roleWord(role.role) : role.name;
}

/** What it is for: of a built-in role a sentence, of an own one what it allows. */
export function roleDetail(role: RoleView): string {
  if (!role.built_in) return formatList(role.permissions.map(permissionWord));
  return {
    customer: () => "", agent: m.settings_role_agent, supervisor: m.settings_role_supervisor, auditor: m.settings_role_auditor, admin: m.settings_role_admin,
  }[role.role]();
}
