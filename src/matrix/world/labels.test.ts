import { expect, test, vi } from "vitest";
import { decodeTowerMessage } from "../../protocol/codec.ts";
import { type AgentId, agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { AgentView } from "../state/model.ts";
import type { Flight } from "./flights.ts";
import { createFocus } from "./focus.ts";
import { createLabels, type Labels } from "./labels.ts";
import { JOB_RING_HEIGHT, JOB_RING_LIFT_PX } from "./places.ts";
import { createFakePen } from "./testing/fake-pen.ts";
import { createFakeWorld, makeAgent, makeJob } from "./testing/fake-world.ts";
import { HALF_LINE_PX, LETTERINGS } from "./text/lettering.ts";
import { NAME_HEIGHT } from "./text/text-drawing.ts";

const ALPHA = agentId("alpha");

function createLabelled(count: number, { reducedMotion = false, flights = [] as Flight[] } = {}) {
  const world = createFakeWorld(count, { reducedMotion });
  const pen = createFakePen();
  const context = { ...world.context, flights: { ...world.context.flights, current: () => flights } };
  createFocus(context);
  const labels = createLabels(context, pen);
  return { ...world, pen, labels };
}
type Labelled = ReturnType<typeof createLabelled>;

/** What is on screen, without what is on its way out. */
const said = ({ lines }: Labels) => [...lines].map((line) => line.said.text).sort();

/** Gives every n-th agent a job. */
function employ(world: Labelled, every: number): void {
  const agents = [...world.state.agents.get().values()];
  world.state.agents.set(
    new Map(agents.map((agent, n) => [agent.id, n % every ? agent : { ...agent, job: makeJob(agent) }])),
  );
}

interface Box {
  readonly of: string;
  readonly isRing: boolean;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where everything that must not overlap is on the canvas, worked out apart from the labels' own reckoning. */
function boxesOf({ stage, context, labels }: Labelled): Box[] {
  const out = { x: 0, y: 0, depth: 0 };
  const { camera } = stage;
  const eye = camera.node.position;
  const nearness = (x: number, z: number) =>
    Math.min(1, Math.max(0.42, Math.hypot(x - eye.x, JOB_RING_HEIGHT - eye.y, z - eye.z) / 22));
  const pxPerMetre = (depth: number) => 820 / 2 / Math.tan(0.36) / depth;
  const boxes: Box[] = [];
  for (const {
    said: { text, lettering },
    place,
    side,
  } of labels.lines) {
    const { x, y, depth } = camera.project(place.x, place.y, place.z, out);
    const nameY = camera.project(place.x, NAME_HEIGHT, place.z, { ...out }).y;
    const metre = nearness(place.x, place.z) * pxPerMetre(depth);
    const clearOf = place.clear > 0 ? nameY - place.clear : Number.POSITIVE_INFINITY;
    const middle = Math.min(y - place.up - place.over * metre, clearOf);
    const width = [...text].length * LETTERINGS[lettering].px * 0.6;
    const hangs = x + place.beside * metre;
    const left = { right: hangs + 6, middle: hangs - width / 2, left: hangs - 6 - width }[side];
    boxes.push({
      of: text,
      isRing: false,
      left,
      right: left + width,
      // The highest letters are less high than a line, and a far job ring stands on those of its own agent.
      top: middle - 6,
      bottom: middle + HALF_LINE_PX,
    });
  }
  for (const { at, view } of context.roster.standing) {
    if (!view.job) continue;
    const { x, y, depth } = camera.project(at.x, JOB_RING_HEIGHT, at.z, out);
    // The bright band of the ring; its glow may reach a little farther.
    const reach = 0.72 * 0.7 * nearness(at.x, at.z) * pxPerMetre(depth);
    const middle = y - JOB_RING_LIFT_PX;
    boxes.push({
      of: `ring of ${view.id}`,
      isRing: true,
      left: x - reach,
      right: x + reach,
      top: middle - reach,
      bottom: middle + reach,
    });
  }
  return boxes;
}

const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

test("names and prices of those that are here are shown, and of nobody else", () => {
  const world = createLabelled(5);
  world.put(ALPHA, { job: makeJob(makeAgent(1)) });
  world.step(200, 0.1);
  expect(said(world.labels)).toEqual(["Alpha", "Beta", "Delta", "Gamma", "Timmy", "⚡500 to pay"]);
  world.put(ALPHA, { job: undefined, label: "Omega" });
  world.step(20, 0.1);
  expect(said(world.labels)).toEqual(["Beta", "Delta", "Gamma", "Omega", "Timmy"]);
  world.remove(ALPHA);
  world.step(100, 0.1);
  expect(said(world.labels)).toEqual(["Beta", "Delta", "Gamma", "Timmy"]);
  world.dispose();
});

test.each([
  [10, 3],
  [1_000, 7],
  [10_000, 40],
])("of %i agents as many are labelled as there is room for, and nothing overlaps", (count, every) => {
  const world = createLabelled(count);
  employ(world, every);
  world.step(150, 0.1);
  const boxes = boxesOf(world);
  const lines = boxes.filter(({ isRing }) => !isRing);
  expect(lines.length).toBeGreaterThan(Math.min(30, count / 2));
  const overlapping = lines.flatMap((a) =>
    boxes.filter((b) => a !== b && overlaps(a, b)).map((b) => `${a.of} / ${b.of}`),
  );
  expect(overlapping).toEqual([]);
  world.dispose();
});

test("of ten thousand agents the nearest is labelled", () => {
  const world = createLabelled(10_000);
  world.step(150, 0.1);
  const out = { x: 0, y: 0, depth: 0 };
  const depthOf = ({ at }: { at: { x: number; z: number } }) =>
    world.stage.camera.project(at.x, NAME_HEIGHT, at.z, out).depth;
  const seen = world.context.roster.standing.filter((agent) => {
    const depth = depthOf(agent);
    return depth > 0 && out.x > 0 && out.x < 1180 && out.y > 0 && out.y < 820;
  });
  const nearest = seen.sort((a, b) => depthOf(a) - depthOf(b)).slice(0, 5);
  const labelled = new Set([...world.labels.lines].map(({ subject }) => subject.id));
  expect(nearest.some(({ id }) => labelled.has(id))).toBe(true);
  world.dispose();
});

test("the agent that is picked is named above all others", () => {
  const world = createLabelled(1_000);
  world.step(100, 0.1);
  const shown = new Set([...world.labels.lines].map(({ subject }) => subject.id));
  const hidden = world.context.roster.standing.filter(({ id }) => !shown.has(id)).slice(0, 3);
  expect(hidden.length).toBe(3);
  for (const { id, view } of hidden) {
    world.selected.set(id);
    world.step(2);
    const line = [...world.labels.lines].find(({ subject }) => subject.id === id);
    expect(line?.said).toMatchObject({ text: view.label, lettering: "chosen" });
  }
  world.dispose();
});

test("while the camera turns, no label comes and goes and comes again", () => {
  const world = createLabelled(1_000);
  world.step(150, 0.1);
  const wasShown = new Map<AgentId, boolean>();
  const turns = new Map<AgentId, number>();
  for (let frame = 0; frame < 300; frame++) {
    world.stage.camera.turn(0.0008, 0);
    world.step();
    const shown = new Set([...world.labels.lines].map(({ subject }) => subject.id));
    for (const { id } of world.context.roster.standing) {
      const before = wasShown.get(id);
      if (before !== undefined && before !== shown.has(id)) turns.set(id, (turns.get(id) ?? 0) + 1);
      wasShown.set(id, shown.has(id));
    }
  }
  expect([...turns.values()].filter((times) => times > 2)).toEqual([]);
  world.dispose();
});

test("when nothing moves nothing is thought over, drawn or sent", () => {
  const world = createLabelled(300);
  world.step(300, 0.1);
  const uploads = vi.spyOn(world.stage.engine, "updateDynamicVertexBuffer");
  const [written, measured] = [world.pen.written.length, world.pen.measured.length];
  const before = [...world.labels.lines];
  world.step(60, 0.1);
  expect([uploads.mock.calls.length, world.pen.written.length, world.pen.measured.length]).toEqual([
    0,
    written,
    measured,
  ]);
  expect([...world.labels.lines]).toEqual(before);
  world.dispose();
});

test("new texts are drawn a few a frame, however many appear at once", () => {
  const world = createLabelled(2_000);
  let most = 0;
  for (let frame = 0; frame < 200; frame++) {
    const before = world.pen.written.length;
    world.step();
    most = Math.max(most, world.pen.written.length - before);
  }
  expect([most <= 8, world.pen.written.length > 60]).toEqual([true, true]);
  world.dispose();
});

test.each([
  ["", "Nameless"],
  ["\u0000\n\u200d", "Nameless"],
  ["two\nlines", "two lines"],
  ["x".repeat(500), `${"x".repeat(23)}…`],
  ["שלום", "שלום"],
])("a label that a tower says as %j is shown as %j, as it is everywhere", (told, shown) => {
  const decoded = decodeTowerMessage(
    JSON.stringify({ type: "agent_joined", agentId: "nameless", label: told }),
  );
  if (decoded.kind !== "message" || decoded.message.type !== "agent_joined") throw new Error("was not taken");
  const { agentId: id, label } = decoded.message;
  expect(label).toBe(shown);
  const world = createLabelled(0);
  const agent: AgentView = makeAgent(900, { id, label });
  world.state.agents.set(new Map([[agent.id, agent]]));
  world.step(100, 0.1);
  expect(said(world.labels)).toEqual([shown]);
  world.dispose();
});

test("sats on the move are named when they are the picked agent's, or many in one", () => {
  const flight = (differs: Partial<Flight>): Flight => ({
    amountSats: sats(500),
    merged: 1,
    agentId: ALPHA,
    middle: { x: -3, y: 3, z: 2 },
    color: [1, 0.7, 0.3],
    progress: 0.5,
    ...differs,
  });
  const own = flight({});
  const flights = [
    own,
    flight({ agentId: agentId("beta"), middle: { x: 3, y: 3, z: 2 }, amountSats: sats(77) }),
    flight({ agentId: undefined, merged: 37, amountSats: sats(12_400), middle: { x: -8, y: 6, z: 4 } }),
  ];
  const world = createLabelled(5, { flights });
  world.step(100, 0.1);
  const amounts = () =>
    [...world.labels.lines].filter(({ subject }) => subject.kind === "amount").map((line) => line.said.text);
  expect(amounts()).toEqual(["⚡12\u2009400 ×37"]);
  world.selected.set(ALPHA);
  world.step(2);
  expect(amounts().sort()).toEqual(["⚡12\u2009400 ×37", "⚡500"]);
  flights.splice(0);
  world.step(20, 0.1);
  expect(amounts()).toEqual([]);
  world.dispose();
});

const OWN_INVOICE = { invoiceType: "work", amountSats: sats(500), state: "open" } as const;

/** Says that panels cover other columns; what is seen does not move aside for them. */
function cover({ stage }: Pick<Labelled, "stage">, left: number, right: number): void {
  vi.spyOn(stage.camera, "insets", "get").mockReturnValue({ left, top: 0, right, bottom: 0 });
  stage.camera.turn(0.001, 0);
}

test("a price goes left of its ring where a panel would cut it, and stays there", () => {
  const world = createLabelled(1, { reducedMotion: true });
  employ(world, 1);
  const sides = () =>
    [...world.labels.lines].filter(({ subject }) => subject.kind === "price").map(({ side }) => side);
  world.step(100, 0.1);
  world.stage.camera.turn(0.01, 0);
  world.step(100, 0.1);
  expect(sides()).toEqual(["right"]);
  const at = world.context.roster.standing[0]?.at ?? { x: 0, z: 0 };
  const { x } = world.stage.camera.project(at.x, JOB_RING_HEIGHT, at.z, { x: 0, y: 0, depth: 0 });
  cover(world, 0, 1180 - x - 60);
  world.step(100, 0.1);
  expect(sides()).toEqual(["left"]);
  cover(world, 0, 0);
  world.step(100, 0.1);
  expect(sides()).toEqual(["left"]);
  cover(world, x - 60, 1180 - x - 60);
  world.step(100, 0.1);
  expect(sides()).toEqual(["middle"]);
  world.dispose();
});

test("who has to be paid by this person is named and priced before the jobs of others, however crowded", () => {
  const world = createLabelled(1_000);
  employ(world, 1);
  world.step(150, 0.1);
  const shown = () => new Set([...world.labels.lines].map(({ subject }) => `${subject.id} ${subject.kind}`));
  const before = shown();
  const out = { x: 0, y: 0, depth: 0 };
  const depthOf = ({ at }: { at: { x: number; z: number } }) =>
    world.stage.camera.project(at.x, NAME_HEIGHT, at.z, out).depth;
  const hidden = world.context.roster.standing.filter((agent) => {
    const isInFront = depthOf(agent) > 0;
    const isInView = isInFront && out.x > 200 && out.x < 980 && out.y > 100 && out.y < 800;
    return isInView && !before.has(`${agent.id} name`) && !before.has(`${agent.id} price`);
  });
  const own = hidden.sort((a, b) => depthOf(a) - depthOf(b))[0];
  if (!own?.view.job) throw new Error("nobody is crowded out");
  const workInvoice = { ...OWN_INVOICE, paymentRequest: "lnbcrt1" };
  world.put(own.id, { job: { ...own.view.job, workInvoice } });
  world.step(20, 0.1);
  const after = shown();
  expect([after.has(`${own.id} name`), after.has(`${own.id} price`)]).toEqual([true, true]);
  world.dispose();
});

test("names stay out of the columns that panels cover, but for the agent that is picked", () => {
  const world = createLabelled(60, { reducedMotion: true });
  world.stage.camera.turn(0.01, 0);
  world.step(150, 0.1);
  cover(world, 400, 400);
  world.step(150, 0.1);
  const outside = boxesOf(world).filter(({ left, right }) => left < 399 || right > 781);
  expect([outside, world.labels.lines.size > 3]).toEqual([[], true]);
  const covered = world.context.roster.standing.find(({ at }) => {
    const { x, y } = world.stage.camera.project(at.x, NAME_HEIGHT, at.z, { x: 0, y: 0, depth: 0 });
    return x > 100 && x < 400 && y > 50;
  });
  world.selected.set(covered?.id);
  world.step(1);
  expect(said(world.labels)).toContain(covered?.view.label);
  world.dispose();
});

test("an amount slides along its way out from under a panel, and stays where it is while it is seen", () => {
  const world = createFakeWorld(5, { reducedMotion: true });
  const labels = createLabels(world.context, createFakePen());
  world.stage.camera.turn(0.01, 0);
  world.step(100, 0.1);
  world.selected.set(ALPHA);
  world.state.cues.emit({
    kind: "sats",
    from: { kind: "gate" },
    to: { kind: "agent", agentId: ALPHA },
    amountSats: sats(320),
  });
  world.step(4, 0.1);
  const out = { x: 0, y: 0, depth: 0 };
  const amounts = () =>
    [...labels.lines]
      .filter(({ subject }) => subject.kind === "amount")
      .map(({ place }) => world.stage.camera.project(place.x, place.y, place.z, { ...out }).x);
  const [middle = 0] = amounts();
  const alpha = world.context.roster.standing.find(({ id }) => id === ALPHA)?.at ?? { x: 0, z: 0 };
  const isLeft = world.stage.camera.project(alpha.x, 1, alpha.z, out).x < middle;
  cover(world, isLeft ? 0 : middle, isLeft ? 1180 - middle : 0);
  world.step(4, 0.1);
  const slid = amounts();
  expect(slid.map((x) => (isLeft ? x < middle - 10 : x > middle + 10))).toEqual([true]);
  cover(world, 0, 0);
  world.step(4, 0.1);
  expect(amounts().map((x) => Math.abs(x - (slid[0] ?? 0)) < 5)).toEqual([true]);
  labels.dispose();
  world.dispose();
});

test("when the screen's density changes every text is drawn anew, and stays", () => {
  const world = createLabelled(5);
  world.step(100, 0.1);
  const before = said(world.labels);
  const textures = world.stage.scene.textures.length;
  vi.spyOn(world.stage.engine, "getHardwareScalingLevel").mockReturnValue(0.5);
  world.step(30, 0.1);
  expect(said(world.labels)).toEqual(before);
  expect(world.pen.written.slice(before.length).sort()).toEqual(before);
  expect(world.stage.scene.textures.length).toBe(textures);
  world.dispose();
});

test("with reduced motion labels are there at once", () => {
  const world = createLabelled(5, { reducedMotion: true });
  const shown = () => [...world.labels.lines].map((line) => world.labels.showing(line));
  const frames = Array.from({ length: 10 }, () => {
    world.step(1, 0.1);
    return shown();
  });
  expect([new Set(frames.flat()), frames.at(-1)?.length]).toEqual([new Set([1]), 5]);
  world.dispose();
});

test("labels come and go softly", () => {
  const world = createLabelled(1);
  const shown = () => [...world.labels.lines].map((line) => world.labels.showing(line));
  world.step(1);
  const watch = () =>
    Array.from({ length: 30 }, () => {
      world.step(1);
      return shown()[0] ?? 0;
    });
  const coming = watch();
  expect(coming).toEqual([...coming].sort((a, b) => a - b));
  expect([(coming[0] ?? 1) < 0.2, coming.at(-1)]).toEqual([true, 1]);
  world.remove(agentId("timmy"));
  const going = watch();
  expect(going).toEqual([...going].sort((a, b) => b - a));
  expect([going.some((each) => each > 0 && each < 1), going.at(-1)]).toEqual([true, 0]);
  world.dispose();
});
