import { formatSats } from "../../../protocol/format.ts";
import type { Payee } from "../asks.ts";
import { type HudContext, patchUi } from "../context.ts";
import { createLineField } from "../kit/line-field.ts";
import { SPACE } from "../kit/theme.ts";
import { type Block, buttonsBlock, type Choice, refusalBlock } from "./card-blocks.ts";
import { type Claim, isOnlyForSession } from "./invoice-state.ts";
import { payeeIn } from "./pasted-invoice.ts";

/** Asks where sats are to go: the purse, an invoice or address, or the own session. */
export interface ClaimForm {
  /** The form's parts in a card so many CSS pixels wide. */
  blocks(claim: Claim, width: number, words?: string): readonly Block[];
  forget(): void;
  dispose(): void;
}

export function createClaimForm(context: HudContext): ClaimForm {
  const { state, ui, asks, refresh, announce } = context;
  let refusal: string | undefined;
  /** The claim that is shown, for the field's own Enter. */
  let shown: Claim | undefined;
  const field = createLineField(context, { keyboard: "email", onSubmit: () => shown && submit(shown) });

  function ask(claim: Claim, payee: Payee): void {
    refusal = undefined;
    asks.ask(claim.name, claim.to(payee));
    refresh();
  }

  function submit(claim: Claim): void {
    const payee = payeeIn(field.text());
    if (payee !== undefined) {
      ask(claim, payee);
      return;
    }
    refusal =
      "This is neither an invoice nor a Lightning Address such as name@wallet.example: nothing was sent.";
    announce(refusal);
    refresh();
  }

  return {
    blocks(claim, width, said) {
      shown = claim;
      const isPlay = state.me.get().playSats;
      const disabled = asks.isSending(claim.name) || state.link.get().status !== "live";
      const session = state.session.get();
      const amount = formatSats(claim.amountSats);
      const words = said ?? (isPlay ? `CLAIM ${amount} to purse` : `CLAIM ${amount}`);
      const needsPayee = !isPlay && claim.amountSats > 0;
      const main: Choice = {
        key: "claim",
        words: asks.isSending(claim.name) ? "sending…" : words,
        look: "strong",
        disabled,
        tap: () => (needsPayee ? submit(claim) : ask(claim, {})),
      };
      const isTiny = isOnlyForSession(claim, isPlay);
      const canTake = session !== undefined && session.state !== "awaiting_payment";
      const into: Choice = canTake
        ? {
            key: "toSession",
            words: "PUT IT IN YOUR SESSION",
            look: isTiny ? "strong" : "quiet",
            disabled,
            tap: () => ask(claim, { sessionId: session.sessionId }),
          }
        : {
            key: "start",
            words: "START A SESSION",
            tap: () => patchUi(ui, { card: { kind: "session", page: "home" } }),
          };
      if (isTiny)
        return [
          ...refusalBlock(context, asks.refusal(claim.name), width),
          buttonsBlock([into], { isLarge: true }),
        ];
      const toSession = claim.isForSession && canTake ? [buttonsBlock([into])] : [];
      return [
        ...refusalBlock(context, refusal ?? asks.refusal(claim.name), width),
        ...(needsPayee
          ? [
              {
                height: SPACE.target,
                nodes: (at) => [
                  field.node({
                    key: "payee",
                    at,
                    label: `Invoice for ${amount}, or Lightning Address`,
                    placeholder: "invoice or name@wallet…",
                  }),
                ],
              } satisfies Block,
            ]
          : []),
        buttonsBlock([main], { isLarge: true }),
        ...toSession,
      ];
    },
    forget() {
      if (shown !== undefined) asks.forgetRefusal(shown.name);
      shown = undefined;
      refusal = undefined;
      field.set("");
    },
    dispose: field.dispose,
  };
}
