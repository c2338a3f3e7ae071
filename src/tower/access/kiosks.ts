import { randomBytes } from "node:crypto";
import type { Database } from "../storage/port.ts";
import { hashSecret, newSecret } from "./secret.ts";

/** An unattended screen that may look and nothing else. */
export interface Kiosk {
  readonly kioskId: string;
  /** Where it hangs, in the operator's words. */
  readonly label: string;
}

/** A new kiosk. The token is given out this once; only its hash is kept. */
export interface NewKiosk extends Kiosk {
  readonly token: string;
}

export interface Kiosks {
  create(label: string): Promise<NewKiosk>;
  find(token: string): Promise<Kiosk | undefined>;
  list(): Promise<readonly Kiosk[]>;
  /** Says whether there was such a kiosk. Its token is worth nothing from now on. */
  revoke(kioskId: string): Promise<boolean>;
}

interface KioskRow {
  readonly kiosk_id: string;
  readonly label: string;
}
const kioskOf = (row: KioskRow): Kiosk => ({ kioskId: row.kiosk_id, label: row.label });

/** Kiosks kept in the database. `now` is in milliseconds since 1970. */
export function createKiosks(database: Database, now: () => number): Kiosks {
  return {
    async create(label) {
      const kiosk: NewKiosk = {
        kioskId: `kiosk_${randomBytes(9).toString("base64url")}`,
        label,
        token: newSecret(),
      };
      await database.transaction((sql) =>
        sql.run(
          "INSERT INTO kiosk (kiosk_id, token_hash, label, created_at_ms) VALUES (?, ?, ?, ?)",
          kiosk.kioskId,
          hashSecret(kiosk.token),
          label,
          now(),
        ),
      );
      return kiosk;
    },
    async find(token) {
      const [row] = await database.read((sql) =>
        sql.all<KioskRow>("SELECT kiosk_id, label FROM kiosk WHERE token_hash = ?", hashSecret(token)),
      );
      return row && kioskOf(row);
    },
    async list() {
      const rows = await database.read((sql) =>
        sql.all<KioskRow>("SELECT kiosk_id, label FROM kiosk ORDER BY created_at_ms, kiosk_id"),
      );
      return rows.map(kioskOf);
    },
    async revoke(kioskId) {
      const { changes } = await database.transaction((sql) =>
        sql.run("DELETE FROM kiosk WHERE kiosk_id = ?", kioskId),
      );
      return changes > 0;
    },
  };
}
