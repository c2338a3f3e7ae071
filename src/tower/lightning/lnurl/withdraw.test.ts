import * as v from "valibot";
import { expect, test } from "vitest";
import { sats } from "../../../protocol/units.ts";
import {
  WITHDRAW_OK,
  WithdrawRequestSchema,
  WithdrawResultSchema,
  withdrawError,
  withdrawRequest,
} from "./withdraw.ts";

const offer = {
  callback: "https://tower.example/api/lnurl/withdraw",
  k1: "5e".repeat(32),
  description: "Refund of job 12",
  amount: sats(321),
};

test("an offer is for exactly its amount, in msat", () => {
  const request = withdrawRequest(offer);
  expect(request).toStrictEqual({
    tag: "withdrawRequest",
    callback: "https://tower.example/api/lnurl/withdraw",
    k1: "5e".repeat(32),
    defaultDescription: "Refund of job 12",
    minWithdrawable: 321_000,
    maxWithdrawable: 321_000,
  });
  expect(v.parse(WithdrawRequestSchema, JSON.parse(JSON.stringify(request)))).toStrictEqual(request);
});

test("nothing left to withdraw is 0 to 0, no error", () => {
  expect(withdrawRequest({ ...offer, amount: sats(0) })).toMatchObject({
    minWithdrawable: 0,
    maxWithdrawable: 0,
  });
});

test("an amount that JSON cannot hold in msat is not rounded", () => {
  expect(() => withdrawRequest({ ...offer, amount: sats(9_007_199_254_741) })).toThrow(RangeError);
});

test("results are LUD-03's", () => {
  expect(WITHDRAW_OK).toStrictEqual({ status: "OK" });
  expect(withdrawError("It is spent.")).toStrictEqual({ status: "ERROR", reason: "It is spent." });
  for (const result of [WITHDRAW_OK, withdrawError("It is spent.")])
    expect(v.parse(WithdrawResultSchema, result)).toStrictEqual(result);
  expect(v.is(WithdrawResultSchema, { status: "ERROR" })).toBe(false);
});
