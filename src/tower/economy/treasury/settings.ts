import * as v from "valibot";
import { type Sats, SatsSchema } from "../../../protocol/units.ts";
import type { Database, Sql } from "../../storage/port.ts";

/** What operators set while the tower runs. */
export const SettingsSchema = v.object({
  /** The most that may leave in a day, refunds to payers excepted. */
  dailyLimitSats: SatsSchema,
  /** The most that the routes of refunds may cost the tower in a day. */
  dailyRoutingSats: SatsSchema,
  /** What is added to the cost of work, in percent. */
  marginPercent: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1_000)),
});
export interface Settings {
  readonly dailyLimitSats: Sats;
  readonly dailyRoutingSats: Sats;
  readonly marginPercent: number;
}

/** The settings in force: what was set, else what the environment says. */
export interface SettingsStore {
  current(): Settings;
  /** Keeps what is given and leaves the rest as it is. To be called inside a transaction. */
  set(sql: Sql, changes: Partial<Settings>): Promise<void>;
  /** Reads again what a committed transaction has set. */
  refresh(): Promise<void>;
}

/** Settings kept in the database. Where one does not fit any more, none counts as set. */
export async function openSettings(database: Database, unset: Settings): Promise<SettingsStore> {
  async function read(): Promise<Settings> {
    const rows = await database.read((sql) =>
      sql.all<{ name: string; value: string }>("SELECT name, value FROM setting"),
    );
    const kept = Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown]));
    const known = v.safeParse(SettingsSchema, { ...unset, ...kept });
    return known.success ? known.output : unset;
  }
  let current = await read();
  return {
    current: () => current,
    async set(sql, changes) {
      for (const [name, value] of Object.entries(changes)) {
        await sql.run(
          "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
          name,
          JSON.stringify(value),
        );
      }
    },
    async refresh() {
      current = await read();
    },
  };
}
