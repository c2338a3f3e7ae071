import { randomBytes } from "node:crypto";
import { type OwnerId, ownerId } from "../../protocol/ids.ts";
import type { Database } from "../storage/port.ts";
import { hashSecret, newSecret } from "./secret.ts";

/** A new owner. The token is given out this once; only its hash is kept. */
export interface NewOwner {
  readonly ownerId: OwnerId;
  readonly ownerToken: string;
}

/** Those who open jobs, each known by a secret. */
export interface Owners {
  create(): Promise<NewOwner>;
  find(token: string): Promise<OwnerId | undefined>;
}

/** Owners kept in the database. `now` is in milliseconds since 1970. */
export function createOwners(database: Database, now: () => number): Owners {
  return {
    async create() {
      const owner: NewOwner = {
        ownerId: ownerId(`owner_${randomBytes(12).toString("base64url")}`),
        ownerToken: newSecret(),
      };
      await database.transaction((sql) =>
        sql.run(
          "INSERT INTO owner (owner_id, token_hash, created_at_ms) VALUES (?, ?, ?)",
          owner.ownerId,
          hashSecret(owner.ownerToken),
          now(),
        ),
      );
      return owner;
    },
    async find(token) {
      const [row] = await database.read((sql) =>
        sql.all<{ owner_id: string }>("SELECT owner_id FROM owner WHERE token_hash = ?", hashSecret(token)),
      );
      return row === undefined ? undefined : ownerId(row.owner_id);
    },
  };
}
