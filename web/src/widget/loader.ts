/**
 * What a site puts into its pages: `<script src="…/widget.js" data-key="…" async></script>`. It offers `window.Docket` and
 * loads the widget once the page has nothing better to do. A classic script: nothing of it is global but `Docket`.
 */
import type { Identity, Running } from "./start";

/** Where the built widget begins, beneath the folder of this script; the build writes it in. */
declare const DOCKET_WIDGET_START: string;

declare global {
  interface Window {
    Docket?: DocketOnPage;
  }
}

/** `window.Docket`, what a site may say to the widget. */
export interface DocketOnPage {
  /** Says who the visitor is, as the site's server vouches for it; `null`: they signed out, which ends the visit. */
  identify(identity: Identity | null): void;
  open(): void;
  close(): void;
}

const script = document.currentScript as HTMLScriptElement | null;
const key = script?.dataset["key"];

function quiet(): Promise<void> {
  return new Promise((resolve) => {
    const rest = () => ("requestIdleCallback" in window ? requestIdleCallback(() => resolve(), { timeout: 2000 }) : setTimeout(resolve, 200));
    if (document.readyState === "complete") rest();
    else addEventListener("load", rest, { once: true });
  });
}

async function begin(script: HTMLScriptElement, key: string): Promise<Running> {
  await quiet();
  const { start } = (await import(/* @vite-ignore */ new URL(DOCKET_WIDGET_START, script.src).href)) as typeof import("./start");
  const { userId, hash, identityToken, theme } = script.dataset;
  const identity = identityToken ? { token: identityToken } : userId && hash ? { user_id: userId, hash } : null;
  return start({ origin: new URL(script.src).origin, key, identity, theme: theme ?? "auto" });
}

// A second line on the same page changes nothing. What the page merely has an element called so of is no `Docket` of its own.
if (script && key && !Object.hasOwn(window, "Docket")) {
  const running = begin(script, key);
  const then = (act: (widget: Running) => void) => void running.then(act, () => undefined);
  window.Docket = {
    identify: (identity) => then((widget) => widget.identify(identity)),
    open: () => then((widget) => widget.open()),
    close: () => then((widget) => widget.close()),
  };
  running.catch((error: unknown) => console.warn("Docket:", error));
}
