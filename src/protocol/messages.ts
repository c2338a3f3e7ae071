import { FACTS, type Fact } from "./facts.ts";
import { type Subscribe, SubscribeSchema, TOWER_REPLIES, type TowerReply } from "./handshake.ts";
import { INTENTS, type Intent } from "./intents.ts";
import { type CurrentValue, VALUES } from "./values.ts";

/** Every message a tower may send, by type. */
export const TOWER_MESSAGES = { ...TOWER_REPLIES, ...FACTS, ...VALUES } as const;
export type TowerMessage = TowerReply | Fact | CurrentValue;
export type TowerMessageType = keyof typeof TOWER_MESSAGES;

/** Every message a client may send, by type. */
export const CLIENT_MESSAGES = { subscribe: SubscribeSchema, ...INTENTS } as const;
export type ClientMessage = Subscribe | Intent;
export type ClientMessageType = keyof typeof CLIENT_MESSAGES;
