import type { Notice } from "../state/model.ts";
import type { HudContext } from "./context.ts";

type BoardContext = Pick<HudContext, "state" | "now" | "wakeAt" | "refresh" | "announce">;

/** Which refusal is shown just now. */
export interface NoticeBoard {
  current(): Notice | undefined;
  dismiss(id: string): void;
  dispose(): void;
}

/** How long a refusal is shown, in milliseconds. */
const SHOWN_FOR = 8000;

/** Shows the newest refusal for a while, once, and says it. Those from before the HUD was made are old news. */
export function createNoticeBoard({ state, now, wakeAt, refresh, announce }: BoardContext): NoticeBoard {
  const seen = new WeakSet(state.notices.get());
  let shown: { readonly notice: Notice; readonly until: number } | undefined;

  const undo = state.notices.subscribe(() => {
    for (const notice of state.notices.get()) {
      if (seen.has(notice)) continue;
      seen.add(notice);
      shown = { notice, until: now() + SHOWN_FOR };
      announce(notice.message);
    }
  });

  return {
    current() {
      if (shown === undefined || now() >= shown.until) return undefined;
      wakeAt(shown.until);
      return shown.notice;
    },
    dismiss(id) {
      if (shown?.notice.id === id) shown = undefined;
      refresh();
    },
    dispose: undo,
  };
}
