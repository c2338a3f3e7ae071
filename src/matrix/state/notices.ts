import type { Batch } from "./batch.ts";
import type { Notice, Readable } from "./model.ts";

/** How many refusals are kept; older ones go. */
const KEPT_NOTICES = 20;

/** What was refused, oldest first. */
export interface Notices {
  readonly list: Readable<readonly Notice[]>;
  /** A `requestId` is that of the refused intent, if it was one. */
  add(refusal: {
    readonly code: string;
    readonly message: string;
    readonly requestId?: string | undefined;
  }): void;
}

export function createNotices(batch: Batch): Notices {
  const list = batch.cell<readonly Notice[]>([]);
  let count = 0;
  return {
    list,
    add({ code, message, requestId }) {
      count += 1;
      const id = requestId ?? `notice:${count}`;
      list.set(
        [...list.get().filter((notice) => notice.id !== id), { id, code, message }].slice(-KEPT_NOTICES),
      );
    },
  };
}
