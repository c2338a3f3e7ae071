import { badInput } from "./named/bad-input.ts";
import { busy } from "./named/busy.ts";
import { comings } from "./named/comings.ts";
import { cutOff, job, offline, unreachable } from "./named/job.ts";
import { phases } from "./named/phases.ts";
import { poses, reducedMotion } from "./named/poses.ts";
import { calm, empty } from "./named/quiet.ts";
import { session } from "./named/session.ts";
import { storm } from "./named/storm.ts";
import { tenThousand, thousand } from "./named/swarms.ts";
import type { Scene } from "./scene.ts";

/** Every scene, by its name. A new scene is one entry. */
export const SCENES: readonly Scene[] = [
  empty,
  calm,
  poses,
  reducedMotion,
  phases,
  job,
  session,
  cutOff,
  offline,
  unreachable,
  busy,
  storm,
  comings,
  thousand,
  tenThousand,
  badInput,
];
