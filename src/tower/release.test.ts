import { expect, test } from "vitest";
import { createReleases } from "./release.ts";

test("everything is freed once, newest first, and the first error is kept", async () => {
  const releases = createReleases();
  const freed: string[] = [];
  const free = (name: string, error?: Error) => async () => {
    await Promise.resolve();
    freed.push(name);
    if (error) throw error;
  };
  releases.add(free("database"));
  releases.add(free("wallet", new Error("later")));
  releases.add(free("server", new Error("first")));
  await expect(releases.all()).rejects.toThrow("first");
  await expect(releases.all()).rejects.toThrow("first");
  expect(freed).toEqual(["server", "wallet", "database"]);
});
