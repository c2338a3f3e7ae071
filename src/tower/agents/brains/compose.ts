import type { Language } from "./language.ts";
import type { Plan } from "./plan.ts";
import { wordsIn } from "./skills/content.ts";
import { SKILLS } from "./skills/index.ts";
import { headingOf, TASK_PHRASES } from "./tasks.ts";
import { countTokens } from "./tokens.ts";
import { counted, listed } from "./words.ts";

type Doable = Extract<Plan, { kind: "do" }>;

/** The lines of an answer, section by section; each skill works when its section is reached. */
export function* answerLines(plan: Doable, language: Language): Generator<string> {
  let first = true;
  for (const task of plan.tasks) {
    if (!first) yield "";
    first = false;
    yield headingOf(task);
    yield* SKILLS[task].lines({ reading: plan.reading, language, wishes: plan.wishes });
  }
}

/** Sections hardly ever all need the most they may: with so many, their sum may be taken lower. */
const MANY_TASKS = 4;
const MANY_SHARE = 0.8;

/** The most tokens the answer may take: what its sections may take together. */
export function outputBudget(plan: Doable): number {
  const textTokens = countTokens(plan.reading.text);
  const sum = plan.tasks.reduce((total, task) => {
    const { fixed, perTextToken } = SKILLS[task].budget;
    return total + fixed + perTextToken * textTokens;
  }, 0);
  return Math.ceil(sum * (plan.tasks.length >= MANY_TASKS ? MANY_SHARE : 1));
}

/** One sentence for the payer: what will be done, and what not. */
export function noteOf(plan: Doable): string {
  const text = `your text of ${counted(wordsIn(plan.reading).length, "word")}`;
  const done = plan.tasks.map((task) => TASK_PHRASES[task]);
  const what = plan.whole
    ? `I will analyse ${text}: ${listed(plan.tasks)}`
    : `I will read ${text} and ${listed(done)}`;
  if (plan.leftOut.length > 0) return `${what}; ${listed(plan.leftOut)} I cannot do and leave out.`;
  const [shortcoming] = plan.shortcomings;
  if (shortcoming === undefined) return `${what}.`;
  return `${what}; one wish is left out: ${shortcoming.charAt(0).toLowerCase()}${shortcoming.slice(1)}`;
}
