import type { Logger } from "pino";
import type { Epoch } from "../../protocol/ids.ts";
import type { Doors } from "../access/doors.ts";
import type { Access } from "../access/identity.ts";
import type { Intake } from "../access/intake.ts";
import type { Limits } from "../access/limiter.ts";
import type { LogFollower } from "../log/follow.ts";
import type { ValueBoard } from "../values/board.ts";
import type { Head } from "./head.ts";
import type { SnapshotSource } from "./snapshot-source.ts";

/** What the gateway stands on. It owns none of it. */
export interface GatewayOptions {
  readonly access: Access;
  readonly doors: Doors;
  readonly limits: Limits;
  readonly intake: Intake;
  readonly epoch: Epoch;
  readonly follower: LogFollower;
  readonly head: Head;
  readonly snapshots: SnapshotSource;
  readonly board: ValueBoard;
  /** Whether visitors see the economy's and the treasury's figures. */
  readonly publicFigures: boolean;
  /** The kind of wallet, as `connection` names it. */
  readonly wallet: string;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pingMs?: number;
  /** How long a connection may take to subscribe before it is told the public facts. */
  readonly subscribeGraceMs?: number;
}

/** What a connection needs of the gateway. */
export interface GatewayParts extends GatewayOptions {
  readonly subscribeGraceMs: number;
  /** The `connection` frame as of now; connections that come together share it. */
  greeting(): Promise<string>;
}
