import { bech32, hex } from "@scure/base";
import { describe, expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat } from "../../../protocol/units.ts";
import { decodeInvoice } from "./decode.ts";
import { encodeInvoice } from "./encode.ts";
import examples from "./examples.json" with { type: "json" };
import type { Invoice, Network } from "./invoice.ts";
import { SIGNATURE_WORDS, signInvoice } from "./signature.ts";

type Example = (typeof examples.valid)[number]["invoice"];

const secretKey = hex.decode(examples.secretKey);
const amountOf = (text: string | null) => (text === null ? null : msat(BigInt(text)));

/** The example as the codec says it: JSON has neither bigints nor branded amounts. */
const expected = ({ amountMsat, network, description, features, routeHints, ...rest }: Example): Invoice => ({
  ...rest,
  network: network as Network,
  amount: amountOf(amountMsat),
  description: description.text === undefined ? { hash: description.hash } : { text: description.text },
  features: features.reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n),
  routeHints: routeHints.map((hops) =>
    hops.map(({ feeBaseMsat, ...hop }) => ({ ...hop, feeBase: msat(BigInt(feeBaseMsat)) })),
  ),
});

test("the specification's examples are all here", () => {
  expect([examples.valid.length, examples.invalid.length]).toEqual([16, 10]);
});

describe("valid examples of BOLT 11", () => {
  test.each(examples.valid)("$title", ({ paymentRequest, invoice }) => {
    expect(decodeInvoice(paymentRequest)).toEqual(expected(invoice));
  });

  test.each(examples.valid)("re-encoded, it says the same: $title", ({ invoice }) => {
    const { payee: _, ...draft } = expected(invoice);
    const standardPayee = expected(examples.valid[0]?.invoice ?? invoice).payee;
    expect(decodeInvoice(encodeInvoice(draft, secretKey))).toEqual({ ...draft, payee: standardPayee });
  });

  test.each(examples.valid.filter(({ title }) => !/high-S|ignored/.test(title)))(
    "signed by us, it has the same signature: $title",
    ({ paymentRequest }) => {
      const { prefix, words } = bech32.decode(paymentRequest, false);
      expect(signInvoice(prefix, words.slice(0, -SIGNATURE_WORDS), secretKey)).toEqual(
        words.slice(-SIGNATURE_WORDS),
      );
    },
  );
});

test.each(examples.invalid)("invalid example of BOLT 11: $title", ({ paymentRequest, because }) => {
  expect(() => decodeInvoice(paymentRequest)).toThrow(
    expect.objectContaining({
      constructor: RefusalError,
      code: "malformed_invoice",
      message: expect.stringContaining(because),
    }),
  );
});
