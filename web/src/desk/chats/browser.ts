/** A browser's own lengthy description of itself, as people say it: "Firefox 132, Windows 11". Loaded when first needed. */
export async function browserName(userAgent: string): Promise<string> {
  const { default: bowser } = await import("bowser");
  const { browser, os } = bowser.parse(userAgent);
  const version = browser.version?.split(".")[0];
  const named = [browser.name, version].filter(Boolean).join(" ");
  return [named, [os.name, os.versionName ?? os.version].filter(Boolean).join(" ")].filter(Boolean).join(", ") || userAgent;
}
