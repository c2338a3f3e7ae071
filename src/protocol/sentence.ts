import * as v from "valibot";

/** A path or name from outside, short enough to be quoted. */
const quoted = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

const EXPECTED: Readonly<Record<string, string>> = {
  safe_integer: "a whole number",
  finite: "a finite number",
};

/** What valibot's own wording leaves unclear, from the rule instead. Never says what was received. */
function expectation(issue: v.BaseIssue<unknown>): string {
  const named = EXPECTED[issue.type];
  if (named !== undefined) return named;
  const rule = (issue.expected ?? "in the right form").replace(/^\((.*)\)$/, "$1").replaceAll(" | ", " or ");
  if (issue.type === "max_length") return `at most ${rule.replace("<=", "")} characters`;
  if (issue.type === "min_length") return `at least ${rule.replace(">=", "")} characters`;
  if (issue.type === "min_value") return `at least ${rule.replace(">=", "")}`;
  if (issue.type === "max_value") return `at most ${rule.replace("<=", "")}`;
  return rule === "Object" ? "an object" : rule === "Array" ? "a list" : rule;
}

/**
 * One sentence for a person about the first thing that is wrong: which field, and what it must be. What was
 * received is never repeated: it may be a secret, or very long. A schema's own message is either a predicate
 * in lower case ("must be …"), which gets the field's name before it, or a whole sentence.
 */
export function sentenceOf(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const [issue] = issues;
  const field = quoted(v.getDotPath(issue) ?? "it");
  if (issue.kind === "schema" && issue.path?.at(-1)?.origin === "key")
    return issue.expected === "never" ? `${field} is not a field of this message.` : `${field} is missing.`;
  if (issue.message.startsWith("Invalid ")) return `${field} must be ${expectation(issue)}.`;
  const isPredicate = /^[a-z]/.test(issue.message);
  return isPredicate ? `${field} ${issue.message}.` : issue.message;
}
