/** An agent as they are being edited, and the commands it takes. */
import { api, ifMatch, ok } from "$/api/client";
import type { Agent, Receipt, Role, RoleView } from "$/api/types";
import { differences } from "../difference";

type DeskRole = Exclude<Role, "customer">;

/** A built-in role by its name, or one of the organisation's own by its id. */
export type HeldRole = string;

/** What stands for a role in a form. */
export function heldRole(role: Pick<RoleView, "id" | "role">): HeldRole {
  return role.id ?? role.role;
}

/** A role as the API is told of it. */
export function roleBody(held: HeldRole): { role: DeskRole } | { custom_role_id: string } {
  return held.includes("-") ? { custom_role_id: held } : { role: held as DeskRole };
}

export interface AgentEdit {
  name: string;
  email: string;
  role: HeldRole;
  department_ids: string[];
  skills: string[];
  max_concurrent_chats: number;
}

export function newAgent(): AgentEdit {
  return { name: "", email: "", role: "agent", department_ids: [], skills: [], max_concurrent_chats: 3 };
}

export function editOf(agent: Agent): AgentEdit {
  return {
    name: agent.name ?? "", email: agent.email ?? "", role: agent.custom_role_id ?? agent.role,
    department_ids: agent.department_ids, skills: agent.skills, max_concurrent_chats: agent.max_concurrent_chats,
  };
}

export type AgentChange = "details" | "role" | "departments" | "skills" | "capacity";

/** What has to be said to the API to come from one state to the other: each of it a command of its own. */
export function changesOf(before: AgentEdit, after: AgentEdit): AgentChange[] {
  const of: Record<keyof AgentEdit, AgentChange> = {
    name: "details", email: "details", role: "role", department_ids: "departments", skills: "skills", max_concurrent_chats: "capacity",
  };
  return [...new Set(differences(before, after).map(({ field }) => of[field]))];
}

/** Skills as they are typed, in one line. */
export function skillsOf(text: string): string[] {
  return [...new Set(text.split(",").map((one) => one.trim()).filter(Boolean))];
}

/** Registers somebody; answers their id. */
export async function register(agent: AgentEdit): Promise<string> {
  const { name, email, role, ...rest } = agent;
  const body = { ...rest, ...roleBody(role), name: name.trim(), email: email.trim() || null };
  return (await ok(api.POST("/v1/agents", { body }))).id;
}

/** Says each change in turn, each about the state the one before left. */
export async function change(id: string, before: AgentEdit, after: AgentEdit, version: number): Promise<void> {
  let at = version;
  for (const what of changesOf(before, after)) {
    const with_ = { params: { path: { id } }, headers: ifMatch(at) };
    const { name, email, role, department_ids, skills, max_concurrent_chats } = after;
    const send: Record<AgentChange, () => Promise<Receipt>> = {
      details: () => ok(api.PUT("/v1/agents/{id}", { ...with_, body: { name: name.trim(), email: email.trim() || null } })),
      role: () => ok(api.PUT("/v1/agents/{id}/role", { ...with_, body: roleBody(role) })),
      departments: () => ok(api.PUT("/v1/agents/{id}/departments", { ...with_, body: { department_ids } })),
      skills: () => ok(api.PUT("/v1/agents/{id}/skills", { ...with_, body: { skills } })),
      capacity: () => ok(api.PUT("/v1/agents/{id}/capacity", { ...with_, body: { max_concurrent_chats } })),
    };
    at = (await send[what]()).version;
  }
}
