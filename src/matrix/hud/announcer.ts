import type { ChatLine } from "../../protocol/records.ts";
import type { HudContext } from "./context.ts";

/** How long a line must have stayed the same before it is said: text that still streams would be said in pieces. */
const SETTLED = 2500;

/** Says what matters to a screen reader: new chat lines, once each, and the link's going and coming. */
export interface Announcer {
  /** Call in each view: says what has settled. */
  step(): void;
  dispose(): void;
}

type AnnouncerContext = Pick<HudContext, "state" | "now" | "wakeAt" | "announce">;

export function createAnnouncer({ state, now, wakeAt, announce }: AnnouncerContext): Announcer {
  /** Lines that were said, or that were there before anybody could listen. */
  const said = new Set<string>();
  const growing = new Map<string, { readonly line: ChatLine; readonly since: number }>();
  let status = state.link.get().status;

  function onChat(): void {
    const isLive = state.link.get().status === "live";
    const lines = state.chat.get();
    // The chat forgets its oldest lines; what was said of them is forgotten with them.
    if (said.size > 2 * lines.length + 100) {
      const present = new Set(lines.map(({ id }) => id));
      for (const id of said) if (!present.has(id)) said.delete(id);
    }
    for (const line of lines) {
      if (said.has(line.id)) continue;
      // What is caught up on was said by the screen it is on; it is not news.
      if (!isLive) said.add(line.id);
      else if (growing.get(line.id)?.line.text !== line.text) growing.set(line.id, { line, since: now() });
    }
  }

  function onLink(): void {
    const link = state.link.get();
    if (link.status === status) return;
    if (link.status === "offline") announce(`Offline. ${link.reason}`);
    if (link.status === "live") announce("Live.");
    status = link.status;
    onChat();
  }

  const undo = [state.chat.subscribe(onChat), state.link.subscribe(onLink)];
  for (const line of state.chat.get()) said.add(line.id);

  return {
    step() {
      if (growing.size === 0) return;
      const sentences: string[] = [];
      const present = new Set(state.chat.get().map((line) => line.id));
      for (const [id, { line, since }] of growing) {
        const wait = since + (line.speaker.kind === "agent" ? SETTLED : 0);
        if (now() < wait) {
          wakeAt(wait);
          continue;
        }
        growing.delete(id);
        said.add(id);
        // A line that was still being written makes room for the result, which is said instead.
        if (!present.has(id)) continue;
        if (line.speaker.kind === "owner") continue;
        const agent =
          line.speaker.kind === "agent" ? state.agents.get().get(line.speaker.agentId) : undefined;
        sentences.push(agent === undefined ? line.text : `${agent.label}: ${line.text}`);
      }
      if (sentences.length > 0) announce(sentences.join(". "));
    },
    dispose() {
      for (const stop of undo) stop();
    },
  };
}
