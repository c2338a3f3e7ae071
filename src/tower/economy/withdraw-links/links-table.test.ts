import { expect, onTestFinished, test } from "vitest";
import { jobId, ownerId } from "../../../protocol/ids.ts";
import { openSqlite } from "../../storage/sqlite.ts";
import { testDirectory } from "../testing/directory.ts";
import { findLink, putLink, takeLink } from "./links-table.ts";

const LINK = {
  of: { kind: "job", jobId: jobId("job-1") },
  ownerId: ownerId("anna"),
  expiresAt: 1_000,
} as const;

test("a new link to the same debt makes the old one worthless, and is itself taken by nobody yet", async () => {
  const database = await openSqlite(testDirectory());
  onTestFinished(() => database.close());
  const find = (k1: string) => database.read((sql) => findLink(sql, k1));
  await database.transaction((sql) => putLink(sql, "old", LINK, 0));
  await database.transaction((sql) => takeLink(sql, "old", "ab"));
  // Who takes it a second time is not written down over the first.
  await database.transaction((sql) => takeLink(sql, "old", "cd"));
  expect(await find("old")).toEqual({ ...LINK, paymentHash: "ab" });
  await database.transaction((sql) => putLink(sql, "new", { ...LINK, expiresAt: 2_000 }, 1));
  expect(await find("old")).toBe(undefined);
  expect(await find("new")).toEqual({ ...LINK, expiresAt: 2_000, paymentHash: undefined });
});
