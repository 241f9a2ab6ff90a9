/** Keeps the widget's element in the page: sites that load their pages themselves swap the whole body, or empty it. */
export function stay(host: HTMLElement): void {
  // Nothing deeper than these two is watched: a busy page costs nothing.
  const watch = new MutationObserver(() => {
    if (host.parentNode !== document.body) put();
  });
  const put = () => {
    watch.disconnect();
    watch.observe(document.documentElement, { childList: true });
    // Between two bodies there is none; the next one is heard of.
    if (!document.body) return;
    const moved = host.parentNode !== document.body;
    if (moved) document.body.append(host);
    watch.observe(document.body, { childList: true });
    if (moved) takeUp(host);
  };
  put();
}

/** An open panel lost the keyboard and its place in the conversation on the way. */
function takeUp(host: HTMLElement): void {
  const panel = host.shadowRoot?.querySelector<HTMLElement>("[role=dialog]");
  if (!panel) return;
  const log = panel.querySelector("[role=log]");
  if (log) log.scrollTop = log.scrollHeight;
  if (document.activeElement === document.body) (panel.querySelector<HTMLElement>("[data-first]") ?? panel).focus();
}
