/** Time zones to choose from, as this browser knows them. */
export function zoneOptions(): { value: string; label: string }[] {
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return zones.map((value) => ({ value, label: value.replaceAll("_", " ") }));
}
