import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database, Sql } from "./port.ts";

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const put = (sql: Sql, key: string, value: string) =>
  sql.run("INSERT INTO meta (key, value) VALUES (?, ?)", key, value);

const keys = async (sql: Sql): Promise<string[]> => {
  const rows = await sql.all<{ key: string }>("SELECT key FROM meta WHERE key LIKE 'test%' ORDER BY key");
  return rows.map((row) => row.key);
};

/** What every adapter of {@link Database} does. `open` gives a database that nobody has used. */
export function databaseContract(name: string, open: () => Promise<Database>): void {
  describe(name, () => {
    let database: Database;
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => database.close());

    test("what a transaction wrote is read afterwards", async () => {
      const changed = await database.transaction((sql) => put(sql, "test-a", "1"));
      expect(changed).toEqual({ changes: 1 });
      expect(await database.read(keys)).toEqual(["test-a"]);
    });

    test("a transaction that throws leaves nothing, and the one after it is whole", async () => {
      const failing = database.transaction(async (sql) => {
        await put(sql, "test-a", "1");
        throw new Error("changed my mind");
      });
      const following = database.transaction((sql) => put(sql, "test-b", "2"));
      await expect(failing).rejects.toThrow("changed my mind");
      await following;
      expect(await database.read(keys)).toEqual(["test-b"]);
    });

    test("a failed statement that the work catches does not undo the rest", async () => {
      await database.transaction(async (sql) => {
        await put(sql, "test-a", "1");
        await expect(put(sql, "test-a", "2")).rejects.toThrow(/unique/i);
        await put(sql, "test-b", "3");
      });
      expect(await database.read(keys)).toEqual(["test-a", "test-b"]);
    });

    test("writers take turns", async () => {
      const first = gate();
      const order: string[] = [];
      const one = database.transaction(async (sql) => {
        order.push("one begins");
        await first.opened;
        await put(sql, "test-1", "");
        order.push("one ends");
      });
      const two = database.transaction(async (sql) => {
        order.push("two begins");
        expect(await keys(sql)).toEqual(["test-1"]);
      });
      first.open();
      await Promise.all([one, two]);
      expect(order).toEqual(["one begins", "one ends", "two begins"]);
    });

    test("a read sees one moment, whatever is written meanwhile", async () => {
      await database.transaction((sql) => put(sql, "test-a", "1"));
      await database.read(async (sql) => {
        const before = await keys(sql);
        await database.transaction((writer) => put(writer, "test-b", "2"));
        expect(await keys(sql)).toEqual(before);
        expect(await database.read(keys)).toEqual(["test-a", "test-b"]);
      });
    });

    test("a read does not wait for a writer and does not see its unfinished work", async () => {
      const hold = gate();
      const began = gate();
      const writing = database.transaction(async (sql) => {
        await put(sql, "test-a", "1");
        began.open();
        await hold.opened;
      });
      await began.opened;
      expect(await database.read(keys)).toEqual([]);
      hold.open();
      await writing;
      expect(await database.read(keys)).toEqual(["test-a"]);
    });

    test("many reads at once all answer", async () => {
      await database.transaction((sql) => put(sql, "test-a", "1"));
      const answers = await Promise.all(Array.from({ length: 50 }, () => database.read(keys)));
      expect(answers).toEqual(Array.from({ length: 50 }, () => ["test-a"]));
    });

    test("a read cannot write", async () => {
      await expect(database.read((sql) => put(sql, "test-a", "1"))).rejects.toThrow();
      expect(await database.read(keys)).toEqual([]);
    });

    test("integers of 64 bits come back exactly, and always as bigint", async () => {
      const largest = 9_223_372_036_854_775_807n;
      await database.transaction((sql) =>
        sql.run("INSERT INTO ledger_transaction (id, at_ms, reason) VALUES (?, ?, ?)", 7, largest, "test"),
      );
      const rows = await database.read((sql) =>
        sql.all("SELECT id, at_ms, reason, key FROM ledger_transaction"),
      );
      expect(rows).toEqual([{ id: 7n, at_ms: largest, reason: "test", key: null }]);
    });

    test("a transaction inside a transaction is refused instead of waiting for ever", async () => {
      const nested = database.transaction(() => database.transaction(async () => undefined));
      await expect(nested).rejects.toThrow("inside a transaction");
    });

    test("the sql of a transaction that is over is dead", async () => {
      let kept: Sql | undefined;
      await database.transaction(async (sql) => {
        kept = sql;
      });
      await expect(kept?.all("SELECT 1")).rejects.toThrow("over");
    });

    test("closing waits for what is under way and refuses what comes later", async () => {
      const hold = gate();
      let written = false;
      const writing = database.transaction(async (sql) => {
        await hold.opened;
        await put(sql, "test-a", "1");
        written = true;
      });
      const closing = database.close().then(() => expect(written).toBe(true));
      await expect(database.read(keys)).rejects.toMatchObject({ code: "storage_unavailable" });
      await expect(database.transaction(keys)).rejects.toMatchObject({ code: "storage_unavailable" });
      hold.open();
      await Promise.all([writing, closing]);
    });

    test.each([
      "UPDATE ledger_posting SET amount_msat = 2",
      "DELETE FROM ledger_posting",
      "UPDATE ledger_transaction SET reason = 'other'",
      "DELETE FROM ledger_transaction",
      "UPDATE fact SET body = '{}'",
    ])("history cannot be rewritten: %s", async (statement) => {
      await database.transaction(async (sql) => {
        await sql.run("INSERT INTO ledger_transaction (id, at_ms, reason) VALUES (1, 1, 'test')");
        await sql.run("INSERT INTO ledger_posting VALUES (1, 0, 'node', 1)");
        await sql.run("INSERT INTO fact (seq, at, type, body) VALUES (1, '', 'chat', '{}')");
      });
      await expect(database.transaction((sql) => sql.run(statement))).rejects.toThrow("append-only");
    });
  });
}
