import { randomBytes } from "node:crypto";
import { type AgentId, ownerId, tokenId } from "../../protocol/ids.ts";
import { satsDown } from "../../protocol/units.ts";
import { mintCredential } from "../access/macaroons/credentials.ts";
import { findAgent } from "../agents/registry.ts";
import type { Clock } from "../clock.ts";
import { fundAccount } from "../ledger/accounts.ts";
import type { Day } from "../ledger/day.ts";
import { balanceOf } from "../ledger/post.ts";
import type { Wallet } from "../lightning/wallet.ts";
import type { Database } from "../storage/port.ts";
import { assertTakesJobs } from "./decide/open-job.ts";
import type { Economy } from "./economy.ts";
import { firstLook } from "./invoice-watch.ts";
import { insertInvoice } from "./invoices.ts";
import type { Quote } from "./quote.ts";
import { insertToken, tokenOwner } from "./tokens.ts";

/** What L402 asks of the economy: quotes, tokens that an invoice makes worth something, and what is on them. */
export function createTokenOffers(parts: {
  readonly database: Database;
  readonly wallet: Wallet;
  readonly clock: Clock;
  readonly dayOf: (at: number) => Day;
  readonly quote: (agentId: AgentId, request: string) => Quote;
  /** How long a token's invoice can be paid, in seconds. */
  readonly invoiceSeconds: number;
  /** Told of each invoice once it is recorded: from then on the wallet is asked about it. */
  readonly invoiceMade: () => void;
}): Pick<Economy, "quote" | "offerToken" | "token"> {
  const { clock, database, dayOf, invoiceSeconds, wallet } = parts;

  async function quote(agentId: AgentId, request: string): Promise<Quote> {
    const agent = await database.read((sql) => findAgent(sql, agentId, dayOf(clock.now()).name));
    assertTakesJobs(agentId, agent);
    return parts.quote(agentId, request);
  }

  return {
    quote,
    async offerToken(agentId, request) {
      const most = await quote(agentId, request);
      const made = await wallet.makeInvoice({
        amount: most.totalSats,
        description: "One request to an agent, at most",
        expirySeconds: invoiceSeconds,
      });
      const id = tokenId(`token_${randomBytes(12).toString("hex")}`);
      // An invoice that could not be recorded is abandoned: nobody was asked to pay it.
      const macaroon = await database.transaction(async (sql) => {
        const now = clock.now();
        await insertToken(sql, id, ownerId(`owner_of_${id}`), now);
        await insertInvoice(
          sql,
          { ...made, subject: { kind: "token", tokenId: id }, amountSats: most.totalSats },
          firstLook(now),
        );
        return mintCredential(sql, { kind: "l402", subjectId: id, paymentHash: made.paymentHash, now });
      });
      parts.invoiceMade();
      return { ...made, tokenId: id, macaroon, quote: most };
    },
    token: (id) =>
      database.read(async (sql) => {
        const owner = await tokenOwner(sql, id);
        if (owner === undefined) return undefined;
        const credit = await balanceOf(sql, fundAccount({ kind: "token", tokenId: id }));
        return { ownerId: owner, creditSats: satsDown(credit) };
      }),
  };
}
