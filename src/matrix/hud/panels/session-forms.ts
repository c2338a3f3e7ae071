import * as v from "valibot";
import { formatSats } from "../../../protocol/format.ts";
import type { SessionId } from "../../../protocol/ids.ts";
import { RecoveryCodeSchema } from "../../../protocol/intents.ts";
import { SESSION_PRESETS_SATS } from "../../../protocol/limits.ts";
import type { SessionRecord } from "../../../protocol/records.ts";
import { type Sats, sats } from "../../../protocol/units.ts";
import { type Card, type HudContext, patchUi } from "../context.ts";
import { text } from "../kit/build.ts";
import { createLineField } from "../kit/line-field.ts";
import { rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { type Block, buttonsBlock, type Choice, refusalBlock, wordsBlock } from "./card-blocks.ts";
import { createClaimForm } from "./claim-form.ts";
import { createCopier } from "./copier.ts";
import { amountIn, DEPOSIT_RANGE, sessionAsk, sessionClaim } from "./session-state.ts";

/** The names that what is asked without a session is asked under. */
const OPEN = "session_open";
const RECOVER = "session_recover";
/** How many characters of the recovery code stand on a line: half of its groups. */
const CODE_LINE = 20;

/** A card's page: what stands in its head and below. */
export interface SessionForm {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What a person fills in about a session: how much, which code, and where the rest goes. Widths are CSS pixels. */
export function createSessionForms(context: HudContext) {
  const { state, ui, asks, refresh, announce, secret, measure } = context;
  const copier = createCopier(context);
  const claims = createClaimForm(context);
  let refusal: string | undefined;
  let shown: SessionRecord | undefined;
  /** The session whose deposit is to be another one. */
  let unpaid: SessionRecord | undefined;
  /** The sessions whose deposit was given up here, or for which another was asked: nobody is to pay them any more. */
  const givenUp = new Set<SessionId>();
  /** The one that another amount was asked for in the place of, until that has come. */
  let replaced: SessionRecord | undefined;
  const amount = createLineField(context, { keyboard: "numeric", onSubmit: submitAmount });
  const code = createLineField(context, { keyboard: "text", onSubmit: submitCode });

  const go = (card: Card | undefined) => () => {
    forget();
    patchUi(ui, { card });
  };
  const isLive = () => state.link.get().status === "live";
  const askName = () => (shown === undefined ? OPEN : sessionAsk(shown, "topup"));

  function forget(): void {
    for (const name of [OPEN, RECOVER, askName()]) asks.forgetRefusal(name);
    if (unpaid !== undefined) asks.forgetRefusal(sessionAsk(unpaid, "close"));
    refusal = unpaid = undefined;
    if (!asks.isSending(OPEN)) replaced = undefined;
    amount.set("");
    code.set("");
    claims.forget();
    copier.forget();
  }

  function refuse(sentence: string): void {
    refusal = sentence;
    announce(sentence);
    refresh();
  }

  function giveUp(session: SessionRecord): void {
    givenUp.add(session.sessionId);
    asks.ask(sessionAsk(session, "close"), { type: "session_close", sessionId: session.sessionId });
    refresh();
  }

  function deposit(amountSats: Sats): void {
    refusal = undefined;
    replaced = unpaid;
    asks.ask(
      askName(),
      shown === undefined
        ? { type: "session_open", amountSats }
        : { type: "session_topup", sessionId: shown.sessionId, amountSats },
    );
    refresh();
  }

  function submitAmount(): void {
    const wanted = amountIn(amount.text());
    if (typeof wanted === "string") refuse(wanted);
    else deposit(wanted);
  }

  function submitCode(): void {
    const parsed = v.safeParse(RecoveryCodeSchema, code.text());
    if (!parsed.success) {
      refuse("A recovery code has 26 letters and digits: look at what you wrote down.");
      return;
    }
    refusal = undefined;
    asks.forget(RECOVER);
    asks.ask(RECOVER, { type: "session_recover", recoveryCode: parsed.output });
    // The page keeps no code for longer than it takes to send it.
    code.set("");
    refresh();
  }

  const presets = (width: number): readonly Block[] => {
    const disabled = !isLive() || asks.isSending(askName());
    const choices = SESSION_PRESETS_SATS.map((each) => ({
      key: `preset${each}`,
      words: formatSats(each),
      disabled,
      tap: () => deposit(sats(each)),
    }));
    const other: Block = {
      height: SPACE.target,
      gap: 8,
      nodes(at) {
        const third = Math.floor((width - 16) / 3);
        const fieldAt = rect(at.x, at.y, at.width - third - 8, at.height);
        const goAt = rect(rightOf(at) - third, at.y, third, at.height);
        return [
          amount.node({ key: "amount", at: fieldAt, label: "Another amount in sats", placeholder: "other" }),
          ...buttonsBlock([
            {
              key: "go",
              words: asks.isSending(askName()) ? "sending…" : shown === undefined ? "DEPOSIT" : "TOP UP",
              look: "strong",
              disabled,
              tap: submitAmount,
            },
          ]).nodes(goAt),
        ];
      },
    };
    return [buttonsBlock(choices, { gap: 16 }), other];
  };

  return {
    forget,
    dispose() {
      amount.dispose();
      code.dispose();
      claims.dispose();
    },

    /** Whether its deposit was given up here. */
    isGivenUp: ({ sessionId }: SessionRecord): boolean => givenUp.has(sessionId),
    /** Another session has come: the one in whose place it was asked for is given up. */
    replace(): void {
      const before = state.sessions.get().find(({ sessionId }) => sessionId === replaced?.sessionId);
      if (before?.state === "awaiting_payment") giveUp(before);
      replaced = undefined;
    },

    /**
     * How much is to be deposited; for a session that there is, to be added. `instead`: of a session that waits for
     * its deposit.
     */
    amount(session: SessionRecord | undefined, width: number, instead?: SessionRecord): SessionForm {
      shown = session;
      unpaid = instead;
      const isNew = session === undefined;
      const closing = instead && sessionAsk(instead, "close");
      const why =
        instead === undefined
          ? "One payment instead of two for each request: what a request costs is taken from it, and what you do not use you get back."
          : `It takes the place of the deposit of ${formatSats(instead.amountSats ?? 0)}: that is not to be paid then.`;
      const back: Choice = { key: "back", words: "BACK", tap: go({ kind: "session", page: "home" }) };
      const recover: Choice = {
        key: "recover",
        words: "RECOVER BY CODE",
        disabled: !isLive(),
        tap: go({ kind: "session", page: "recover" }),
      };
      return {
        title: instead !== undefined ? "ANOTHER AMOUNT" : isNew ? "SESSION" : "TOP UP",
        blocks: [
          wordsBlock(context, {
            key: "words",
            words: isNew
              ? `Deposit ${DEPOSIT_RANGE} to start a session`
              : `Add ${DEPOSIT_RANGE} to your session`,
            width,
            color: COLOR.text,
            gap: 4,
          }),
          ...(isNew ? [wordsBlock(context, { key: "why", words: why, width, isOptional: true })] : []),
          ...presets(width),
          ...refusalBlock(
            context,
            refusal ?? asks.refusal(askName()) ?? (closing && asks.refusal(closing)),
            width,
          ),
          ...(instead === undefined || closing === undefined
            ? [buttonsBlock([isNew ? recover : back], { gap: 16, isOptional: isNew })]
            : [
                buttonsBlock(
                  [
                    {
                      key: "giveUp",
                      words: asks.isSending(closing) ? "sending…" : "DEPOSIT NOTHING",
                      disabled: !isLive() || asks.isSending(closing),
                      tap: () => giveUp(instead),
                    },
                    recover,
                  ],
                  { gap: 16 },
                ),
                buttonsBlock([back]),
              ]),
        ],
      };
    },

    /** A session that is to be brought back by its code. */
    recover(width: number): SessionForm {
      const isSending = asks.isSending(RECOVER);
      return {
        title: "RECOVER A SESSION",
        blocks: [
          wordsBlock(context, {
            key: "words",
            words: "Write the code that you were shown when the session was opened. You then get a new one.",
            width,
            gap: 4,
          }),
          {
            height: SPACE.target,
            nodes: (at) => [
              code.node({ key: "code", at, label: "Recovery code", placeholder: "abcd-efgh-…" }),
            ],
          },
          ...refusalBlock(context, refusal ?? asks.refusal(RECOVER), width),
          buttonsBlock(
            [
              {
                key: "go",
                words: isSending ? "sending…" : "RECOVER",
                look: "strong",
                disabled: isSending || !isLive(),
                tap: submitCode,
              },
            ],
            { isLarge: true },
          ),
          buttonsBlock([{ key: "back", words: "BACK", tap: go({ kind: "session", page: "home" }) }]),
        ],
      };
    },

    /** Whether to end a session, and where its rest is to go. */
    close(session: SessionRecord, width: number): SessionForm {
      const isPlay = state.me.get().playSats;
      const amountSats = formatSats(session.balanceSats);
      const isBusy = session.reservedSats > 0;
      const words = isBusy
        ? "A request of the session is under way: it can be closed when that is done."
        : isPlay
          ? `${amountSats} goes back to your purse, and the session is over.`
          : session.balanceSats > 0
            ? `Paste an invoice for exactly ${amountSats}, or write your Lightning Address. The session is then over.`
            : "It has nothing left. The session is then over.";
      return {
        title: "CLOSE THE SESSION",
        blocks: [
          wordsBlock(context, { key: "words", words, width, gap: 4 }),
          ...(isBusy
            ? []
            : claims.blocks(
                sessionClaim(session),
                width,
                session.balanceSats > 0 ? `CLOSE, GET BACK ${amountSats}` : "CLOSE IT",
              )),
          buttonsBlock([{ key: "back", words: "KEEP IT", tap: go({ kind: "session", page: "home" }) }]),
        ],
      };
    },

    /** What proves the session, until it is written down. Nothing else can be done before. */
    code(width: number): SessionForm | undefined {
      const told = secret.shown.get();
      if (told === undefined) return undefined;
      const { recoveryCode, macaroon } = told;
      const shown = context.hidesSecrets ? recoveryCode.replace(/[^-]/g, "•") : recoveryCode;
      const lines = [shown.slice(0, CODE_LINE), shown.slice(CODE_LINE)].filter((line) => line !== "");
      const size = Math.min(
        SIZE.amount,
        ...lines.map((line) => Math.floor(width / measure.width(line, 1, true))),
      );
      const height = Math.round(size * 1.4);
      return {
        title: "RECOVERY CODE",
        blocks: [
          wordsBlock(context, {
            key: "words",
            words: context.hidesSecrets
              ? "It is not drawn where others may see it: copy it now."
              : "Write this down now. It is shown this once.",
            width,
            color: COLOR.text,
            gap: 4,
          }),
          {
            height: lines.length * height,
            gap: 16,
            nodes: (at) => [
              {
                key: "code",
                role: "text",
                rect: at,
                label: context.hidesSecrets ? "The code is not drawn here." : recoveryCode,
                marks: lines.map((line, index) =>
                  text(at.x + at.width / 2, at.y + height / 2 + index * height, line, {
                    size,
                    bold: true,
                    align: "center",
                    color: COLOR.accent,
                    silent: context.hidesSecrets,
                  }),
                ),
              },
            ],
          },
          wordsBlock(context, {
            key: "why",
            words:
              "It brings the session and its sats back on another device, or where this browser has forgotten you. Whoever has it has them: keep it to yourself. Programs use the session with its macaroon.",
            width,
            gap: 16,
          }),
          buttonsBlock(
            [
              {
                key: "copy",
                words: copier.words("code", "COPY CODE"),
                tap: () => copier.copy("code", recoveryCode, "Recovery code"),
              },
              {
                key: "macaroon",
                words: copier.words("macaroon", "COPY MACAROON"),
                tap: () => copier.copy("macaroon", macaroon, "Macaroon"),
              },
            ],
            { gap: 16 },
          ),
          buttonsBlock(
            [
              {
                key: "written",
                words: "I HAVE WRITTEN IT DOWN",
                look: "strong",
                tap: () => {
                  secret.forget();
                  go({ kind: "session", page: "home" })();
                },
              },
            ],
            { isLarge: true },
          ),
        ],
      };
    },
  };
}
