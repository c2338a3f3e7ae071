import * as v from "valibot";
import { economyFigures, treasuryFigures } from "../../protocol/records.ts";
import { SatsSchema, sats } from "../../protocol/units.ts";
import { SettingsSchema } from "../economy/treasury/settings.ts";
import { shownFigures } from "../economy/treasury/shown.ts";
import { newWithdrawalId, type Treasury } from "../economy/treasury/treasury.ts";
import { IdempotencyHeaders } from "./callers.ts";
import { declare } from "./declaration.ts";
import { BillSchema, billOf, payee } from "./invoices.ts";
import { type AddRoute, answer } from "./route.ts";

const common = { tag: "treasury", callableBy: "operator" } as const;

const { balanceSats, earnedTodaySats, spentTodaySats, dailyLimitSats } = economyFigures;

/** The most that one deposit asks for: ten bitcoin. */
const MAX_DEPOSIT_SATS = 1_000_000_000;

/** Some sats, so at least one. */
const amountSats = v.pipe(
  SatsSchema,
  v.check((amount) => amount >= 1, "must be at least 1 sat"),
);

const lookIntoTreasury = declare({
  ...common,
  id: "lookIntoTreasury",
  method: "GET",
  path: "/api/treasury",
  summary: "Today's figures as every screen shows them, and the settings in force.",
  answers: {
    200: {
      description: "The treasury.",
      schema: v.object({
        ...treasuryFigures,
        balanceSats,
        earnedTodaySats,
        spentTodaySats,
        dailyLimitSats,
        settings: SettingsSchema,
      }),
    },
  },
  refusals: [],
});

const changeSettings = declare({
  ...common,
  id: "changeSettings",
  method: "PATCH",
  path: "/api/treasury/settings",
  summary:
    "Sets the daily limit, the margin or what routes may cost a day. What is not named stays as it is.",
  body: v.pipe(
    v.strictObject({
      dailyLimitSats: v.exactOptional(SettingsSchema.entries.dailyLimitSats),
      marginPercent: v.exactOptional(SettingsSchema.entries.marginPercent),
      dailyRoutingSats: v.exactOptional(SettingsSchema.entries.dailyRoutingSats),
    }),
    v.examples([{ dailyLimitSats: sats(20_000) }]),
  ),
  answers: { 200: { description: "The settings in force.", schema: SettingsSchema } },
  refusals: [],
});

const deposit = declare({
  ...common,
  id: "deposit",
  method: "POST",
  path: "/api/treasury/deposits",
  summary: "Makes an invoice that brings sats into the treasury once it is paid.",
  body: v.strictObject({
    amountSats: v.pipe(
      amountSats,
      v.check((amount) => amount <= MAX_DEPOSIT_SATS, "is more than one deposit asks for"),
    ),
  }),
  answers: {
    201: {
      description: "The invoice.",
      schema: BillSchema,
    },
  },
  refusals: ["wallet_unavailable"],
});

const WithdrawalSchema = v.object({
  withdrawalId: v.string(),
  amountSats: SatsSchema,
  /** `unknown`: it may still arrive, so it is not tried otherwise. */
  state: v.picklist(["paying", "paid", "failed", "unknown"]),
  error: v.exactOptional(v.string()),
});

const withdraw = declare({
  ...common,
  id: "withdraw",
  method: "POST",
  path: "/api/treasury/withdrawals",
  summary: "Pays sats out of the treasury, once per Idempotency-Key.",
  description:
    "To an invoice for exactly the amount, or to a Lightning Address. The daily limit holds, and the tower pays the route.",
  headers: IdempotencyHeaders,
  body: v.strictObject({ amountSats, ...payee }),
  answers: {
    200: { description: "What became of it.", schema: WithdrawalSchema },
    202: { description: "It is on its way; look at it for what comes of it.", schema: WithdrawalSchema },
  },
  refusals: [
    "malformed_invoice",
    "wrong_amount",
    "wrong_network",
    "no_amount",
    "own_invoice",
    "bad_address",
    "conflict",
    "invoice_expired",
    "below_minimum",
    "daily_limit",
    "treasury_too_low",
    "address_refused",
    "address_unreachable",
    "wallet_unavailable",
  ],
});

const showWithdrawal = declare({
  ...common,
  id: "showWithdrawal",
  method: "GET",
  path: "/api/treasury/withdrawals/:id",
  summary: "A withdrawal as it is now.",
  params: v.object({ id: v.pipe(v.string(), v.maxLength(64)) }),
  missing: { code: "not_found", message: "There is no such withdrawal." },
  answers: { 200: { description: "The withdrawal.", schema: WithdrawalSchema } },
  refusals: [],
});

/** The routes by which operators see to the tower's own money. */
export function addTreasuryRoutes(add: AddRoute, treasury: Treasury): void {
  add(lookIntoTreasury, async () => {
    const settings = treasury.settings();
    const figures = shownFigures(await treasury.figures());
    return answer(200, { ...figures, dailyLimitSats: settings.dailyLimitSats, settings });
  });

  add(changeSettings, async ({ body }) => answer(200, await treasury.change(body)));

  add(deposit, async ({ body: { amountSats } }) =>
    answer(201, billOf(await treasury.deposit(amountSats), amountSats)),
  );

  add(withdraw, async ({ body: { amountSats, ...to }, headers }) => {
    const key = headers["idempotency-key"] ?? newWithdrawalId();
    const withdrawal = await treasury.withdraw(key, amountSats, to);
    const isOnItsWay = withdrawal.state === "paying" || withdrawal.state === "unknown";
    return answer(isOnItsWay ? 202 : 200, withdrawal);
  });

  add(showWithdrawal, async ({ params: { id } }) => answer(200, await treasury.withdrawal(id)));
}
