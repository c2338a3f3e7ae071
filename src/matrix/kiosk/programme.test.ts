import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { createProgramme, type Programme } from "./programme.ts";
import { SIGHTS, type Sight, type SightKind } from "./sights.ts";

const sight = (kind: SightKind, id: string): Sight => ({ kind, agentId: agentId(id) });

/** Runs a programme second by second; returns what it showed and from when on. */
function play(
  script: {
    readonly until: number;
    readonly moments?: Readonly<Record<number, readonly Sight[]>>;
    readonly lasting?: (now: number) => readonly Sight[];
    readonly isHere?: (now: number, id: string) => boolean;
  },
  programme: Programme = createProgramme(0),
) {
  const shown: string[] = [];
  for (let now = 0; now <= script.until; now++) {
    for (const moment of script.moments?.[now] ?? []) programme.note(now, moment);
    const { sight: what, since } = programme.decide(now, {
      lasting: () => script.lasting?.(now) ?? [],
      isHere: (id) => script.isHere?.(now, id) ?? true,
    });
    const line = `${since} ${what ? `${what.kind} ${what.agentId}` : "wide"}`;
    if (line !== shown.at(-1)) shown.push(line);
  }
  return shown;
}

test("nothing happens, so the whole is shown", () => {
  expect(play({ until: 1000 })).toEqual(["0 wide"]);
});

test("what happens is shown for a while, and the whole in between", () => {
  expect(
    play({
      until: 80,
      moments: {
        20: [sight("payment", "alpha")],
        25: [sight("refund", "beta")],
        45: [sight("refund", "gamma")],
      },
    }),
  ).toEqual(["0 wide", "20 payment alpha", "36 wide", "50 refund gamma", "66 wide"]);
});

test("of what happens at once the highest in rank is shown, and what lasts comes after what happens", () => {
  const all = (Object.keys(SIGHTS) as SightKind[]).map((kind, i) => sight(kind, `agent-${i}`));
  const order = [...all].sort((a, b) => SIGHTS[b.kind].rank - SIGHTS[a.kind].rank).map(({ kind }) => kind);
  const left = [...order];
  while (left.length > 0) {
    const offered = all.filter(({ kind }) => left.includes(kind)).reverse();
    const isMoment = ({ kind }: Sight) => SIGHTS[kind].freshS !== undefined;
    const [, second] = play({
      until: 14,
      moments: { 13: offered.filter(isMoment) },
      lasting: () => offered.filter((one) => !isMoment(one)),
    });
    expect(second?.split(" ")[1]).toBe(left.shift());
  }
});

test("an agent's story is followed without going away", () => {
  const pose: Record<number, SightKind | undefined> = {
    20: "thinking",
    45: "offering",
    70: "working",
    92: undefined,
  };
  const kindAt = (now: number) =>
    pose[
      Math.max(
        ...Object.keys(pose)
          .map(Number)
          .filter((from) => from <= now),
        Number.NEGATIVE_INFINITY,
      )
    ];
  expect(
    play({
      until: 110,
      moments: { 16: [sight("payment", "alpha")], 92: [sight("done", "alpha")] },
      lasting: (now) => {
        const kind = kindAt(now);
        return kind ? [sight(kind, "alpha"), sight("working", "beta")] : [sight("working", "beta")];
      },
    }),
  ).toEqual([
    "0 wide",
    "14 working beta",
    "36 wide",
    "50 offering alpha",
    "70 working alpha",
    "92 done alpha",
    "108 wide",
  ]);
});

test("a story that does not end is left for the whole", () => {
  const shown = play({
    until: 400,
    lasting: (now) => [sight(now % 40 < 20 ? "thinking" : "working", "alpha")],
  });
  const wide = shown.filter((line) => line.endsWith("wide")).map((line) => Number.parseInt(line, 10));
  expect(wide.length).toBeGreaterThan(1);
  expect(Math.max(...wide.slice(1).map((at, i) => at - (wide[i] ?? 0)))).toBeLessThan(14 + 90 + 90 + 25);
});

test("what goes on for long is left, and others come before it is shown again", () => {
  const shown = play({
    until: 260,
    lasting: () => [sight("working", "alpha"), sight("working", "beta"), sight("working", "gamma")],
  });
  expect(shown.filter((line) => !line.endsWith("wide")).map((line) => line.split(" ")[2])).toEqual([
    "alpha",
    "beta",
    "gamma",
    "alpha",
  ]);
});

test("something that happens takes the view from what merely goes on, but not before its time", () => {
  expect(
    play({
      until: 60,
      moments: { 20: [sight("payment", "beta")], 38: [sight("payment", "gamma")] },
      lasting: () => [sight("working", "alpha")],
    }),
  ).toEqual(["0 wide", "14 working alpha", "38 wide"]);
});

test("whoever leaves is not shown any more", () => {
  expect(
    play({
      until: 60,
      moments: { 30: [sight("payment", "alpha")] },
      lasting: () => [sight("working", "alpha")],
      isHere: (now) => now < 20,
    }),
  ).toEqual(["0 wide", "14 working alpha", "20 wide"]);
});

test("a storm is survived: the newest and highest is shown, and little is remembered", () => {
  const storm = Array.from({ length: 5_000 }, (_, i) => sight("payment", `agent-${i}`));
  expect(play({ until: 15, moments: { 13: [...storm, sight("done", "last")] } })).toEqual([
    "0 wide",
    "14 done last",
  ]);
});

test("started anew, it shows the whole and has forgotten what happened", () => {
  const programme = createProgramme(0);
  play({ until: 20, moments: { 14: [sight("done", "alpha")] } }, programme);
  programme.note(21, sight("payment", "beta"));
  expect(programme.restart(22)).toEqual({ sight: undefined, since: 22 });
  expect(programme.decide(36, { lasting: () => [], isHere: () => true })).toEqual({
    sight: undefined,
    since: 22,
  });
});
