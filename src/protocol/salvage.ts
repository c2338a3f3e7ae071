import * as v from "valibot";
import { AgentRecordSchema, ChatLineSchema, JobRecordSchema } from "./records.ts";
import { sentenceOf } from "./sentence.ts";
import type { Fields } from "./spelling.ts";
import { VALUES } from "./values.ts";

type Lists = Readonly<Record<string, v.GenericSchema>>;

/** Messages that name many things at once: one that cannot be read must not cost the others. */
const LISTS: Readonly<Record<string, Lists>> = {
  connection: { agents: AgentRecordSchema },
  snapshot_part: {
    agents: AgentRecordSchema,
    jobs: JobRecordSchema,
    chat: ChatLineSchema,
    progress: VALUES.job_progress,
  },
};
const FIRST_ISSUE_ONLY = { abortEarly: true } as const;

/** A message without what could not be read of it. */
export interface Salvaged {
  readonly message: Fields;
  /** What was left out and why, one sentence for each kind of fault. */
  readonly faults: readonly string[];
}

/** What is left of a message that was not understood; undefined when nothing can be left out that would help. */
export function salvage(type: string, message: Fields): Salvaged | undefined {
  if (!Object.hasOwn(LISTS, type)) return undefined;
  const left: Record<string, unknown> = { ...message };
  const faults: string[] = [];
  for (const [field, schema] of Object.entries(LISTS[type] ?? {})) {
    const list = message[field];
    if (!Array.isArray(list)) continue;
    const counts = new Map<string, number>();
    left[field] = list.filter((item) => {
      const parsed = v.safeParse(schema, item, FIRST_ISSUE_ONLY);
      if (parsed.success) return true;
      const why = sentenceOf(parsed.issues);
      counts.set(why, (counts.get(why) ?? 0) + 1);
      return false;
    });
    for (const [why, count] of counts)
      faults.push(`"${type}" came without ${count} of its ${list.length} ${field}: ${why}`);
  }
  return faults.length > 0 ? { message: left, faults } : undefined;
}
