import type { Task } from "../tasks.ts";
import { entities } from "./entities.ts";
import { keyPhrasesSkill } from "./key-phrases.ts";
import { readingLevel } from "./reading-level.ts";
import { sentiment } from "./sentiment.ts";
import type { Skill } from "./skill.ts";
import { summary } from "./summary.ts";
import { wordStatistics } from "./word-statistics.ts";

/** Everything the built-in brain can do, by task. */
export const SKILLS: Readonly<Record<Task, Skill>> = {
  summary,
  sentiment,
  "key phrases": keyPhrasesSkill,
  entities,
  "reading level": readingLevel,
  "word statistics": wordStatistics,
};
