import { expect, test } from "vitest";
import { agentId, seq } from "../../protocol/ids.ts";
import { memoryLog } from "../http/server-fixture.ts";
import { createHead } from "./head.ts";

const left = { type: "agent_left", agentId: agentId("a") } as const;

test("the head follows the log, and says when a place is reached", async () => {
  const log = memoryLog();
  log.append([left]);
  const head = createHead(log.follower, seq(1), () => {});
  expect(head.seq()).toBe(1);
  expect(await head.reaches(seq(1), 0)).toBe(true);
  const reached = head.reaches(seq(3), 60_000);
  log.append([left]);
  log.append([left]);
  expect(await reached).toBe(true);
  expect(head.seq()).toBe(3);
});

test("a follower that has stopped does not reach what comes after", async () => {
  const log = memoryLog();
  const head = createHead(log.follower, seq(0), () => {});
  head.close();
  log.append([left]);
  expect(await head.reaches(seq(1), 0)).toBe(false);
});
