import type { AgentId } from "../../protocol/ids.ts";
import { comfortablePace } from "../stage/glide.ts";
import { nearestTurn, type Orbit } from "../stage/orbit.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState } from "../state/model.ts";
import { nearView } from "../world/focus.ts";
import { gatePlace } from "../world/gate-place.ts";
import { HEAD_HEIGHT } from "../world/places.ts";
import type { Roster, Standing } from "../world/roster.ts";
import { createProgramme, type Shot } from "./programme.ts";
import { SIGHTS, type Sight, sightOfAgent, sightOfCue } from "./sights.ts";

export interface DirectorOptions {
  readonly stage: Stage;
  readonly roster: Roster;
  readonly state: Pick<MatrixState, "cues">;
  /** Called when it takes over again from a person who has gone: what they left open may be closed. */
  readonly onReturn: () => void;
}

/** Moves the camera of a screen that nobody touches. */
export interface Director {
  /** What it shows; undefined while a person has the camera. */
  readonly shot: Shot | undefined;
  dispose(): void;
}

/** After an input a person has the camera for so long, in seconds. */
const YIELD_S = 45;
/** How often it decides and aims anew, in seconds. */
const TURN_S = 1;
/** The greatest speed of its moves (see `comfortablePace`) and the pace of the shortest ones. */
const COMFORT = 0.35;
const BRISKEST = 0.6;
/** The wide view sways this far to either side, in radians, once in so many seconds. */
const SWAY = 0.3;
const SWAY_S = 240;
/** Radians above the floor from which the way between an agent and the gate is seen. */
const ABOVE_WAY = 0.36;

/**
 * Follows what really happens, with long slow moves: an agent from near while something happens to it, the whole in
 * between. Any input of a person takes the camera from it at once, for a while. With reduced motion it holds the
 * wide view. Until it is disposed the stage counts as looked at.
 */
export function createDirector({ stage, roster, state, onReturn }: DirectorOptions): Director {
  const { camera } = stage;
  const now = () => stage.now.elapsed;
  const programme = createProgramme(now());
  let shot: Shot | undefined;
  let pace = BRISKEST;
  let isHolding = false;
  /** When a person last did something, while they have the camera. */
  let yieldedAt: number | undefined;
  let nextTurn = now();
  const swaySince = now();

  function lasting(): readonly Sight[] {
    const sights: Sight[] = [];
    for (const { view } of roster.standing) {
      const sight = sightOfAgent(view);
      if (sight && isHere(sight.agentId)) sights.push(sight);
    }
    return sights;
  }

  const isHere = (id: AgentId): boolean => {
    const agent = roster.find(id);
    return agent !== undefined && agent.leftAt === undefined;
  };

  function wayView({ at }: Standing): Orbit {
    const gate = gatePlace(roster);
    const points = [
      { x: gate.x, y: 0, z: gate.z },
      { x: at.x, y: 0, z: at.z },
      { x: at.x, y: HEAD_HEIGHT, z: at.z },
    ];
    return camera.viewOf(points, { azimuth: camera.wideView().azimuth, elevation: ABOVE_WAY });
  }

  function wideView(): Orbit {
    return camera.wideView(SWAY * Math.sin(((now() - swaySince) / SWAY_S) * 2 * Math.PI));
  }

  function viewOf(sight: Sight | undefined): Orbit {
    const agent = sight && roster.find(sight.agentId);
    if (!sight || !agent) return wideView();
    return SIGHTS[sight.kind].framing === "near" ? nearView(stage, agent) : wayView(agent);
  }

  /** Holds the wide view, once: it follows the swarm by itself. */
  function hold(): void {
    shot = undefined;
    if (isHolding) return;
    isHolding = true;
    camera.glideHome();
  }

  function aim(): void {
    const next = programme.decide(now(), { lasting, isHere });
    const view = viewOf(next.sight);
    if (next !== shot || isHolding) {
      const to = { ...view, azimuth: nearestTurn(view.azimuth, camera.orbit.azimuth) };
      pace = comfortablePace(camera.orbit, to, COMFORT, BRISKEST);
      camera.glideTo(view, pace);
    } else if (next.sight === undefined) {
      // The swarm grows and the view sways: with the pace it had, as the rest of the same move.
      camera.glideTo(view, pace);
    }
    shot = next;
    isHolding = false;
  }

  const undo = [
    stage.watch(),
    state.cues.subscribe((cue) => {
      const sight = sightOfCue(cue);
      if (sight) programme.note(now(), sight);
    }),
    stage.onInput(() => {
      if (shot) camera.halt();
      shot = undefined;
      isHolding = false;
      yieldedAt = now();
    }),
    stage.onFrame(({ elapsed }) => {
      if (elapsed < nextTurn) return;
      nextTurn = elapsed + TURN_S;
      if (yieldedAt !== undefined) {
        if (elapsed - yieldedAt < YIELD_S) return;
        yieldedAt = undefined;
        programme.restart(elapsed);
        onReturn();
      }
      if (stage.reducedMotion) hold();
      else aim();
    }),
  ];

  return {
    get shot() {
      return shot;
    },
    dispose() {
      for (const stop of undo) stop();
    },
  };
}
