import { browserPorts } from "../link/browser-ports.ts";
import { loadCredentials } from "../link/credentials.ts";
import type { Setting } from "../setting.ts";
import { createHandClock, createRunningClock } from "./clock.ts";
import { createRecordedTower } from "./recorded-tower.ts";
import { SCENE_EPOCH_MS, type Scene } from "./scene.ts";
import { SCENES } from "./scenes.ts";
import { createStill, keepStill } from "./still.ts";

/** Set when a still stands. */
export const STILL_MARK = "matrix:scene-still";

/**
 * The setting that a page's address asks for: `?scene=<name>` plays a recorded scene, and with `&at=<seconds>` it stands
 * still at that time. A page that asks for a scene nobody knows stays offline and says which there are.
 */
export function sceneSetting(address: URLSearchParams): Setting {
  const name = address.get("scene") ?? "";
  const scene = SCENES.find((one) => one.name === name);
  const credentials = loadCredentials({
    gateway: "scene",
    local: undefined,
    session: undefined,
    address: { hash: "", stripHash: () => {} },
    newId: browserPorts.newId,
  });
  if (scene === undefined) {
    const known = SCENES.map((one) => one.name).join(", ");
    const reason = `There is no scene named “${name}”. There are: ${known}.`;
    return { ports: browserPorts, gateway: { kind: "none", reason }, credentials, drive: "loop" };
  }
  const at = Number(address.get("at") ?? Number.NaN);
  return {
    gateway: { kind: "tower", url: `scene:${scene.name}` },
    credentials,
    scene: scene.name,
    ...(scene.reducedMotion && { reducedMotion: true }),
    ...(at >= 0 ? still(scene, at * 1000) : running(scene)),
  };
}

type Driven = Pick<Setting, "ports" | "drive" | "play">;

function running(scene: Scene): Driven {
  const clock = createRunningClock(browserPorts);
  return {
    ports: {
      ...browserPorts,
      ...createRecordedTower(scene, clock),
      now: () => SCENE_EPOCH_MS + clock.elapsed(),
    },
    drive: "loop",
  };
}

function still(scene: Scene, milliseconds: number): Driven {
  const clock = createHandClock();
  let ids = 0;
  return {
    ports: {
      ...createRecordedTower(scene, clock),
      now: () => SCENE_EPOCH_MS + clock.elapsed(),
      setTimer: clock.setTimer,
      random: () => 0.5,
      newId: () => `still-${ids++}`,
      page: { isHidden: () => false, onWake: () => () => {} },
    },
    drive: "hand",
    play(stage, ready) {
      const canvas = stage.engine.getRenderingCanvas();
      if (canvas === null) throw new Error("a still is drawn on a canvas");
      const picture = createStill({ stage, clock, canvas });
      picture.play(milliseconds, ready).then(() => {
        performance.mark(STILL_MARK);
        if (!stage.scene.isDisposed)
          stage.scene.onDisposeObservable.addOnce(keepStill(picture, clock, canvas, reportError));
      }, reportError);
    },
  };
}
