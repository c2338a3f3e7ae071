import { formatSats } from "../../protocol/format.ts";
import type { SessionRecord, SessionState } from "../../protocol/records.ts";
import type { HudContext } from "./context.ts";

const NEWS: Readonly<Record<SessionState, ((session: SessionRecord) => string) | undefined>> = {
  awaiting_payment: undefined,
  active: ({ balanceSats }) => `Your session is active: ${formatSats(balanceSats)}.`,
  paused: ({ balanceSats }) => `Your session is paused at ${formatSats(balanceSats)}: top it up to go on.`,
  expired: () => "Your session has ended.",
  closed: () => "Your session is closed.",
};

/** Says to a screen reader what becomes of the person's sessions: the chat does not. Returns its undo. */
export function followSession({ state, announce }: Pick<HudContext, "state" | "announce">): () => void {
  const statesNow = () =>
    new Map(state.sessions.get().map((session) => [session.sessionId, session.state] as const));
  let before = statesNow();
  return state.sessions.subscribe(() => {
    // What is caught up on is no news, and a session that was never here has not changed.
    if (state.link.get().status === "live") {
      for (const session of state.sessions.get()) {
        const was = before.get(session.sessionId);
        const news = NEWS[session.state];
        if (was !== undefined && was !== session.state && news !== undefined) announce(news(session));
      }
    }
    before = statesNow();
  });
}
