/** Short names for the API's shapes. The shapes themselves are generated from `docs/openapi.json`. */
import type { components } from "$generated/api";

type Schemas = components["schemas"];

export type Agent = Schemas["AgentView"];
export type Availability = Agent["availability"];
export type Author = Schemas["AuthorView"];
export type Calendar = Schemas["CalendarView"];
export type Chat = Schemas["ChatView"];
export type Counts = Schemas["Counts"];
export type Customer = Schemas["CustomerView"];
export type Department = Schemas["DepartmentView"];
export type DocketEvent = Schemas["EventView"];
export type Me = Schemas["Me"];
export type Message = Schemas["MessageView"];
export type Organisation = Schemas["OrganisationView"];
export type Permission = Me["permissions"][number];
export type Priority = Ticket["priority"];
export type Receipt = Schemas["Receipt"];
export type Role = Me["role"];
export type RoleView = Schemas["RoleView"];
export type SavedView = Schemas["SavedView"];
export type Sla = Schemas["SlaView"];
export type SlaPolicy = Schemas["SlaPolicyView"];
export type SlaBadgeView = Schemas["SlaBadge"];
export type Ticket = Schemas["TicketView"];
export type TicketDetail = Schemas["TicketDetail"];
export type TicketStatus = Ticket["status"];
