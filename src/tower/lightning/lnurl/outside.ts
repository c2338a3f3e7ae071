import { lookup } from "node:dns/promises";
import { isPublicAddress } from "./public-address.ts";

/** How services are reached. Only tests have another than {@link INTERNET}. */
export interface Outside {
  /** Every IP address of a host. Rejects when there is none. */
  resolve(host: string): Promise<readonly string[]>;
  /** Whether an IP address may be connected to. */
  mayConnect(address: string): boolean;
  /** The one TCP port. */
  readonly port: number;
  /** Certificates (PEM) to trust in place of the machine's. */
  readonly ca?: string;
}

/** The public internet over HTTPS, and nothing else. */
export const INTERNET: Outside = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  mayConnect: isPublicAddress,
  port: 443,
};
