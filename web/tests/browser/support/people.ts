/** People with accounts, made over the public API. */
import type { BrowserContext } from "@playwright/test";
import { Api } from "./api.ts";
import type { Docket } from "./docket.ts";

export const PASSWORD = "an umbrella for the cat";

export interface Person {
  id: string;
  name: string;
  email: string;
  /** Acts as them without a browser. */
  api: Api;
}

type Role = "agent" | "supervisor" | "auditor" | "admin";

const addressOf = (name: string) => `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@people.example`;

/** Somebody of the desk, with a password. */
export async function agent(server: Docket, name: string, role: Role = "agent", more: object = {}): Promise<Person> {
  const email = addressOf(name);
  const { id } = await server.admin.post("/v1/agents", { name, email, role, ...more });
  return person(server, id, name, email, `/v1/agents/${id}/sign-in-code`);
}

/** A customer who can use the help centre, with a password. */
export async function customer(server: Docket, name: string): Promise<Person> {
  const email = addressOf(name);
  const { id } = await server.admin.post("/v1/customers", { name, email });
  return person(server, id, name, email, `/v1/customers/${id}/account`, { email });
}

async function person(server: Docket, id: string, name: string, email: string, codeFrom: string, body?: object): Promise<Person> {
  const { code } = await server.admin.post<{ code: string }>(codeFrom, body);
  await server.admin.post("/v1/sessions", { code, email, password: PASSWORD });
  const { token } = await server.admin.post<{ token: string }>("/v1/tokens", { label: "browser tests", person_id: id });
  return { id, name, email, api: new Api(server.url, token) };
}

/** Signs in by the API: the context has the session's cookie. */
export async function signIn(context: BrowserContext, server: Docket, { email }: Person): Promise<void> {
  const answer = await context.request.post(`${server.url}/v1/sessions`, { data: { email, password: PASSWORD } });
  if (!answer.ok()) throw new Error(`${email} cannot sign in: ${answer.status()} ${await answer.text()}`);
}
