import * as v from "valibot";
import { type Fields, normalise } from "./dialects.ts";
import { type RequestId, RequestIdSchema } from "./ids.ts";
import { exceedsBytes, MAX_FRAME_BYTES } from "./limits.ts";
import { CLIENT_MESSAGES, type ClientMessage, TOWER_MESSAGES, type TowerMessage } from "./messages.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";
import { salvage } from "./salvage.ts";
import { sentenceOf } from "./sentence.ts";

/** A frame that was not understood. `requestId` names the intent it would have been, when that could be read. */
export interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
  readonly requestId?: RequestId;
}

/** What a frame turned out to be. `ignored`: of a type that came after this client, to be passed over. */
export type Decoded<Message> =
  | {
      readonly kind: "message";
      readonly message: Message;
      /** What had to be left out of it and why, a sentence for each kind of fault; absent when nothing was. */
      readonly faults?: readonly string[];
    }
  | { readonly kind: "ignored"; readonly type: string }
  | Refused;

type Schemas<Message> = Readonly<Record<string, v.GenericSchema<unknown, Message>>>;
const towerSchemas: Schemas<TowerMessage> = TOWER_MESSAGES;
const clientSchemas: Schemas<ClientMessage> = CLIENT_MESSAGES;
/** The rest of a message is not looked at once something is wrong with it. */
const FIRST_ISSUE_ONLY = { abortEarly: true } as const;

/** The schema of a type; a name that every object inherits, such as `constructor`, is no type. */
const schemaOf = <Message>(schemas: Schemas<Message>, type: string) =>
  Object.hasOwn(schemas, type) ? schemas[type] : undefined;

const refused = (code: RefusalCode, message: string): Refused => ({
  kind: "refused",
  refusal: { code, message },
});

/** A type from outside, fit to be quoted. */
const named = (type: string): string => JSON.stringify(type.length > 40 ? `${type.slice(0, 40)}…` : type);

type Opened = { readonly frame: Fields; readonly type: string };

/** The frame's object and its type, or why there is none. */
function open(text: string): Opened | Refused {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return refused("bad_frame", "The frame is not JSON.");
  }
  if (typeof frame !== "object" || frame === null || Array.isArray(frame))
    return refused("bad_frame", "The frame is not a JSON object.");
  const fields = frame as Fields;
  const type = Object.hasOwn(fields, "type") ? fields["type"] : undefined;
  return typeof type === "string"
    ? { frame: fields, type }
    : refused("bad_frame", "The frame has no type: it must be a text.");
}

/**
 * What the tower sent, for the browser. Older towers' spellings are understood, fields that are not in the
 * schema are left out, types that are not known are ignored; of a list, what cannot be read is left out and the
 * rest is taken. Never throws.
 */
export function decodeTowerMessage(text: string): Decoded<TowerMessage> {
  const opened = open(text);
  if ("kind" in opened) return opened;
  const schema = schemaOf(towerSchemas, opened.type);
  if (schema === undefined) return { kind: "ignored", type: opened.type.slice(0, 64) };
  const message = normalise(opened.frame);
  const parsed = v.safeParse(schema, message, FIRST_ISSUE_ONLY);
  if (parsed.success) return { kind: "message", message: parsed.output };
  const salvaged = salvage(opened.type, message);
  const rest = salvaged && v.safeParse(schema, salvaged.message, FIRST_ISSUE_ONLY);
  if (rest?.success) return { kind: "message", message: rest.output, faults: salvaged?.faults ?? [] };
  const { issues } = rest ?? parsed;
  return refused("bad_frame", `${named(opened.type)} was not understood: ${sentenceOf(issues)}`);
}

/**
 * What a client sent, for the tower: at most {@link MAX_FRAME_BYTES}, exactly what the schema says and nothing
 * else. Codes: `frame_too_large`, `bad_frame` (no JSON object with a type), `not_an_intent` (what only a tower
 * says), `unknown_type`, `bad_request` (a field is wrong). Never throws.
 */
export function decodeClientMessage(
  text: string,
): Exclude<Decoded<ClientMessage>, { readonly kind: "ignored" }> {
  if (exceedsBytes(text, MAX_FRAME_BYTES))
    return refused("frame_too_large", `The frame is longer than ${MAX_FRAME_BYTES / 1024} KiB: send less.`);
  const opened = open(text);
  if ("kind" in opened) return opened;
  const { frame, type } = opened;
  const schema = schemaOf(clientSchemas, type);
  if (schema === undefined) {
    return answering(
      frame,
      Object.hasOwn(towerSchemas, type)
        ? refused("not_an_intent", `Only the tower says ${named(type)}: a client sends intents.`)
        : refused("unknown_type", `${named(type)} is not a type of message that this tower knows.`),
    );
  }
  const parsed = v.safeParse(schema, frame, FIRST_ISSUE_ONLY);
  return parsed.success
    ? { kind: "message", message: parsed.output }
    : answering(frame, refused("bad_request", sentenceOf(parsed.issues)));
}

/** A refusal that names the intent it answers, when the frame says which. */
function answering(frame: Fields, refusal: Refused): Refused {
  const requestId = v.safeParse(RequestIdSchema, frame["requestId"]);
  return requestId.success ? { ...refusal, requestId: requestId.output } : refusal;
}

/** A message as a text frame. */
export const encode = (message: TowerMessage | ClientMessage): string => JSON.stringify(message);
