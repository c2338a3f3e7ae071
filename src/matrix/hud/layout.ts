import { bottomOf, type Rect, rect, rightOf } from "./kit/rect.ts";
import { SPACE } from "./kit/theme.ts";

export const PANEL_NAMES = [
  "chips",
  "status",
  "economy",
  "treasury",
  "agents",
  "needs",
  "chat",
  "agent",
  "notices",
  "invoice",
] as const;
export type PanelName = (typeof PANEL_NAMES)[number];

/** Parts of the screen with a texture of their own; later ones lie over earlier ones. */
export const SURFACE_NAMES = ["left", "top", "chat", "sheet", "agent", "notices", "invoice"] as const;
export type SurfaceName = (typeof SURFACE_NAMES)[number];

/** Where a panel is, and which surface draws it. */
export interface Slot {
  readonly rect: Rect;
  readonly surface: SurfaceName;
}

/** `wide`: panels along the edges. `narrow`: chips on top, sheets from below. */
export interface Layout {
  readonly kind: "wide" | "narrow";
  readonly slots: Readonly<Partial<Record<PanelName, Slot>>>;
}

/** All that the layout depends on. Lengths in CSS pixels. */
export interface HudShape {
  readonly width: number;
  readonly height: number;
  /** What the device keeps for itself at each edge. */
  readonly safe: {
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
    readonly left: number;
  };
  /** How much of the bottom an on-screen keyboard covers. */
  readonly keyboard: number;
  readonly agentCount: number;
  readonly isChatOpen: boolean;
  readonly chatHeight: "entry" | "half" | "full";
  readonly entryHeight: number;
  readonly sheet: "agents" | "economy" | undefined;
  readonly hasAgentCard: boolean;
  /** The agent's card offers to pay from the treasury. */
  readonly hasTreasuryOffer: boolean;
  readonly hasInvoice: boolean;
  /** How high the open card wants to be. */
  readonly cardHeight: number;
  readonly hasNotice: boolean;
  readonly hasPurse: boolean;
}

/** Heights of what does not grow, in CSS pixels. */
export const HEIGHT = {
  status: 64,
  economy: 168,
  /** Its last row but one is the purse, where there is one; its last is a button. */
  treasury: 160,
  figureRow: 24,
  header: 44,
  row: 44,
  chip: 48,
  agent: 212,
  /** What the agent's card is higher by while it offers to pay from the treasury. */
  treasuryOffer: 52,
  notice: 56,
  invoice: 560,
} as const;

/** On a windowed iPad the window's controls lie over the top left corner and nothing reports them. */
const WINDOW_CONTROLS = 40;
/** Screens narrower than this are phones, which have no windows. */
const PHONE = 480;
/** From this width on a narrow screen has room for the world beside a half-open sheet and a card. */
export const ROOMY = 700;
const LEFT_WIDTH = 248;
const CARD_WIDTH = 440;

/** Where everything is. A pure function of the shape; nothing overlaps that should not, nothing leaves the screen. */
export function layoutOf(shape: HudShape): Layout {
  return shape.width >= 1000 && shape.height >= 600 ? wide(shape) : narrow(shape);
}

function wide(shape: HudShape): Layout {
  const { edge, gap, target } = SPACE;
  const left = edge + shape.safe.left;
  const right = shape.width - edge - shape.safe.right;
  const top = Math.max(WINDOW_CONTROLS, shape.safe.top);
  const foot = shape.height - Math.max(edge, shape.safe.bottom);
  const bottom = Math.min(foot, shape.height - shape.keyboard - gap);

  const status = rect(left, top, LEFT_WIDTH, HEIGHT.status);
  const economy = rect(left, bottomOf(status) + gap / 2, LEFT_WIDTH, HEIGHT.economy);
  const needs = rect(left, foot - target, LEFT_WIDTH, target);
  const agentsTop = bottomOf(economy) + gap;
  const agents = rect(
    left,
    agentsTop,
    LEFT_WIDTH,
    Math.min(HEIGHT.header + HEIGHT.row * Math.max(1, shape.agentCount) + 4, needs.y - gap - agentsTop),
  );

  const chatWidth = shape.width < 1150 ? 320 : shape.width < 1300 ? 340 : 400;
  const treasury = rect(right - chatWidth, top, chatWidth, treasuryHeight(shape));
  const chatTop = bottomOf(treasury) + gap;
  const chat = rect(
    right - chatWidth,
    chatTop,
    chatWidth,
    shape.isChatOpen ? Math.max(HEIGHT.header + shape.entryHeight, bottom - chatTop) : HEIGHT.header,
  );

  const middleLeft = rightOf(status) + gap;
  const middleWidth = chat.x - gap - middleLeft;
  const cardWidth = Math.min(CARD_WIDTH, middleWidth);
  const middleX = Math.round(middleLeft + (middleWidth - cardWidth) / 2);

  return {
    kind: "wide",
    slots: {
      status: { rect: status, surface: "left" },
      economy: { rect: economy, surface: "left" },
      treasury: { rect: treasury, surface: "top" },
      agents: { rect: agents, surface: "left" },
      needs: { rect: needs, surface: "left" },
      chat: { rect: chat, surface: "chat" },
      ...(shape.hasAgentCard &&
        !shape.hasInvoice && {
          agent: {
            rect: rect(middleX, foot - agentHeight(shape), cardWidth, agentHeight(shape)),
            surface: "agent",
          },
        }),
      ...(shape.hasNotice && {
        notices: { rect: rect(middleX, top, cardWidth, HEIGHT.notice), surface: "notices" },
      }),
      ...invoiceSlot(
        shape,
        rect(
          middleLeft,
          top + (shape.hasNotice ? HEIGHT.notice + gap : 0),
          middleWidth,
          bottom - top - (shape.hasNotice ? HEIGHT.notice + gap : 0),
        ),
      ),
    },
  };
}

function narrow(shape: HudShape): Layout {
  const { gap } = SPACE;
  const edge = 8;
  const left = edge + shape.safe.left;
  const right = shape.width - edge - shape.safe.right;
  const isPhone = Math.min(shape.width, shape.height) < PHONE;
  const top = Math.max(isPhone ? edge : WINDOW_CONTROLS, shape.safe.top);
  const chips = rect(left, top, right - left, HEIGHT.chip);
  const foot = shape.height - Math.max(edge, shape.safe.bottom);
  // Only the entry needs the keyboard; a sheet over it has none.
  const keyboard = shape.sheet === undefined ? shape.keyboard : 0;
  const bottom = Math.min(foot, shape.height - keyboard - edge);
  // A card has fields of its own. On a phone on its side a keyboard leaves it too little to be above it.
  const lowest = shape.height - shape.keyboard < 300 ? shape.height : shape.height - shape.keyboard;
  // Lying on its side, a phone shows the world on the left and the sheet on the right.
  const isLying = shape.width > shape.height;
  const sheetWidth = isLying ? Math.min(420, right - left) : right - left;
  const besideWidth = isLying ? right - sheetWidth - gap - left : right - left;

  const notice = rect(left, bottomOf(chips) + edge, besideWidth, HEIGHT.notice);
  const highest = bottomOf(shape.hasNotice && !isLying ? notice : chips) + edge;
  const room = Math.max(shape.entryHeight, bottom - highest);
  const sheetAt = (wanted: number): Rect => {
    const height = Math.min(room, wanted);
    return rect(right - sheetWidth, bottom - height, sheetWidth, height);
  };

  const chat = sheetAt(
    {
      entry: shape.entryHeight,
      half: Math.max(Math.round(shape.height * 0.42), HEIGHT.header + shape.entryHeight + 100),
      full: room,
    }[shape.chatHeight],
  );
  const agentsHeight = HEIGHT.header + HEIGHT.row * Math.max(1, shape.agentCount) + 4;
  const figures = sheetAt(HEIGHT.header + HEIGHT.status + HEIGHT.economy + HEIGHT.treasury);

  // One at a time: the agent's card stands over the resting entry, or beside it on a phone on its side.
  const agentBottom = isLying ? bottom : chat.y - edge;
  const agent = rect(
    left,
    agentBottom - agentHeight(shape),
    Math.min(CARD_WIDTH, besideWidth),
    agentHeight(shape),
  );
  const isAgentShown =
    shape.hasAgentCard &&
    !shape.hasInvoice &&
    (isLying || (shape.sheet === undefined && (shape.chatHeight === "entry" || shape.width >= ROOMY))) &&
    agent.y >= bottomOf(shape.hasNotice ? notice : chips) + edge;

  return {
    kind: "narrow",
    slots: {
      chips: { rect: chips, surface: "top" },
      ...(shape.sheet === "agents" && {
        agents: { rect: sheetAt(Math.min(agentsHeight, shape.height * 0.62)), surface: "sheet" },
      }),
      ...(shape.sheet === "economy" && figuresSlots(figures)),
      ...(shape.sheet === undefined && { chat: { rect: chat, surface: "chat" } }),
      ...(isAgentShown && { agent: { rect: agent, surface: "agent" } }),
      ...(shape.hasNotice && { notices: { rect: notice, surface: "notices" } }),
      ...invoiceSlot(shape, rect(edge, edge, shape.width - 2 * edge, lowest - 2 * edge)),
    },
  };
}

/** Status, economy and treasury share a sheet: side by side where it is too low for a stack. */
function figuresSlots(sheet: Rect): Partial<Record<PanelName, Slot>> {
  const isLow = sheet.height < HEIGHT.status + HEIGHT.economy + HEIGHT.treasury;
  const status = rect(
    sheet.x,
    isLow ? bottomOf(sheet) - HEIGHT.economy - HEIGHT.status : sheet.y,
    sheet.width,
    HEIGHT.status,
  );
  if (isLow) {
    const half = Math.floor(sheet.width / 2);
    return {
      status: { rect: status, surface: "sheet" },
      economy: { rect: rect(sheet.x, bottomOf(status), half, HEIGHT.economy), surface: "sheet" },
      treasury: {
        rect: rect(sheet.x + half, bottomOf(status), sheet.width - half, HEIGHT.economy),
        surface: "sheet",
      },
    };
  }
  const foot = bottomOf(sheet);
  const treasury = rect(sheet.x, foot - HEIGHT.treasury, sheet.width, HEIGHT.treasury);
  const economy = rect(sheet.x, treasury.y - HEIGHT.economy, sheet.width, HEIGHT.economy);
  return {
    status: { rect: rect(sheet.x, economy.y - HEIGHT.status, sheet.width, HEIGHT.status), surface: "sheet" },
    economy: { rect: economy, surface: "sheet" },
    treasury: { rect: treasury, surface: "sheet" },
  };
}

/** In the middle of `free`, over the world; over everything where there is no room beside it. */
function invoiceSlot(shape: HudShape, free: Rect): Partial<Record<PanelName, Slot>> {
  if (!shape.hasInvoice) return {};
  const width = Math.min(CARD_WIDTH, free.width);
  const height = Math.min(shape.cardHeight, free.height);
  const x = Math.round(free.x + (free.width - width) / 2);
  const y = Math.round(free.y + (free.height - height) / 2);
  return { invoice: { rect: rect(x, y, width, height), surface: "invoice" } };
}

const agentHeight = ({ hasTreasuryOffer }: HudShape): number =>
  HEIGHT.agent + (hasTreasuryOffer ? HEIGHT.treasuryOffer : 0);

const treasuryHeight = ({ hasPurse }: HudShape): number =>
  HEIGHT.treasury - (hasPurse ? 0 : HEIGHT.figureRow);
