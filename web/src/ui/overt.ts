/**
 * Text of others as it may stand in ours, without what turns the direction of the letters around it: a subject may read
 * `invoice-gpj.exe` and say another thing, or end the isolation it is shown in. Embeddings and overrides are shown for what they
 * are, isolates are left out: whatever stands alone is isolated here anyway, by `<bdi>` or `dir="auto"`, or by {@link isolated}
 * within a sentence. `LRM` and `RLM`, which scripts need, stay. Marks above and below letters stay as far as a script piles them
 * up: a letter with a thousand of them would be written over everything around it. A test sees to it that no markup shows such text without this.
 */

const ISOLATES = /[\u2066-\u2069]/g;
const TURNING = /[\u202a-\u202e]/g;
/** After as many marks on one letter as Tibetan and pointed Hebrew have at most; joiners between them end no pile. */
const PILED = /((?:\p{M}[\u200c\u200d]*){8})[\p{M}\u200c\u200d]+/gu;

export function overt<T extends string | null | undefined>(text: T): T {
  return (text == null ? text
    : text.replace(ISOLATES, "").replace(PILED, "$1").replace(TURNING, (sign) => `\u2068[U+${sign.codePointAt(0)!.toString(16).toUpperCase()}]\u2069`)) as T;
}

/** The same within a sentence, which goes on in its own direction after it. */
export function isolated(text: string): string {
  return `\u2068${overt(text)}\u2069`;
}
