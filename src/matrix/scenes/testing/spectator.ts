import { loadCredentials } from "../../link/credentials.ts";
import { createLink, type Link, type LinkFault } from "../../link/link.ts";
import { createFakeStorage } from "../../link/testing/fake-world.ts";
import { createMatrix } from "../../state/inbox.ts";
import type { LinkView, MatrixState } from "../../state/model.ts";
import { createHandClock, type HandClock } from "../clock.ts";
import { createRecordedTower } from "../recorded-tower.ts";
import type { Scene } from "../scene.ts";

/** A browser without a screen that plays a scene through the real link and inbox, on a clock that a test moves. */
export interface Spectator {
  readonly clock: HandClock;
  readonly state: MatrixState;
  readonly link: Link;
  /** Every frame that the recorded tower sent, oldest first. */
  readonly frames: readonly string[];
  readonly faults: readonly LinkFault[];
  /** How often facts did not fit what was known. */
  misfits(): number;
  /** Every state that the link has been in. */
  readonly views: readonly LinkView["status"][];
}

/** Frames of a second. */
const BATCH_MS = 16;

export function watchScene(scene: Scene): Spectator {
  const clock = createHandClock();
  const tower = createRecordedTower(scene, clock);
  const frames: string[] = [];
  const faults: LinkFault[] = [];
  const views: LinkView["status"][] = [];
  let misfits = 0;
  let ids = 0;
  const newId = () => `id-${ids++}`;
  const { state, inbox } = createMatrix({
    schedule: (flush) => clock.setTimer(BATCH_MS, flush),
    onMisfit: () => {
      misfits += 1;
      link.takeSnapshot();
    },
  });
  const link = createLink({
    gateway: { kind: "tower", url: "scene:test" },
    credentials: loadCredentials({
      gateway: "scene",
      local: createFakeStorage(),
      session: createFakeStorage(),
      address: { hash: "", stripHash: () => {} },
      newId,
    }),
    ports: {
      openSocket: (url, events) =>
        tower.openSocket(url, {
          ...events,
          onFrame(data) {
            frames.push(String(data));
            events.onFrame(data);
          },
        }),
      now: clock.elapsed,
      setTimer: clock.setTimer,
      random: () => 0.5,
      newId,
      page: { isHidden: () => false, onWake: () => () => {} },
    },
    receive: inbox.apply,
    onSend: inbox.sent,
    onView(view) {
      views.push(view.status);
      inbox.linkChanged(view);
    },
    onFault: (fault) => faults.push(fault),
  });
  return { clock, state, link, frames, faults, views, misfits: () => misfits };
}
