/** A form on the screen whose words last longer than the screen: read when it is shown, kept as it is written. */
import { untrack } from "svelte";
import { FormDraft } from "./formDraft";

export class KeptForm<T extends object> extends FormDraft<T> {
  /** What stands in the fields; bind to its parts. */
  value = $state() as T;

  /** To be made while a component is: it keeps as long as that lives. */
  constructor(place: string, start: T) {
    super(place, start);
    this.value = this.read();
    $effect(() => {
      const now = $state.snapshot(this.value) as T;
      untrack(() => this.keep(now));
    });
  }

  override begin(start: T): void {
    super.begin(start);
    this.value = this.read();
  }

  /** It was sent, or thrown away. */
  override forget(): void {
    super.forget();
    this.value = this.blank;
  }
}
