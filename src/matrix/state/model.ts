import type { Gesture, Pose } from "../../job/pose.ts";
import type { JobView } from "../../job/view.ts";
import type { Role, TowerReplyOf } from "../../protocol/handshake.ts";
import type { AgentId, OwnerId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type {
  ChatLine,
  EconomyFigures,
  PurseFigures,
  SessionRecord,
  TreasuryFigures,
} from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { Changes } from "./changes.ts";

/** Undoes a subscription. Safe to call twice. */
export type Unsubscribe = () => void;

/** A value that can be read at any time and tells when it has changed. */
export interface Readable<T> {
  get(): T;
  /** Calls `listener` after every change, until undone. Not called with the present value. */
  subscribe(listener: () => void): Unsubscribe;
}

/** A stream of things that happen once and are not kept. */
export interface Stream<T> {
  subscribe(listener: (event: T) => void): Unsubscribe;
}

/** Where the link to the tower stands. Only `live` figures are fresh. */
export type LinkView =
  | { readonly status: "offline"; readonly reason: string; readonly retryAt: number | undefined }
  | { readonly status: "connecting" }
  | { readonly status: "catching_up" }
  | { readonly status: "live" };

/** Who this browser is to the tower. */
export interface Me {
  readonly role: Role;
  readonly ownerId: OwnerId | undefined;
  /** True while the tower runs on play sats; every amount is then labelled so. */
  readonly playSats: boolean;
}

/** An agent as the world and the HUD show it: its definition, its mind, and its highest-ranked open job. */
export interface AgentView {
  readonly id: AgentId;
  readonly label: string;
  readonly color: string;
  readonly role: string;
  /** Where it says it faces: degrees clockwise from +z. */
  readonly direction: number | undefined;
  /** Where it says it stands, in metres, if it does; the world finds it a place if not, or if it cannot be there. */
  readonly x: number | undefined;
  readonly z: number | undefined;
  readonly pose: Pose;
  /** The tower's word for its state, such as `idle`, `working`, `deep_focus`, `offline`, `paused`. */
  readonly state: string;
  readonly focusTopic: string | undefined;
  /** 0 to 1. */
  readonly engagement: number;
  /** 0 to 1. */
  readonly coherence: number;
  /** 0 to 1: what it spent today over its daily budget. */
  readonly budgetStress: number;
  /** The open job it is busy with, if any. */
  readonly job: JobView | undefined;
  /** How many open jobs it has, the one above included. */
  readonly openJobs: number;
}

/** Where sats go or come from in the world: the payers' gate, the treasury core, or an agent. */
export type SatPlace =
  | { readonly kind: "gate" }
  | { readonly kind: "core" }
  | { readonly kind: "agent"; readonly agentId: AgentId };

/** Something that is shown once, live only: never while catching up. */
export type Cue =
  | { readonly kind: "gesture"; readonly agentId: AgentId; readonly gesture: Gesture }
  | {
      readonly kind: "sats";
      readonly from: SatPlace;
      readonly to: SatPlace;
      readonly amountSats: Sats;
      /** How many movements on this way were added up; one when left out. */
      readonly movements?: number;
    };

/** What was refused, for the person who asked. */
export interface Notice {
  /** The refused intent's `requestId`, or an id of its own when it answers none. */
  readonly id: string;
  readonly message: string;
  /** Why, in a word for programs: one of the tower's, or `unsent` when it never heard of it. */
  readonly code: string;
}

/** What proves a session, as the tower shows it once: how programs use it, and how its owner gets it back. */
export type SessionSecret = Omit<TowerReplyOf<"session_secret">, "type" | "requestId">;

/**
 * Everything that is true in this browser. World and HUD read it and never write it; what a person wants goes
 * out through `send`, and comes back as state when the tower has made it a fact.
 */
export interface MatrixState {
  readonly link: Readable<LinkView>;
  readonly me: Readable<Me>;
  /** The same map every time, as it is now: copy what is to be kept. */
  readonly agents: Readable<ReadonlyMap<AgentId, AgentView>>;
  /** Which of them changed, for a reader that cannot afford to look at all of them. */
  readonly agentChanges: Changes<AgentId>;
  /** The tower's count of all agents; may exceed `agents` until a snapshot has arrived. */
  readonly agentCount: Readable<number>;
  /** Open jobs first, newest first; then up to 200 closed ones. */
  readonly jobs: Readable<readonly JobView[]>;
  readonly economy: Readable<EconomyFigures | undefined>;
  readonly treasury: Readable<TreasuryFigures | undefined>;
  /** The visitor's own play purse; undefined without play sats. */
  readonly purse: Readable<PurseFigures | undefined>;
  /** Oldest first; ids are stable, so a line that grows keeps its id. */
  readonly chat: Readable<readonly ChatLine[]>;
  /**
   * The `requestId`s (what `send` returned) of intents that are under way: neither answered by the tower nor by
   * the fact they ask for.
   */
  readonly sending: Readable<ReadonlySet<string>>;
  readonly notices: Readable<readonly Notice[]>;
  /** This person's own sessions that are not over, or owe something: the current one first. None on a kiosk. */
  readonly sessions: Readable<readonly SessionRecord[]>;
  /** The session that pays: active or paused, else the one that waits for its first payment. */
  readonly session: Readable<SessionRecord | undefined>;
  readonly cues: Stream<Cue>;
  /** Told once, the moment it comes, and kept nowhere here. Never on a kiosk. */
  readonly secrets: Stream<SessionSecret>;
}

/** Sends an intent; the link adds the `requestId`. Returns that id. */
export type Send = (intent: IntentDraft) => string;
type WithoutRequestId<T> = T extends unknown ? Omit<T, "requestId"> : never;
export type IntentDraft = WithoutRequestId<Intent>;
