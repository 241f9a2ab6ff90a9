/** What a visitor in the widget and an agent at the console do, in words of their own. */
import { expect, type Locator, type Page } from "@playwright/test";

/** Somebody writes on, a letter and back, until the other side has seen that they do. */
export async function writeUntil(seen: Locator, field: Locator): Promise<void> {
  await expect(async () => {
    await field.press("Space");
    await field.press("Backspace");
    await expect(seen).toBeVisible({ timeout: 1_500 });
  }).toPass();
}

/** The widget on a site's page. */
export class Widget {
  readonly panel: Locator;
  readonly log: Locator;
  readonly field: Locator;

  constructor(readonly page: Page) {
    this.panel = page.getByRole("dialog");
    this.log = this.panel.getByRole("log", { name: "Messages" });
    this.field = this.panel.getByRole("textbox", { name: "Write a message" });
  }

  async open(): Promise<void> {
    await this.page.getByRole("button", { name: "Open chat" }).click();
    await expect(this.panel).toBeVisible();
  }

  async begin(name: string, message: string): Promise<void> {
    await this.open();
    await this.panel.getByRole("textbox", { name: "Name" }).fill(name);
    await this.panel.getByRole("textbox", { name: "Your message" }).fill(message);
    await this.panel.getByRole("button", { name: "Start chat" }).click();
    await expect(this.log).toContainText(message);
  }

  /** Leaves a message while nobody is there; answers with its number. */
  async leave(email: string, message: string): Promise<string> {
    await this.open();
    await this.panel.getByRole("textbox", { name: "Email" }).fill(email);
    await this.panel.getByRole("textbox", { name: "Your message" }).fill(message);
    await this.panel.getByRole("button", { name: "Send message" }).click();
    return /TKT-\d{6}/.exec(await this.panel.getByText("Your reference:").innerText())![0];
  }

  /** One of their conversations, in the list of them. */
  talk(words: string): Locator {
    return this.panel.getByRole("listitem").getByRole("button").filter({ hasText: words });
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
    await expect(this.log).toContainText(text);
  }
}

/** One chat at the console. */
export class Console {
  readonly flow: Locator;
  readonly field: Locator;

  constructor(
    readonly page: Page,
    readonly visitor: string,
  ) {
    this.flow = page.getByRole("region", { name: `Conversation with ${visitor}` });
    this.field = page.getByRole("textbox", { name: `Write to ${visitor}` });
  }

  async accept(): Promise<void> {
    await this.page.getByRole("button", { name: `Accept: ${this.visitor}` }).click();
    await expect(this.field).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
    await expect(this.flow).toContainText(text);
  }

  /** Something of the menu at the chat's head. */
  async choose(action: string): Promise<void> {
    await this.page.getByRole("button", { name: "More for this chat" }).click();
    await this.page.getByRole("menuitem", { name: action }).click();
  }
}

/** Each of these stands there once, in this order. */
export async function expectOnceInOrder(where: Locator, texts: readonly string[], timeout = 30_000): Promise<void> {
  await expect(async () => {
    const all = await where.innerText();
    const found = texts.flatMap((text) => all.split(text).slice(1).map(() => text));
    expect(found, "each once").toEqual(texts);
    const places = texts.map((text) => all.indexOf(text));
    expect(places, "in order").toEqual(places.toSorted((a, b) => a - b));
  }).toPass({ timeout });
}
