import type { Language, Reading } from "../language.ts";
import type { Task } from "../tasks.ts";

/** What a person asked for beyond the task itself. */
export interface Wishes {
  /** How many sentences a summary should have. */
  readonly sentences?: number;
  /** How many words a summary may have. */
  readonly words?: number;
  /** How many key phrases or frequent words to name. */
  readonly items?: number;
  /** A word to count. */
  readonly countedWord?: string;
}

interface SkillInput {
  readonly reading: Reading;
  readonly language: Language;
  readonly wishes: Wishes;
}

/** One thing the built-in brain can do. */
export interface Skill {
  readonly task: Task;
  /** Why this text is not enough for it, as a sentence for the payer; `undefined` when it is enough. */
  readonly shortcoming: (reading: Reading) => string | undefined;
  /** The lines of its section, without the heading. Made of the text alone: the same input gives the same lines. */
  readonly lines: (input: SkillInput) => string[];
  /** Tokens its section may take: a fixed part and a share of the text's own tokens, since it quotes it. */
  readonly budget: { readonly fixed: number; readonly perTextToken: number };
}
