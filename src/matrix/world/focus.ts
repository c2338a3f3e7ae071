import type { AgentId } from "../../protocol/ids.ts";
import type { CanvasPoint } from "../stage/gestures.ts";
import type { ScreenPoint } from "../stage/lens.ts";
import { nearestTurn, type Orbit, type Point3 } from "../stage/orbit.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { GATE, gatePlace, gateScale } from "./gate-place.ts";
import { CHEST_HEIGHT, HEAD_HEIGHT, JOB_RING_HEIGHT } from "./places.ts";
import type { Standing } from "./roster.ts";

/** A finger is this wide, in CSS px: the farthest an agent may be from a tap. */
const TOUCH_RADIUS = 34;
/** Radians to the side of where an agent faces: a three-quarter view. */
const THREE_QUARTER = 0.6;
/** Beyond this many agents the wide view frames their circle, not each. */
const MOST_FRAMED = 200;
/** The wide view follows the top of the core in steps of so many metres: makes room for it, but not for every sat. */
const TOP_STEP_M = 0.25;
/** Height in metres that the near view looks at: low, so that the figure and its ring stand above the card that opens below. */
const LOOKED_AT_M = 1.3;
/** Metres to either side of an agent that its ring and its price take. */
const ELBOW_M = 1.7;

/** The agent whose body is nearest to a point of the canvas and within touch of it. Who is leaving is not. */
export function agentAt(
  { stage, roster }: Pick<WorldContext, "stage" | "roster">,
  point: CanvasPoint,
): AgentId | undefined {
  const out: ScreenPoint = { x: 0, y: 0, depth: 0 };
  const head: ScreenPoint = { x: 0, y: 0, depth: 0 };
  let nearest: AgentId | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { id, at, leftAt } of roster.standing) {
    if (leftAt !== undefined) continue;
    const { x, y, depth } = stage.camera.project(at.x, CHEST_HEIGHT * 0.75, at.z, out);
    if (depth <= 0) continue;
    // A figure that fills the screen is touched anywhere on its body.
    const tall = Math.abs(stage.camera.project(at.x, HEAD_HEIGHT, at.z, head).y - y);
    const reach = Math.max(TOUCH_RADIUS, tall);
    const away = Math.hypot(
      (x - point.x) * Math.max(1, reach / Math.max(TOUCH_RADIUS, tall * 0.5)),
      y - point.y,
    );
    if (away <= reach && away + depth * 0.01 < least) {
      least = away + depth * 0.01;
      nearest = id;
    }
  }
  return nearest;
}

/** Metres over the floor to the top of the core, as the wide view has it: whatever was there before. */
const coreTop = ({ height, scale }: WorldContext["treasury"]): number =>
  Math.round((height * scale) / TOP_STEP_M) * TOP_STEP_M;

/** Points that hold everything there is to see. */
function outline({ roster, treasury }: Pick<WorldContext, "roster" | "treasury">): Point3[] {
  const gate = gatePlace(roster);
  const wide = GATE.halfWidth * gateScale(roster);
  const high = (GATE.shoulder + GATE.halfWidth) * gateScale(roster);
  const points: Point3[] = [
    { x: 0, y: coreTop(treasury) + 0.6, z: 0 },
    ...[-wide, wide].flatMap((aside) => [
      { x: gate.x + aside, y: 0, z: gate.z },
      { x: gate.x + aside, y: high, z: gate.z },
    ]),
  ];
  if (roster.standing.length <= MOST_FRAMED) {
    for (const { at } of roster.standing) {
      for (const aside of [-ELBOW_M, ELBOW_M]) {
        points.push(
          { x: at.x + aside, y: 0, z: at.z },
          { x: at.x + aside, y: JOB_RING_HEIGHT + 0.4, z: at.z },
        );
      }
    }
  } else {
    for (let i = 0; i < 24; i++) {
      const angle = (i / 24) * 2 * Math.PI;
      points.push({ x: Math.sin(angle) * roster.radius, y: 2, z: Math.cos(angle) * roster.radius });
    }
  }
  return points;
}

/** The view of an agent from near, from the side of it that the camera is on already: it never swings round the back. */
export function nearView(
  { camera, size }: Pick<WorldContext["stage"], "camera" | "size">,
  { at, heading }: Pick<Standing, "at" | "heading">,
): Orbit {
  const front = heading + Math.PI;
  const left = nearestTurn(front - THREE_QUARTER, camera.orbit.azimuth);
  const right = nearestTurn(front + THREE_QUARTER, camera.orbit.azimuth);
  const swing = (azimuth: number) => Math.abs(azimuth - camera.orbit.azimuth);
  const { width, height } = size();
  return {
    x: at.x,
    y: LOOKED_AT_M,
    z: at.z,
    azimuth: swing(left) < swing(right) ? left : right,
    elevation: 0.2,
    distance: width < height ? 12.5 : 9.6,
  };
}

/** Aims the camera: at the whole swarm, and at the agent that is picked; and turns taps into picks. */
export function createFocus(context: WorldContext): WorldFeature {
  const { stage, roster, selected, onSelect, treasury } = context;
  const { camera } = stage;
  let framedTop = -1;

  function follow(): void {
    const id = selected.get();
    const agent = id === undefined ? undefined : roster.find(id);
    if (agent) camera.glideTo(nearView(stage, agent));
    else camera.glideHome();
  }

  const undo = [
    stage.onTap((point) => {
      const id = agentAt(context, point);
      // The touch has stopped the camera, perhaps on its way to this very agent.
      if (id !== undefined && id === selected.get()) follow();
      else onSelect(id);
    }),
    selected.subscribe(follow),
    roster.onChange(({ left, moved }) => {
      if (moved) camera.setSubject(outline(context));
      const id = selected.get();
      if (id !== undefined && left.includes(id)) onSelect(undefined);
    }),
    stage.onFrame(() => {
      // The core grows with the treasury and with the swarm.
      const top = coreTop(treasury);
      if (top === framedTop) return;
      framedTop = top;
      camera.setSubject(outline(context));
    }),
  ];
  if (selected.get() !== undefined) follow();
  return {
    dispose() {
      for (const stop of undo) stop();
    },
  };
}
