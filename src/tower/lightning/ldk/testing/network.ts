import { createHash } from "node:crypto";
import * as ldk from "lightningdevkit";
import { loadLdk } from "./load.ts";
import { type LdkNode, startNode } from "./node.ts";

/** Two Lightning nodes with a channel between them, on a chain that is made up. All of it in this process. */
export interface LdkNetwork {
  readonly first: LdkNode;
  readonly second: LdkNode;
  /** Milliseconds since 1970. The nodes' own time is that of the last block. */
  now(): number;
  /** Finds a block at this moment: the nodes know from it what time it is. */
  mine(): void;
  /** Time goes on, and a block is found. */
  pass(seconds: number): void;
  /** Lets the nodes talk and work until neither has anything to do. */
  settleDown(): void;
}

const CHANNEL_SATS = 1_000_000n;
/** Half of it is the second node's from the start, so that both can pay. */
const PUSHED_MSAT = 500_000_000n;
const CONFIRMATIONS = 6;
/** Bytes of a block's header: where the hash of the one before, the root, the time and the difficulty stand. */
const HEADER = { size: 80, previous: 4, root: 36, time: 68, bits: 72 };
const REGTEST_BITS = 0x207fffff;

/** Starts two nodes, connects them and opens a channel, with as much on either side. */
export async function startNetwork(): Promise<LdkNetwork> {
  await loadLdk();
  let passed = 0;
  let height = 0;
  let tip: Uint8Array = ldk.BestBlock.constructor_from_network(
    ldk.Network.LDKNetwork_Regtest,
  ).get_block_hash();
  const now = () => Date.now() + passed;
  const seconds = () => Math.floor(now() / 1000);
  const first = startNode(seconds());
  const second = startNode(seconds());

  function mine(): void {
    height += 1;
    const header = Buffer.alloc(HEADER.size);
    header.writeUInt32LE(0x20000000);
    header.set(tip, HEADER.previous);
    header.writeUInt32LE(height, HEADER.root);
    header.writeUInt32LE(seconds(), HEADER.time);
    header.writeUInt32LE(REGTEST_BITS, HEADER.bits);
    tip = sha256(sha256(header));
    const transactions = [...first.takeBroadcast(), ...second.takeBroadcast()];
    for (const node of [first, second]) node.connectBlock(header, transactions, height);
  }

  function settleDown(): void {
    let isBusy = true;
    while (isBusy) {
      // What one of them says may make the other answer: three rounds carry any exchange on to its next event.
      for (let round = 0; round < 3; round += 1)
        for (const node of [first, second]) node.peers.process_events();
      isBusy = [first.work(), second.work()].includes(true);
    }
  }

  connect(first, second);
  mine();
  settleDown();
  const opened = first.channels.create_channel(second.id, CHANNEL_SATS, PUSHED_MSAT, 1n, null, null);
  if (!opened.is_ok()) throw new Error("the channel could not be opened");
  settleDown();
  for (let block = 0; block < CONFIRMATIONS; block += 1) mine();
  settleDown();
  if (first.channels.list_usable_channels().length !== 1) throw new Error("the channel cannot be used");

  return {
    first,
    second,
    now,
    mine,
    pass(more) {
      passed += more * 1000;
      mine();
      settleDown();
    },
    settleDown,
  };
}

/** A wire between two nodes, without anything in between. */
function connect(caller: LdkNode, called: LdkNode): void {
  const end = (index: bigint, far: () => readonly [LdkNode, ldk.SocketDescriptor]): ldk.SocketDescriptor =>
    ldk.SocketDescriptor.new_impl({
      send_data(data) {
        const [node, descriptor] = far();
        if (!node.peers.read_event(descriptor, data).is_ok())
          throw new Error("a node did not understand the other");
        return data.length;
      },
      disconnect_socket() {
        throw new Error("a node hung up");
      },
      eq: (other) => other.hash() === index,
      hash: () => index,
    });
  const near: ldk.SocketDescriptor = end(1n, () => [called, far]);
  const far: ldk.SocketDescriptor = end(2n, () => [caller, near]);
  const nowhere = ldk.Option_SocketAddressZ.constructor_none();
  called.peers.new_inbound_connection(far, nowhere);
  const greeting = caller.peers.new_outbound_connection(called.id, near, nowhere);
  if (!(greeting instanceof ldk.Result_CVec_u8ZPeerHandleErrorZ_OK)) throw new Error("no greeting");
  called.peers.read_event(far, greeting.res);
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
