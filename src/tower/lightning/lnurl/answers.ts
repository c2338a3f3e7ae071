import * as v from "valibot";
import { tidyText } from "../../../protocol/agent-text.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { msat } from "../../../protocol/units.ts";

/** UTF-16 units of what a service says that a person is shown. */
const MAX_REASON = 120;
const MAX_URL = 4096;
/** As long as an invoice that somebody hands in may be. */
const MAX_INVOICE = 4096;

/** All there will ever be: some services write more where they mean no limit. */
const MAX_MSAT = 2_100_000_000_000_000_000;

/** Msat in a JSON number, which may well be past 2^53. */
const wholeMsat = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.transform((said) => msat(BigInt(Math.min(said, MAX_MSAT)))),
);

/** LUD-06, step 3: what a service takes, and where to ask for an invoice. */
export const PayRequestSchema = v.pipe(
  v.object({
    tag: v.literal("payRequest"),
    callback: v.pipe(v.string(), v.maxLength(MAX_URL)),
    minSendable: wholeMsat,
    maxSendable: wholeMsat,
    /** JSON, kept as the text it is: an invoice carries its hash. */
    metadata: v.string(),
  }),
  v.check(({ minSendable, maxSendable }) => minSendable <= maxSendable, "takes nothing"),
);
export type PayRequest = v.InferOutput<typeof PayRequestSchema>;

/** LUD-06, step 5. */
export const PayInvoiceSchema = v.object({ pr: v.pipe(v.string(), v.maxLength(MAX_INVOICE)) });

/** Services write `ERROR` in both cases. */
const ErrorSchema = v.object({
  status: v.pipe(v.string(), v.regex(/^error$/i)),
  reason: v.optional(v.unknown()),
});

/**
 * Reads what a service answered. Refuses with `address_refused` when that is an error, whose reason is repeated tidied and cut, or
 * nothing that fits `schema`.
 */
export function understood<Schema extends v.GenericSchema>(
  answer: unknown,
  schema: Schema,
): v.InferOutput<Schema> {
  const error = v.safeParse(ErrorSchema, answer);
  if (error.success) {
    // Quotation marks of its own could end ours, and what follows would pass for the tower's word.
    const reason = tidyText(error.output.reason, MAX_REASON)?.replace(/[“”„‟«»"]/g, "'");
    const said = reason === undefined ? "refuses" : `refuses: “${reason}”`;
    return refuse(
      "address_refused",
      `The service of that Lightning Address ${said}. Give an invoice instead.`,
    );
  }
  const read = v.safeParse(schema, answer);
  return read.success
    ? read.output
    : refuse(
        "address_refused",
        "The service of that Lightning Address does not speak LNURL-pay. Give an invoice.",
      );
}
