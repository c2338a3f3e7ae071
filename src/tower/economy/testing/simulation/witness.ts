import type { TestBrain } from "../brain.ts";

/** What a brain did on one request, as it knows itself, whatever became of the tower that asked. */
export interface Thinking {
  evaluations: number;
  executions: number;
  /** What the last execution that came to an end used. */
  outputTokens: number;
}

/** Tells what the brain did on a request. */
export type Witness = (request: string | undefined) => Readonly<Thinking>;

/** Watches a brain from now on. */
export function watchBrain(brain: TestBrain): Witness {
  const known = new Map<string, Thinking>();
  function of(request: string): Thinking {
    const thinking = known.get(request) ?? { evaluations: 0, executions: 0, outputTokens: 0 };
    known.set(request, thinking);
    return thinking;
  }
  const { evaluate, execute } = brain;
  Object.assign(brain, {
    evaluate(...[request, options]: Parameters<typeof evaluate>) {
      of(request).evaluations += 1;
      return evaluate(request, options);
    },
    async execute(...[request, options]: Parameters<typeof execute>) {
      of(request).executions += 1;
      const work = await execute(request, options);
      of(request).outputTokens = work.usage.outputTokens;
      return work;
    },
  });
  return (request) => of(request ?? "");
}
