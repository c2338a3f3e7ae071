import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { type Migration, migrate } from "./migrate.ts";

const ONE: Migration = { id: 1, name: "one", script: "CREATE TABLE a (x INTEGER); -- first" };
const TWO: Migration = { id: 2, name: "two", script: "INSERT INTO a VALUES (2);" };
const BROKEN: Migration = {
  id: 3,
  name: "broken",
  script: "INSERT INTO a VALUES (3); INSERT INTO nowhere VALUES (3);",
};

function empty(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  return database;
}
const applied = (database: DatabaseSync) => database.prepare("SELECT id, name FROM schema_migration").all();
const rows = (database: DatabaseSync) => database.prepare("SELECT x FROM a").all();

test("every migration is applied once, in order", () => {
  const database = empty();
  migrate(database, [ONE], "./data");
  migrate(database, [ONE, TWO], "./data");
  migrate(database, [ONE, TWO], "./data");
  expect(applied(database)).toEqual([
    { id: 1, name: "one" },
    { id: 2, name: "two" },
  ]);
  expect(rows(database)).toEqual([{ x: 2 }]);
});

test("a migration that fails leaves nothing of itself", () => {
  const database = empty();
  expect(() => migrate(database, [ONE, TWO, BROKEN], "./data")).toThrow("nowhere");
  expect(rows(database)).toEqual([{ x: 2 }]);
  expect(applied(database)).toHaveLength(2);
});

test("a database of a newer tower is refused", () => {
  const database = empty();
  migrate(database, [ONE, TWO], "./data");
  expect(() => migrate(database, [ONE], "./data")).toThrow(
    "The data in ./data was written by a newer tower (schema 2, this one knows 1). " +
      "Start the newer version, or set DATA_DIR to another folder.",
  );
});

test("a migration that was changed since is refused, unless only its comments were", () => {
  const database = empty();
  migrate(database, [ONE], "./data");
  migrate(database, [{ ...ONE, script: "CREATE TABLE a\n  (x INTEGER); -- the very first" }], "./data");
  expect(() => migrate(database, [{ ...ONE, script: "CREATE TABLE a (y INTEGER);" }], "./data")).toThrow(
    "The data in ./data was written by another build of the tower (schema 1 differs).",
  );
});
