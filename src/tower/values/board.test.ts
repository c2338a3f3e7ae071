import { expect, test } from "vitest";
import { agentId, jobId, ownerId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { createValueBoard, keyOf, type PostedValue } from "./board.ts";

const OWNER = { ownerId: ownerId("anna") };
const mind = (state: string) => ({ type: "agent_state", agentId: agentId("alpha"), state }) as const;
const piece = (attempt: number, offset: number, text: string) =>
  ({ type: "job_progress", jobId: jobId("job-1"), attempt, offset, text }) as const;

function boardWithFollower() {
  const board = createValueBoard();
  const told: PostedValue[] = [];
  const unfollow = board.follow((posted) => told.push(posted));
  return { board, told, unfollow };
}

test("only the newest of each value stands; an equal one is no news", () => {
  const { board, told } = boardWithFollower();
  board.post(mind("thinking"));
  board.post(mind("thinking"));
  board.post(mind("working"));
  board.post({ type: "agent_count", count: 5 });
  expect(board.latest()).toEqual([
    { key: "agent_state:alpha", audience: "everyone", value: mind("working") },
    { key: "agent_count", audience: "everyone", value: { type: "agent_count", count: 5 } },
  ]);
  expect(told.map(({ value }) => value)).toEqual([
    mind("thinking"),
    mind("working"),
    { type: "agent_count", count: 5 },
  ]);
});

test("the same value for two audiences stands twice", () => {
  const { board } = boardWithFollower();
  const purse = { type: "purse_state", balanceSats: sats(1), faucetLeftSats: sats(2) } as const;
  board.post(purse, OWNER);
  board.post(purse, { ownerId: ownerId("bert") });
  expect(board.latest().map(({ key }) => key)).toEqual(["purse_state@anna", "purse_state@bert"]);
});

test("pieces of progress are told as they come, and stand as one text", () => {
  const { board, told } = boardWithFollower();
  board.post(piece(1, 0, "One "), OWNER);
  board.post(piece(1, 4, "two "), OWNER);
  board.post(piece(1, 8, "three"), OWNER);
  expect(told.map(({ value }) => value)).toEqual([
    piece(1, 0, "One "),
    piece(1, 4, "two "),
    piece(1, 8, "three"),
  ]);
  expect(board.get("job_progress:job-1@anna")?.value).toEqual(piece(1, 0, "One two three"));
});

test("a new attempt starts its text again, and pieces of the former one are dropped", () => {
  const { board, told } = boardWithFollower();
  board.post(piece(1, 0, "One "), OWNER);
  board.post(piece(2, 0, "Anew "), OWNER);
  board.post(piece(1, 4, "two"), OWNER);
  expect(board.get("job_progress:job-1@anna")?.value).toEqual(piece(2, 0, "Anew "));
  expect(told.length).toBe(2);
});

test("a piece that leaves a gap or brings nothing new is dropped; one that overlaps is joined", () => {
  const { board, told } = boardWithFollower();
  board.post(piece(1, 3, "lost"), OWNER);
  board.post(piece(1, 0, "abc"), OWNER);
  board.post(piece(1, 5, "lost"), OWNER);
  board.post(piece(1, 0, "abc"), OWNER);
  board.post(piece(1, 3, ""), OWNER);
  board.post(piece(1, 2, "cde"), OWNER);
  expect(board.get("job_progress:job-1@anna")?.value).toEqual(piece(1, 0, "abcde"));
  expect(told.map(({ value }) => value)).toEqual([piece(1, 0, "abc"), piece(1, 2, "cde")]);
});

test("what is taken down is gone for every audience, and nothing else", () => {
  const { board } = boardWithFollower();
  board.post(piece(1, 0, "x"), OWNER);
  board.post({ ...piece(1, 0, "x"), jobId: jobId("job-10") }, OWNER);
  board.post(mind("working"));
  board.takeDown(keyOf(piece(1, 0, "x")));
  board.takeDown("agent_state:alpha");
  expect(board.latest().map(({ key }) => key)).toEqual(["job_progress:job-10@anna"]);
});

test("what is only told does not stand", () => {
  const { board, told } = boardWithFollower();
  board.tell(mind("working"));
  expect(board.latest()).toEqual([]);
  expect(told.length).toBe(1);
});

test("an unfollowed listener hears nothing, though it may follow twice", () => {
  const board = createValueBoard();
  const told: string[] = [];
  const listener = (posted: PostedValue) => told.push(posted.key);
  const first = board.follow(listener);
  const second = board.follow(listener);
  first();
  first();
  board.post(mind("a"));
  second();
  board.post(mind("b"));
  expect(told).toEqual(["agent_state:alpha"]);
});
