/** The site's colour, and what can be read on it. */

const DEFAULT = "#0b5a5e";

/** Relative luminance (WCAG 2) of `#rrggbb`. */
export function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever contrasts more: at least 4.5 to 1 on any colour. */
export function readableOn(color: string): "#000000" | "#ffffff" {
  const light = luminance(color);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

/** A style sheet's text. What is not `#rrggbb` is not used. */
export function accentRules(color: string | null | undefined): string {
  const accent = color && /^#[0-9a-f]{6}$/i.test(color) ? color : DEFAULT;
  return `.docket{--accent:${accent};--on-accent:${readableOn(accent)}}`;
}
