import { randomBytes } from "node:crypto";
import * as ldk from "lightningdevkit";

/** What happened to one of a node's own payments or invoices. Hashes are bytes, amounts msat. */
export type NodeEvent =
  | { readonly kind: "received"; readonly hash: Uint8Array; readonly amount: bigint }
  | { readonly kind: "sent"; readonly hash: Uint8Array; readonly fee: bigint }
  | {
      readonly kind: "failed";
      readonly hash: Uint8Array;
      readonly reason: ldk.PaymentFailureReason | undefined;
    };

/** A Lightning node in this process: real channels, HTLCs, onions and routes, with nothing kept on disk. */
export interface LdkNode {
  readonly id: Uint8Array;
  readonly channels: ldk.ChannelManager;
  readonly peers: ldk.PeerManager;
  /** Transactions it wanted on the chain since it was last asked. */
  takeBroadcast(): readonly Uint8Array[];
  /** A block, with these of its transactions that matter. */
  connectBlock(header: Uint8Array, transactions: readonly Uint8Array[], height: number): void;
  /** Deals with what is to be dealt with; false when there was nothing. */
  work(): boolean;
  /** Calls back for each event. Returns its own undo. */
  follow(listener: (event: NodeEvent) => void): () => void;
  /** From now on what arrives stays under way, neither claimed nor refused, until it is let go. */
  hold(): void;
  /** Claims or refuses what is held, and holds no more. */
  release(how: "claim" | "refuse"): void;
}

/** Sat for a thousand weight units: the least a node relays. */
const FEE_RATE = 253;

/** Starts a node on regtest. `seconds` since 1970 is its time until the first block. */
export function startNode(seconds: number): LdkNode {
  const broadcast: Uint8Array[] = [];
  const listeners = new Set<(event: NodeEvent) => void>();
  const held: ldk.Event_PaymentClaimable[] = [];
  let isHolding = false;

  const logger = ldk.Logger.new_impl({ log: () => undefined });
  const fees = ldk.FeeEstimator.new_impl({ get_est_sat_per_1000_weight: () => FEE_RATE });
  const broadcaster = ldk.BroadcasterInterface.new_impl({
    broadcast_transactions: (transactions) => void broadcast.push(...transactions),
  });
  const kept = ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed;
  const persist = ldk.Persist.new_impl({
    persist_new_channel: () => kept,
    update_persisted_channel: () => kept,
    archive_persisted_channel: () => undefined,
  });
  const monitor = ldk.ChainMonitor.constructor_new(
    ldk.Option_FilterZ.constructor_none(),
    broadcaster,
    logger,
    fees,
    persist,
  );
  const keys = ldk.KeysManager.constructor_new(randomBytes(32), BigInt(seconds), 0);
  const regtest = ldk.Network.LDKNetwork_Regtest;
  const graph = ldk.NetworkGraph.constructor_new(regtest, logger);
  const scorer = ldk.ProbabilisticScorer.constructor_new(
    ldk.ProbabilisticScoringDecayParameters.constructor_default(),
    graph,
    logger,
  );
  const score = ldk.MultiThreadedLockableScore.constructor_new(scorer.as_Score());
  const entropy = keys.as_EntropySource();
  const router = ldk.DefaultRouter.constructor_new(
    graph,
    logger,
    entropy,
    score.as_LockableScore(),
    ldk.ProbabilisticScoringFeeParameters.constructor_default(),
  );
  const channels = ldk.ChannelManager.constructor_new(
    fees,
    monitor.as_Watch(),
    broadcaster,
    router.as_Router(),
    ldk.DefaultMessageRouter.constructor_new(graph, entropy).as_MessageRouter(),
    logger,
    entropy,
    keys.as_NodeSigner(),
    keys.as_SignerProvider(),
    ldk.UserConfig.constructor_default(),
    ldk.ChainParameters.constructor_new(regtest, ldk.BestBlock.constructor_from_network(regtest)),
    seconds,
  );
  const ignorer = ldk.IgnoringMessageHandler.constructor_new();
  const peers = ldk.PeerManager.constructor_new(
    channels.as_ChannelMessageHandler(),
    ignorer.as_RoutingMessageHandler(),
    ignorer.as_OnionMessageHandler(),
    ignorer.as_CustomMessageHandler(),
    seconds,
    randomBytes(32),
    logger,
    keys.as_NodeSigner(),
  );

  const tell = (event: NodeEvent): void => {
    for (const listener of listeners) listener(event);
  };

  function claim(event: ldk.Event_PaymentClaimable): void {
    const preimage = event.purpose.preimage();
    if (preimage instanceof ldk.Option_ThirtyTwoBytesZ_Some) channels.claim_funds(preimage.some);
    else channels.fail_htlc_backwards(event.payment_hash);
  }

  function handle(event: ldk.Event): void {
    if (event instanceof ldk.Event_FundingGenerationReady) {
      const transaction = fundingTransaction(event.output_script, event.channel_value_satoshis);
      const funded = channels.funding_transaction_generated(
        event.temporary_channel_id,
        event.counterparty_node_id,
        transaction,
      );
      if (!funded.is_ok()) throw new Error("the channel could not be funded");
    } else if (event instanceof ldk.Event_PendingHTLCsForwardable) {
      // The wait that it suggests hides timing from strangers.
      channels.process_pending_htlc_forwards();
    } else if (event instanceof ldk.Event_PaymentClaimable) {
      if (isHolding) held.push(event);
      else claim(event);
    } else if (event instanceof ldk.Event_PaymentClaimed) {
      tell({ kind: "received", hash: event.payment_hash, amount: event.amount_msat });
    } else if (event instanceof ldk.Event_PaymentSent) {
      const fee = event.fee_paid_msat instanceof ldk.Option_u64Z_Some ? event.fee_paid_msat.some : 0n;
      tell({ kind: "sent", hash: event.payment_hash, fee });
    } else if (event instanceof ldk.Event_PaymentFailed) {
      const { reason } = event;
      tell({
        kind: "failed",
        // The wallet gives each payment its hash as its id.
        hash: event.payment_id,
        reason: reason instanceof ldk.Option_PaymentFailureReasonZ_Some ? reason.some : undefined,
      });
    }
  }

  const waiting: ldk.Event[] = [];
  const handler = ldk.EventHandler.new_impl({
    // Collected first: a node must not be called from within itself.
    handle_event(event) {
      waiting.push(event);
      return ldk.Result_NoneReplayEventZ.constructor_ok();
    },
  });

  return {
    id: channels.get_our_node_id(),
    channels,
    peers,
    takeBroadcast: () => broadcast.splice(0),
    connectBlock(header, transactions, height) {
      for (const part of [channels.as_Confirm(), monitor.as_Confirm()]) {
        if (transactions.length > 0) {
          const placed = transactions.map((each, index) =>
            ldk.TwoTuple_usizeTransactionZ.constructor_new(index + 1, each),
          );
          part.transactions_confirmed(header, placed, height);
        }
        part.best_block_updated(header, height);
      }
    },
    work() {
      channels.as_EventsProvider().process_pending_events(handler);
      monitor.as_EventsProvider().process_pending_events(handler);
      const events = waiting.splice(0);
      for (const event of events) handle(event);
      return events.length > 0;
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hold() {
      isHolding = true;
    },
    release(how) {
      isHolding = false;
      for (const event of held.splice(0)) {
        if (how === "claim") claim(event);
        else channels.fail_htlc_backwards(event.payment_hash);
      }
    },
  };
}

/** A transaction with one output, from nowhere: nobody checks it on a chain that is made up. */
function fundingTransaction(script: Uint8Array, value: bigint): Uint8Array {
  const amount = Buffer.alloc(8);
  amount.writeBigUInt64LE(value);
  return Buffer.concat([
    // Version 2, with witnesses, one input: output 0 of nothing, with no script and the last sequence.
    Buffer.from([2, 0, 0, 0, 0, 1, 1]),
    Buffer.alloc(36),
    Buffer.from([0, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([1]),
    amount,
    Buffer.from([script.length]),
    script,
    // A witness of one byte, and no lock time.
    Buffer.from([1, 1, 0xff]),
    Buffer.alloc(4),
  ]);
}
