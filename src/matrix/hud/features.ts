import type { HudFeature } from "./context.ts";
import { agentCardFeature } from "./panels/agent-card.ts";
import { agentsFeature } from "./panels/agents.ts";
import { chatFeature } from "./panels/chat.ts";
import { chipsFeature } from "./panels/chips.ts";
import { economyFeature } from "./panels/economy.ts";
import { invoiceFeature } from "./panels/invoice.ts";
import { needsFeature } from "./panels/needs.ts";
import { noticesFeature } from "./panels/notices.ts";
import { statusFeature } from "./panels/status.ts";
import { treasuryFeature } from "./panels/treasury.ts";

/** Every panel of the HUD, in reading order: the twin's order, and what lies over what on one surface. */
export const HUD_FEATURES: readonly HudFeature[] = [
  chipsFeature,
  statusFeature,
  economyFeature,
  treasuryFeature,
  agentsFeature,
  needsFeature,
  chatFeature,
  agentCardFeature,
  noticesFeature,
  invoiceFeature,
];
