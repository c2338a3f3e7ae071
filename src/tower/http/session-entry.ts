import type { FastifyRequest } from "fastify";
import type { SessionId } from "../../protocol/ids.ts";
import type { SessionRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import type { Wish } from "../access/macaroons/limits.ts";
import type { Pass } from "../access/pass.ts";
import type { Caller, Economy } from "../economy/economy.ts";
import type { Callers } from "./callers.ts";

/** Somebody who may use a session, by its owner's token or by its macaroon. */
export interface SessionEntry {
  /** The session as it was when it was entered. */
  readonly session: SessionRecord;
  /** Undefined for its owner. */
  readonly pass: Pass | undefined;
  /** Who asks the economy for this. Throws `forbidden` when the macaroon does not allow it. */
  callerFor(wish: Omit<Wish, "now">): Caller;
}

/** Lets callers into sessions. */
export interface SessionDoor {
  /**
   * Refuses with `unauthorized`, `read_only`, `unknown_session`, and with `forbidden` who is not the session's owner and has no macaroon of
   * it.
   */
  enter(request: FastifyRequest, id: SessionId): Promise<SessionEntry>;
  /** Like {@link SessionDoor.enter}, but only to look: operators see every session. */
  look(request: FastifyRequest, id: SessionId): Promise<SessionRecord>;
}

/** Lets callers into an economy's sessions. */
export function createSessionDoor(
  economy: Pick<Economy, "session">,
  callers: Pick<Callers, "sender" | "callerOf">,
): SessionDoor {
  const known = async (id: SessionId): Promise<SessionRecord> =>
    (await economy.session(id)) ?? refuse("unknown_session", "There is no such session.");

  const forbid = (): never => refuse("forbidden", "That session belongs to somebody else.");

  async function entryOf(request: FastifyRequest, id: SessionId, isLook: boolean): Promise<SessionEntry> {
    const sender =
      (await callers.sender(request)) ??
      refuse("unauthorized", "Send Authorization: Bearer with your owner token or the session's macaroon.");
    if (sender.by === "token") {
      const caller = callers.callerOf(sender);
      const session = await known(id);
      const isOpen = session.ownerId === caller.ownerId || (isLook && caller.role === "operator");
      return isOpen ? { session, pass: undefined, callerFor: () => caller } : forbid();
    }
    const { pass } = sender;
    if (pass.kind !== "session" || pass.subjectId !== id) return forbid();
    const session = await known(id);
    const { ownerId } = session;
    if (ownerId === undefined) throw new Error(`session ${id} is nobody's`);
    return {
      session,
      pass,
      callerFor(wish) {
        pass.assertAllows(wish);
        // Whoever the session's owner is besides: a macaroon opens no more than the session.
        const caller: Caller = { ownerId, role: "visitor" };
        return pass.mostSats === undefined ? caller : { ...caller, mostSats: pass.mostSats };
      },
    };
  }

  return {
    enter: (request, id) => entryOf(request, id, false),
    async look(request, id) {
      const entry = await entryOf(request, id, true);
      entry.callerFor({ action: "read" });
      return entry.session;
    },
  };
}
