import type { AgentId, JobId, SessionId } from "../../protocol/ids.ts";
import type { InvoiceType } from "../../protocol/records.ts";
import type { MatrixState, Send } from "../state/model.ts";
import type { Asks } from "./asks.ts";
import type { Figures } from "./kit/figures.ts";
import type { HudNode } from "./kit/node.ts";
import type { Rect } from "./kit/rect.ts";
import type { Store } from "./kit/store.ts";
import type { TextMeasure } from "./kit/text.ts";
import type { Layout, PanelName } from "./layout.ts";
import type { NoticeBoard } from "./notice-board.ts";
import type { SecretKeeper } from "./secret-keeper.ts";

/** The agent that the person has picked, shared by the world and the HUD. */
export type Selection = Store<AgentId | undefined>;

/** How much of the screen the chat takes where it is a sheet. */
export type ChatHeight = "entry" | "half" | "full";

/**
 * What of a session is to be seen: where it stands, or one of its forms. `deposit`: another amount than the one that
 * waits to be paid.
 */
export type SessionPage = "home" | "deposit" | "topup" | "close" | "recover";

/** The card that is open: an invoice, a refund, or a session; the current one where none is named. */
export type Card =
  | { readonly kind: "invoice"; readonly jobId: JobId; readonly invoiceType: InvoiceType }
  | { readonly kind: "refund"; readonly jobId: JobId }
  | { readonly kind: "session"; readonly sessionId?: SessionId; readonly page: SessionPage };

/** What the person has opened and chosen in the HUD. Nothing of it is the tower's business. */
export interface Ui {
  /** Where the chat is a panel: open or folded to its header. */
  readonly isChatOpen: boolean;
  readonly chatHeight: ChatHeight;
  /** Where panels are sheets: the one that is open over the chat. */
  readonly sheet: "agents" | "economy" | undefined;
  readonly card: Card | undefined;
  /** How high the open card wants to be, in CSS pixels. */
  readonly cardHeight: number;
  /** Requests are paid by invoices, also while a session could pay. */
  readonly paysByInvoice: boolean;
  /** Whom the next request goes to; undefined for the selected agent, or the first. */
  readonly asking: AgentId | undefined;
  readonly isChoosingAgent: boolean;
  /** How high the text entry at the foot of the chat has grown, in CSS pixels. */
  readonly entryHeight: number;
}

/** What every panel is given. */
export interface HudContext {
  readonly state: MatrixState;
  readonly send: Send;
  readonly selection: Selection;
  readonly ui: Store<Ui>;
  readonly asks: Asks;
  readonly board: NoticeBoard;
  readonly secret: SecretKeeper;
  /** What proves a session is not drawn, only copied. */
  readonly hidesSecrets: boolean;
  readonly figures: Figures;
  readonly measure: TextMeasure;
  readonly document: Document;
  /** Milliseconds since 1970. */
  now(): number;
  /** True when the person asked for reduced motion. */
  isStill(): boolean;
  /** Something the person did changed what is to be seen: show it in the next frame. */
  refresh(): void;
  /** Shows the HUD anew at this time (milliseconds since 1970) if nothing does before. Ask again in each view. */
  wakeAt(time: number): void;
  /** Something is still on its way to where it should be: show it anew as often as incoming data is shown. */
  again(): void;
  /** Says a sentence to a screen reader. */
  announce(sentence: string): void;
  /** Moves the keyboard's focus to the text entry. */
  focusEntry(): void;
}

/** One panel: what is to be seen now. Called often, before frames in which something may have changed. */
export interface HudPanel {
  /** The panel's region within `at`; undefined when there is nothing to show. */
  view(at: Rect, layout: Layout): HudNode | undefined;
  dispose?(): void;
}

/** An entry of the feature list: the place in the layout that it fills, and how it is made. */
export interface HudFeature {
  readonly name: PanelName;
  create(context: HudContext): HudPanel;
}

/** Changes some of what the person has opened. */
export const patchUi = (ui: Store<Ui>, change: Partial<Ui>): void => ui.set({ ...ui.get(), ...change });
