/** Addresses as they come from outside. */

/** Leads an address that cannot be read, such as one cut in the middle of a letter, to a place that is none: the router would show nothing at all. */
export function mendAddress(home: "/desk" | "/help"): void {
  try {
    decodeURIComponent(location.pathname);
  } catch {
    history.replaceState(null, "", `${home}/${encodeURIComponent(location.pathname)}${location.search}`);
  }
}
