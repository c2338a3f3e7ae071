import { type OwnerId, ownerId, type TokenId } from "../../../../../protocol/ids.ts";
import type { Caller } from "../../../economy.ts";
import { tokenOwner } from "../../../tokens.ts";
import type { Happenings } from "../happening.ts";
import { payFromOutside, surplus } from "../paying.ts";
import { AGENTS, type BoughtToken, type World } from "../world.ts";

/** How many of the newest tokens are paid for and used. */
const NEWEST = 3;
/** Beyond what is asked, so that a token pays for a second request: in msat. */
const GENEROUS = 400_000n;

/** Whoever comes with a token, as the door finds out. */
async function callerWith(world: World, tokenId: TokenId): Promise<Caller & { readonly ownerId: OwnerId }> {
  const owner = await world.read((sql) => tokenOwner(sql, tokenId));
  return { ownerId: owner ?? ownerId("nobody"), role: "visitor", tokenId };
}

/** L402 tokens are offered, paid for in time, too late or never, and spent once, twice and with too little on them. */
export function tokens(world: World): Happenings {
  const { random, clock, lives } = world;

  function offer(): void {
    const agentId = random.pick(AGENTS);
    if (agentId === undefined) return;
    const { economy } = lives.tower;
    world.ask(
      () => economy.offerToken(agentId, "Summarise this."),
      ({ tokenId, paymentHash, expiresAt, quote }) =>
        world.bought({ tokenId, paymentHash, expiresAt, sats: quote.totalSats }),
    );
  }
  const newest = (): BoughtToken | undefined => random.pick(world.tokens.slice(-NEWEST));
  function pay(token: BoughtToken, isTold: boolean, at = clock.now()): void {
    payFromOutside(world, token, random.next() < 0.4 ? GENEROUS : surplus(random), at);
    if (isTold) world.hint(token.paymentHash);
  }
  async function spend(token: BoughtToken, times: number): Promise<void> {
    const caller = await callerWith(world, token.tokenId);
    const agentId = random.pick(AGENTS);
    if (agentId === undefined) return;
    for (let nth = 0; nth < times; nth++) {
      const requestId = world.newRequest();
      const request = `Summarise ${requestId}.`;
      world.say(caller, { type: "job_request", requestId, agentId, request, funding: "l402" });
    }
  }

  return {
    otherwise: [
      { name: "offer a token", weight: 2.5, happen: offer },
      {
        name: "buy a token and spend it",
        weight: 3,
        async happen() {
          const before = world.tokens.length;
          offer();
          await lives.rest();
          const token = world.tokens[before];
          if (token === undefined) return;
          pay(token, true);
          await lives.rest();
          await spend(token, 1 + random.below(2));
        },
      },
      {
        name: "pay for a token",
        weight: 1.5,
        happen() {
          const token = newest();
          if (token !== undefined) pay(token, random.next() < 0.6);
        },
      },
      {
        name: "pay for a token too late",
        weight: 0.7,
        async happen() {
          const before = world.tokens.length;
          offer();
          await lives.rest();
          const token = world.tokens[before];
          if (token === undefined) return;
          const { expiresAt } = token;
          if (expiresAt >= clock.now()) clock.advance(expiresAt + 1 - clock.now());
          pay(token, random.next() < 0.6);
        },
      },
      {
        name: "ask with a token",
        weight: 3,
        async happen() {
          const token = newest();
          if (token !== undefined) await spend(token, 1);
        },
      },
      {
        name: "ask with a token, several at once",
        weight: 0.7,
        async happen() {
          const token = newest();
          if (token !== undefined) await spend(token, 2 + random.below(2));
        },
      },
    ],
  };
}
