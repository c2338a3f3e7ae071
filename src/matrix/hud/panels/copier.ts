import type { HudContext } from "../context.ts";
import { copyText } from "../kit/clipboard.ts";

/** Copies what a card offers and says what came of it. */
export interface Copier {
  /** Must be called inside a tap or a key press. `what` is its name in a sentence, such as `Invoice`. */
  copy(key: string, words: string, what: string): void;
  /** What the button of that key says: `idle`, or for two seconds what came of copying. */
  words(key: string, idle: string): string;
  forget(): void;
}

/** How long "copied" is said, in milliseconds. */
const COPIED = 2000;

export function createCopier({
  document,
  now,
  wakeAt,
  announce,
  refresh,
}: Pick<HudContext, "document" | "now" | "wakeAt" | "announce" | "refresh">): Copier {
  let copied: { readonly key: string; readonly at: number; readonly isDone: boolean } | undefined;
  return {
    copy(key, words, what) {
      void copyText(document, words).then((isDone) => {
        copied = { key, at: now(), isDone };
        announce(isDone ? `${what} copied.` : "The browser did not allow copying.");
        refresh();
      });
    },
    words(key, idle) {
      if (copied?.key !== key || now() >= copied.at + COPIED) return idle;
      wakeAt(copied.at + COPIED);
      return copied.isDone ? "copied" : "not allowed";
    },
    forget() {
      copied = undefined;
    },
  };
}
