/** The widget's settings as they are edited, and what sites are given. */
import { api, ok } from "$/api/client";
import type { components } from "$generated/api";

type View = components["schemas"]["WidgetSettingsView"];

export const widgetKeys = { one: ["organisation", "widget"] as const };

/** Options for `createQuery`. */
export function widgetSettings() {
  return {
    queryKey: widgetKeys.one,
    queryFn: ({ signal }: { signal: AbortSignal }) => ok(api.GET("/v1/organisation/widget", { signal })),
  };
}

export interface WidgetEdit {
  enabled: boolean;
  /** One a line. */
  allowed_origins: string;
  title: string;
  greeting: string;
  offline_text: string;
  accent_color: string;
  position: View["position"];
  language: View["language"];
  name_field: View["name_field"];
  email_field: View["email_field"];
  department_ids: string[];
}

export function editOf(view: View): WidgetEdit {
  const { enabled, position, language, name_field, email_field, department_ids } = view;
  return {
    enabled, position, language, name_field, email_field, department_ids,
    allowed_origins: view.allowed_origins.join("\n"), title: view.title ?? "", greeting: view.greeting ?? "",
    offline_text: view.offline_text ?? "", accent_color: view.accent_color ?? "",
  };
}

export function bodyOf(edit: WidgetEdit): components["schemas"]["WidgetChange"] {
  const text = (value: string) => value.trim() || null;
  return {
    ...edit,
    allowed_origins: edit.allowed_origins.split(/[\s,]+/).filter(Boolean),
    title: text(edit.title), greeting: text(edit.greeting), offline_text: text(edit.offline_text), accent_color: text(edit.accent_color),
  };
}

/** The one line for a site. */
export function scriptLine(key: string, origin: string): string {
  return `<script src="${origin}/widget.js" data-key="${key}" async></${"script"}>`;
}

export const LANGUAGES = ["node", "python", "php"] as const;
export type Sample = (typeof LANGUAGES)[number];

/** How a server vouches for a visitor: HMAC-SHA256 of the user's id with the secret. */
export function sample(language: Sample): string {
  return {
    node: `const { createHmac } = require("node:crypto");
const hash = createHmac("sha256", process.env.DOCKET_WIDGET_SECRET)
  .update(userId)
  .digest("hex");`,
    python: `import hashlib, hmac, os
hash = hmac.new(os.environ["DOCKET_WIDGET_SECRET"].encode(),
                user_id.encode(), hashlib.sha256).hexdigest()`,
    php: `$hash = hash_hmac("sha256", $userId, getenv("DOCKET_WIDGET_SECRET"));`,
  }[language];
}
