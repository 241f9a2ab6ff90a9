/** A role as it is being edited. */
import type { Permission, RoleView } from "$/api/types";
import type { components } from "$generated/api";

export type PermissionView = components["schemas"]["PermissionView"];

export interface RoleEdit {
  name: string;
  permissions: Permission[];
}

/** A first proposal: whoever works at the desk reads tickets. */
export function newRole(grantable: readonly PermissionView[]): RoleEdit {
  return { name: "", permissions: grantable.filter(({ name, grantable: mine }) => mine && name === "view_tickets").map(({ name }) => name) };
}

export function editOf({ name, permissions }: RoleView): RoleEdit {
  return { name, permissions };
}

export function bodyOf({ name, permissions }: RoleEdit): RoleEdit {
  return { name: name.trim(), permissions };
}

/** Permissions by what they belong to, in the order the API lists them. */
export function grouped(all: readonly PermissionView[]): { group: string; permissions: PermissionView[] }[] {
  return [...new Set(all.map(({ group }) => group))].map((group) => ({ group, permissions: all.filter((one) => one.group === group) }));
}

/** The same with one more or one less, in the order of all: choosing and taking back changes nothing. */
export function toggled(chosen: readonly Permission[], one: Permission, on: boolean, all: readonly PermissionView[]): Permission[] {
  return all.map(({ name }) => name).filter((name) => (name === one ? on : chosen.includes(name)));
}
