import type { JobView } from "../../../job/view.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { AgentId } from "../../../protocol/ids.ts";
import type { MatrixState } from "../../state/model.ts";
import type { HudContext } from "../context.ts";
import { button } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import type { Rect } from "../kit/rect.ts";
import { invoiceOf } from "../needs.ts";

/** A job's invoice that an operator could pay from the treasury. */
interface Offer {
  readonly job: JobView;
  readonly action: "pay_eval" | "pay_work";
}

/** How long after the first tap the second one counts, in milliseconds: not at once, and not for ever. */
const ARMED_AFTER = 500;
const ARMED_FOR = 5000;

/** What of an agent's jobs the treasury could pay now; undefined for whoever is no operator. */
export function treasuryOffer(
  { jobs, me }: Pick<MatrixState, "jobs" | "me">,
  agent: AgentId,
): Offer | undefined {
  if (me.get().role !== "operator") return undefined;
  for (const job of jobs.get()) {
    if (job.agentId !== agent) continue;
    const action = job.allowed.find((one) => one === "pay_eval" || one === "pay_work");
    if (action === "pay_eval" || action === "pay_work") return { job, action };
  }
  return undefined;
}

/** The button that pays from the treasury, once it has been tapped twice: it is everybody's sats that it spends. */
export function createTreasuryButton(context: HudContext) {
  const { state, asks, now, wakeAt, refresh, announce } = context;
  let asked: { readonly name: string; readonly at: number } | undefined;

  return {
    /** Undefined when there is nothing for it to pay. */
    node(agent: AgentId, at: Rect): HudNode | undefined {
      const offer = treasuryOffer(state, agent);
      if (offer === undefined) return undefined;
      const { job, action } = offer;
      const name = `treasury_${action}:${job.jobId}`;
      const price = formatSats(invoiceOf(job, action)?.amountSats ?? 0);
      const since = asked?.name === name ? now() - asked.at : ARMED_FOR;
      const isAsked = since < ARMED_FOR;
      const isArmed = isAsked && since >= ARMED_AFTER;
      if (isAsked) wakeAt(now() + (isArmed ? ARMED_FOR : ARMED_AFTER) - since);
      const isSending = asks.isSending(name);
      return button({
        key: "treasury",
        at,
        words: isSending
          ? "sending…"
          : isAsked
            ? `TAP AGAIN: ${price} OF THE TREASURY`
            : `PAY ${price} FROM THE TREASURY`,
        look: isAsked ? "attention" : "quiet",
        disabled: isSending || (isAsked && !isArmed) || state.link.get().status !== "live",
        margin: 2,
        tap() {
          if (!isArmed) {
            asked = { name, at: now() };
            announce(`Tap again to pay ${price} from the treasury.`);
          } else {
            asked = undefined;
            asks.ask(name, {
              type: "pay_invoice",
              jobId: job.jobId,
              invoiceType: action === "pay_eval" ? "eval" : "work",
              from: "treasury",
            });
          }
          refresh();
        },
      });
    },
  };
}
