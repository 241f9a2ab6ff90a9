/**
 * Text of others in one line, without what turns the direction of the letters around it: a subject may read `invoice-gpj.exe`
 * and say another thing. Marks that scripts need (`LRM`, `RLM`, isolates) stay; embeddings and overrides are shown for what they are.
 */

const TURNING = /[\u202a-\u202e]/g;

export function overt<T extends string | null | undefined>(text: T): T {
  return (text == null ? text : text.replace(TURNING, (sign) => `\u2068[U+${sign.codePointAt(0)!.toString(16).toUpperCase()}]\u2069`)) as T;
}
