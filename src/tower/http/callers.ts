import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import * as v from "valibot";
import { type RequestId, RequestIdSchema, requestId } from "../../protocol/ids.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Access, callerOf, type Identity, MAX_TOKEN_LENGTH } from "../access/identity.ts";
import type { Limits } from "../access/limiter.ts";
import { createPass, type Pass } from "../access/pass.ts";
import type { Caller } from "../economy/economy.ts";
import { assertPreimage, parseAuthorization } from "./l402.ts";

/** A caller that acts, and the owner's token it goes by: the one it came with, or a new one. */
export interface Acting {
  readonly caller: Caller;
  /** Absent for operators: their secret is not sent back. */
  readonly ownerToken: string | undefined;
}

/** Who sent a request: somebody, by a token, or whoever has a macaroon. */
export type Sender =
  | { readonly by: "token"; readonly identity: Identity }
  | { readonly by: "macaroon"; readonly pass: Pass };

/** Finds out who sent a request, from its `Authorization` header and nothing else. */
export interface Callers {
  /**
   * Who it is, by a token, by a session's macaroon, or by an L402 macaroon with the preimage of its payment; undefined without the header.
   * Refuses what the tower does not know with `unauthorized`. That an L402 payment has settled is not looked at.
   */
  sender(request: FastifyRequest): Promise<Sender | undefined>;
  /** The token's holder as the economy knows it; refuses kiosks, which only look, with `read_only`. */
  callerOf(sender: Extract<Sender, { by: "token" }>): Caller;
  /** Who asks for something to be done; refuses kiosks (`read_only`) and strangers (`unauthorized`). */
  acting(request: FastifyRequest): Promise<Acting>;
  /** Like `acting`, but makes a stranger a new owner. */
  actingOrNew(request: FastifyRequest): Promise<Acting>;
  /** Refuses everybody but operators with `forbidden`. */
  operator(request: FastifyRequest): Promise<Acting>;
}

const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? "")?.[1];

const unknownToken = (): never =>
  refuse(
    "unauthorized",
    "This tower does not know the token: send Authorization: Bearer and a token it gave out.",
  );

/** Callers by what `access` knows of them. `now` is in milliseconds since 1970. */
export function createCallers(access: Access, limits: Limits, now: () => number): Callers {
  const { credentials } = access;

  async function identify(request: FastifyRequest): Promise<Identity | undefined> {
    if (request.headers.authorization === undefined) return undefined;
    const token = bearerOf(request);
    const holder = token === undefined ? undefined : await access.holderOf(token);
    return holder ?? unknownToken();
  }

  async function sender(request: FastifyRequest): Promise<Sender | undefined> {
    const l402 = parseAuthorization(request.headers.authorization);
    if (l402 !== undefined) {
      const pass = createPass(await Promise.all(l402.macaroons.map(credentials.verify)), now);
      assertPreimage(l402.preimage, pass.paymentHash);
      return pass.kind === "l402" ? { by: "macaroon", pass } : unknownToken();
    }
    const token = bearerOf(request);
    if (token !== undefined && token.length > MAX_TOKEN_LENGTH) {
      const pass = createPass([await credentials.verify(token)], now);
      // Without its preimage an L402 macaroon is what everybody gets who asks for a price.
      return pass.kind === "session" ? { by: "macaroon", pass } : unknownToken();
    }
    const identity = await identify(request);
    return identity && { by: "token", identity };
  }

  const callerBehind = (identity: Identity): Caller =>
    callerOf(identity) ?? refuse("read_only", "A kiosk only looks.");

  async function known(request: FastifyRequest): Promise<Identity> {
    const identity = await identify(request);
    return identity ?? refuse("unauthorized", "Send Authorization: Bearer with your owner token.");
  }

  function actor(request: FastifyRequest, identity: Identity): Acting {
    const caller = callerBehind(identity);
    return { caller, ownerToken: identity.role === "operator" ? undefined : bearerOf(request) };
  }

  return {
    sender,
    callerOf: ({ identity }) => callerBehind(identity),
    acting: async (request) => actor(request, await known(request)),
    async actingOrNew(request) {
      const identity = await identify(request);
      if (identity !== undefined) return actor(request, identity);
      limits.newOwner(request.ip);
      const { ownerId, ownerToken } = await access.owners.create();
      return { caller: { ownerId, role: "visitor" }, ownerToken };
    },
    async operator(request) {
      const identity = await identify(request);
      if (identity?.role !== "operator") return refuse("forbidden", "Only operators may do this.");
      return actor(request, identity);
    },
  };
}

/** The header by which a request sent twice is done once. */
export const IdempotencyHeaders = v.object({ "idempotency-key": v.exactOptional(RequestIdSchema) });

/** The id under which this request is done once: its `Idempotency-Key`, or one of its own. */
export const requestIdOf = (headers: v.InferOutput<typeof IdempotencyHeaders>): RequestId =>
  headers["idempotency-key"] ?? requestId(randomUUID());
