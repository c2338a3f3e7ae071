import { hex } from "@scure/base";
import * as nip04 from "nostr-tools/nip04";
import * as nip44 from "nostr-tools/nip44";
import {
  finalizeEvent,
  generateSecretKey,
  getPublicKey,
  type NostrEvent,
  verifyEvent,
} from "nostr-tools/pure";
import { type RawData, WebSocket } from "ws";
import { createBooks, type Entry, NwcError } from "./books.ts";

/**
 * How a wallet service speaks: `now` as NIP-47 is today; `old` as before NIP-44, when neither `encryption` nor `state` was known;
 * `quiet` as today, but without notifications.
 */
export type NwcDialect = "now" | "old" | "quiet";

/** What one test makes it do differently. */
export interface Mischief {
  /** The next payments stay under way until `finish` ends them; the answer to them is late, or none. */
  staysPending: boolean;
  /** The next payment is not answered, and is made only once the balance is asked for. */
  isLate: boolean;
  /** Answers to this method never arrive, though it was obeyed. */
  losesAnswerTo: string | undefined;
  /** Answers this error to every request of these methods, and does nothing. */
  readonly errors: Map<string, string>;
  /** What it says as the preimage of a payment; undefined: the preimage. */
  preimage: string | null | undefined;
  /** Leaves payments out of what it looks up. */
  forgetsPayments: boolean;
  /** What this connection may do. */
  methods: string;
  /** What stands in its lists before everything else. */
  readonly strange: unknown[];
}

interface Request {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const FEE_MSAT = 1_000;
const METHODS = "pay_invoice get_balance make_invoice lookup_invoice list_transactions get_info";

/** A wallet service behind these relays, in memory, for tests without one. */
export async function startWalletService(parts: {
  readonly relays: readonly string[];
  readonly dialect: NwcDialect;
  readonly now: () => number;
}) {
  const { relays, dialect, now } = parts;
  const secret = generateSecretKey();
  const pubkey = getPublicKey(secret);
  const clientSecret = generateSecretKey();
  const clientPubkey = getPublicKey(clientSecret);
  const forger = generateSecretKey();
  const forgersKey = nip44.getConversationKey(forger, clientPubkey);
  const conversationKey = nip44.getConversationKey(secret, clientPubkey);
  const mischief: Mischief = {
    staysPending: false,
    isLate: false,
    losesAnswerTo: undefined,
    errors: new Map(),
    preimage: undefined,
    forgetsPayments: false,
    methods: METHODS,
    strange: [],
  };
  const books = createBooks(now, FEE_MSAT);
  const underWay: Entry[] = [];
  /** A payment that was accepted and is still to be worked off. */
  let late: (() => unknown) | undefined;
  /** Requests that were obeyed, by id: the same one comes over every relay. */
  const seen = new Set<string>();
  const asked: Request[] = [];
  let onRequest = (_event: NostrEvent): void => undefined;
  const seconds = (time: number) => Math.floor(time / 1000);

  const seal = (text: string, isOld: boolean) =>
    isOld ? nip04.encrypt(secret, clientPubkey, text) : nip44.encrypt(text, conversationKey);
  const sign = (kind: number, tags: string[][], content: string, key = secret): NostrEvent =>
    finalizeEvent({ kind, created_at: seconds(now()), tags, content }, key);

  const told = (entry: Entry) => ({
    type: entry.type,
    ...(dialect !== "old" && {
      state: entry.state === "pending" && isOver(entry) ? "expired" : entry.state,
    }),
    invoice: entry.invoice,
    // A wallet may say it while the invoice is unpaid.
    preimage: entry.preimage,
    payment_hash: entry.hash,
    amount: entry.amount,
    fees_paid: entry.type === "outgoing" && entry.state === "settled" ? FEE_MSAT : 0,
    created_at: seconds(entry.createdAt),
    settled_at: entry.settledAt === undefined ? null : seconds(entry.settledAt),
  });
  const isOver = (entry: Entry) => entry.type === "incoming" && now() > entry.createdAt + 600_000;

  function obey({ method, params }: Request): unknown {
    const error = mischief.errors.get(method);
    if (error !== undefined) throw new NwcError(error);
    switch (method) {
      case "get_info":
        return { alias: "stand-in", network: "regtest", methods: mischief.methods.split(" ") };
      case "get_balance":
        late?.();
        late = undefined;
        return { balance: books.balanceOf("tower") };
      case "make_invoice":
        return told(
          books.ask(
            "tower",
            Number(params["amount"]),
            String(params["description"]),
            Number(params["expiry"]),
          ),
        );
      case "lookup_invoice": {
        const found = books
          .ofTower()
          .filter(({ hash }) => hash === params["payment_hash"])
          .filter(({ type }) => type === "incoming" || !mischief.forgetsPayments);
        const [best] = found.sort((a, b) => Number(b.type === "outgoing") - Number(a.type === "outgoing"));
        if (best === undefined) throw new NwcError("NOT_FOUND");
        return told(best);
      }
      case "list_transactions": {
        const { from = 0, limit = 20, offset = 0, type } = params as Record<string, number | string>;
        const listed = books
          .ofTower()
          .filter(
            (each) =>
              (each.state === "settled" || params["unpaid"] === true) &&
              seconds(each.createdAt) >= Number(from),
          )
          .filter((each) => type === undefined || each.type === type);
        const page = listed.slice(Number(offset), Number(offset) + Number(limit)).map(told);
        return { transactions: [...mischief.strange, ...page] };
      }
      case "pay_invoice": {
        if (mischief.isLate) {
          mischief.isLate = false;
          late = () => obey({ method, params });
          return undefined;
        }
        const payment = books.pay("tower", String(params["invoice"]));
        if (mischief.staysPending) {
          underWay.push(payment);
          return undefined;
        }
        books.end(payment, "settled");
        return { preimage: mischief.preimage === undefined ? payment.preimage : mischief.preimage };
      }
      default:
        throw new NwcError("NOT_IMPLEMENTED");
    }
  }

  const isOldRequest = (event: NostrEvent) =>
    event.tags.find(([name]) => name === "encryption")?.[1] !== "nip44_v2";
  const read = (event: NostrEvent): Request =>
    event.kind === 23194
      ? (JSON.parse(
          isOldRequest(event)
            ? nip04.decrypt(secret, clientPubkey, event.content)
            : nip44.decrypt(event.content, conversationKey),
        ) as Request)
      : { method: "", params: {} };

  function answer(event: NostrEvent): void {
    const expiration = event.tags.find(([name]) => name === "expiration")?.[1];
    if (expiration !== undefined && Number(expiration) < seconds(now())) return;
    if (event.pubkey !== clientPubkey || !verifyEvent(event) || seen.has(event.id)) return;
    seen.add(event.id);
    const isOld = isOldRequest(event);
    if (isOld !== (dialect === "old")) throw new Error("a request in the other encryption");
    const request = read(event);
    asked.push(request);
    onRequest(event);
    const reply = { result_type: request.method, error: null as object | null, result: null as unknown };
    try {
      reply.result = obey(request);
      // Still under way: the answer comes when it is over.
      if (reply.result === undefined) return;
    } catch (error) {
      if (!(error instanceof NwcError)) throw error;
      reply.error = { code: error.code, message: error.message };
    }
    if (mischief.losesAnswerTo === request.method) return;
    const tags = [
      ["p", clientPubkey],
      ["e", event.id],
    ];
    publish(sign(23195, tags, seal(JSON.stringify(reply), isOld)));
  }

  function notify(entry: Entry): void {
    if (dialect === "quiet") return;
    const text = JSON.stringify({ notification_type: "payment_received", notification: told(entry) });
    publish(sign(23196, [["p", clientPubkey]], seal(text, true)));
    if (dialect !== "old") publish(sign(23197, [["p", clientPubkey]], seal(text, false)));
  }

  const sockets = new Set<WebSocket>();
  const publish = (event: NostrEvent) => {
    for (const socket of sockets)
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(["EVENT", event]));
  };

  /** The wallet's own way to a relay; it comes again by itself when it was sent away. */
  let isStopped = false;
  async function join(url: string): Promise<void> {
    const socket = new WebSocket(url);
    sockets.add(socket);
    const isReady = new Promise<void>((resolve) => {
      socket.on("message", (data: RawData) => {
        const [type, , event] = JSON.parse(String(data)) as [string, string, NostrEvent];
        if (type === "EVENT") answer(event);
        if (type === "EOSE") resolve();
      });
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      if (!isStopped) setTimeout(() => void join(url), 20);
    });
    socket.on("open", () => {
      socket.send(JSON.stringify(["REQ", "requests", { kinds: [23194], "#p": [pubkey] }]));
      const tags = [
        ["encryption", "nip44_v2 nip04"],
        ["notifications", "payment_received payment_sent"],
      ];
      const { old, quiet, now: today } = { old: [], quiet: tags.slice(0, 1), now: tags };
      const said = dialect === "old" ? old : dialect === "quiet" ? quiet : today;
      // Before NIP-44 notifications were a tag already, but not every wallet sent them.
      socket.send(JSON.stringify(["EVENT", sign(13194, said, METHODS)]));
    });
    await isReady;
  }
  await Promise.all(relays.map(join));

  const query = relays.map((relay) => `relay=${encodeURIComponent(relay)}`).join("&");
  return {
    url: `nostr+walletconnect://${pubkey}?${query}&secret=${hex.encode(clientSecret)}`,
    mischief,
    /** Every request that was obeyed, in order. */
    asked: asked as readonly Request[],
    /** Somebody else pays an invoice of the tower. */
    settle(paymentRequest: string) {
      const payment = books.pay("others", paymentRequest);
      books.end(payment, "settled");
      const [received] = books
        .ofTower()
        .filter(({ hash, type }) => hash === payment.hash && type === "incoming");
      if (received) notify(received);
    },
    /** The tower's own wallet pays it by hand, or fails to: the lookup shows the payment from then on. */
    payFromItself: (paymentRequest: string, state: "settled" | "failed") =>
      books.end(books.pay("tower", paymentRequest), state),
    requestFromElsewhere: (amountMsat: number) =>
      books.ask("others", amountMsat, "from elsewhere", 600).invoice,
    /** Ends the payments that are under way. Their answers never come. */
    finish(state: "settled" | "failed") {
      for (const payment of underWay.splice(0)) books.end(payment, state);
    },
    pubkey,
    /** What a request says inside. */
    read,
    /** Calls back with each request before it is answered. */
    onRequest(listener: (event: NostrEvent) => void) {
      onRequest = listener;
    },
    /** A notification by somebody who is not the wallet but knows how it speaks. */
    forge(paymentHash: string): NostrEvent {
      const notification = { payment_hash: paymentHash, settled_at: seconds(now()) };
      const text = JSON.stringify({ notification_type: "payment_received", notification });
      return sign(23197, [["p", clientPubkey]], nip44.encrypt(text, forgersKey), forger);
    },
    /** Answers to a request that are none: by another key, under the wallet's name, and the wallet's own to another request. */
    forgeAnswers(request: NostrEvent, result: object): readonly NostrEvent[] {
      const text = JSON.stringify({ result_type: "get_balance", error: null, result });
      const tags = (id: string) => [
        ["p", clientPubkey],
        ["e", id],
      ];
      const foreign = sign(23195, tags(request.id), nip44.encrypt(text, forgersKey), forger);
      const own = sign(23195, tags("00".repeat(32)), nip44.encrypt(text, conversationKey));
      return [foreign, { ...foreign, pubkey }, own, { ...own, tags: tags(request.id) }];
    },
    stop() {
      isStopped = true;
      for (const socket of sockets) socket.terminate();
    },
  };
}

export type StandInService = Awaited<ReturnType<typeof startWalletService>>;
