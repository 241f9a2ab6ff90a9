import { expect, it } from "vitest";
import { leadingTo, mailTo } from "./reach";

it("leads from a sign-in link to the conversation it is about", () => {
  expect(leadingTo("https://desk.example/help?code=abc", "0192-x")).toBe("https://desk.example/help/requests/0192-x?code=abc");
});

it("writes a mail that cannot get other recipients from what is in it", () => {
  const mail = mailTo("ann@example.com", "Re: a&b?bcc=eve@example.com", "Hello,\nthere");
  expect(mail).toBe("mailto:ann%40example.com?subject=Re%3A%20a%26b%3Fbcc%3Deve%40example.com&body=Hello%2C%0D%0Athere");
});
