import { formatSats } from "../../../protocol/format.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Sats, satsDown, satsUp, toMsat } from "../../../protocol/units.ts";
import type { Clock } from "../../clock.ts";
import type { Network } from "../bolt11/invoice.ts";
import { isDomain, parseLightningAddress, urlOf } from "./address.ts";
import { PayInvoiceSchema, type PayRequest, PayRequestSchema, understood } from "./answers.ts";
import { checkInvoice } from "./check-invoice.ts";
import { createJsonGetter } from "./get-json.ts";
import { INTERNET, type Outside } from "./outside.ts";

/** Both answers together, the looks at the DNS and the connections included: a person waits for it. */
const DEADLINE_MS = 5_000;
/** Asks under way at once: each may hold a socket and 64 KiB until the deadline. */
const MOST_ASKS = 16;

export interface AddressPayerOptions {
  /** The wallet's: an invoice of another network is refused. */
  readonly network: Network;
  readonly clock: Clock;
  /** Left out but by tests. */
  readonly outside?: Outside;
}

/** Finds out what to pay so that a Lightning Address gets its sats. Pays nothing itself. */
export interface AddressPayer {
  /**
   * Asks the service of a Lightning Address (LUD-16) for an invoice of exactly `amount` and checks it. Answers it in lower case, ready
   * for the wallet; each call may get another one. At most 5 seconds for all of it. Throws a `RangeError` for an amount below 1 sat.
   *
   * Refuses with `bad_address` for what is no Lightning Address, before anything leaves this machine; with `address_unreachable` when
   * its service, or the host that this names, does not exist, does not answer in time or is not on the public internet; with
   * `address_refused` when the service does not want the amount or answers wrongly; with `overloaded` when too many ask at once.
   */
  invoiceFor(address: string, amount: Sats): Promise<string>;
}

/** Makes an {@link AddressPayer}. It holds nothing between two calls. */
export function createAddressPayer({
  network,
  clock,
  outside = INTERNET,
}: AddressPayerOptions): AddressPayer {
  const getJson = createJsonGetter(outside);
  let asks = 0;

  async function ask(url: URL, amount: Sats, signal: AbortSignal): Promise<string> {
    const offer = understood(await getJson(url, signal), PayRequestSchema);
    assertTaken(offer, amount);
    const { pr } = understood(await getJson(callbackFor(offer.callback, amount), signal), PayInvoiceSchema);
    checkInvoice(pr, { amount, network, metadata: offer.metadata, now: clock.now() });
    return pr.toLowerCase();
  }

  return {
    async invoiceFor(address, amount) {
      if (amount < 1) throw new RangeError(`an invoice asks for 1 sat or more, not ${amount}`);
      const url = urlOf(parseLightningAddress(address));
      if (asks >= MOST_ASKS) {
        refuse(
          "overloaded",
          "Too many Lightning Addresses are being asked right now. Try again in a moment.",
        );
      }
      const deadline = new AbortController();
      const undo = clock.after(DEADLINE_MS, () => deadline.abort());
      asks += 1;
      try {
        return await ask(url, amount, deadline.signal);
      } finally {
        asks -= 1;
        undo();
      }
    },
  };
}

function assertTaken({ minSendable, maxSendable }: PayRequest, amount: Sats): void {
  const wanted = toMsat(amount);
  if (wanted >= minSendable && wanted <= maxSendable) return;
  const limit =
    wanted < minSendable
      ? `takes no less than ${formatSats(satsUp(minSendable))}`
      : `takes no more than ${formatSats(satsDown(maxSendable))}`;
  refuse(
    "address_refused",
    `That Lightning Address ${limit}, and ${formatSats(amount)} are to be paid. Give an invoice instead.`,
  );
}

/** The callback with the amount added, its own query untouched. It is as much a stranger's as the address was. */
function callbackFor(callback: string, amount: Sats): URL {
  const url = URL.canParse(callback) ? new URL(callback) : undefined;
  const isSafe =
    url?.protocol === "https:" &&
    isDomain(url.hostname) &&
    // The port that HTTPS has anyway is read as none.
    url.port === "" &&
    url.username === "" &&
    url.password === "" &&
    !callback.includes("#");
  if (!isSafe) {
    return refuse(
      "address_refused",
      "The service of that Lightning Address names no safe place to ask for an invoice. Give an invoice.",
    );
  }
  url.search += `${url.search === "" ? "?" : "&"}amount=${toMsat(amount)}`;
  return url;
}
