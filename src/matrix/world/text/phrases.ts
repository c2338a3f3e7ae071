import type { Tint } from "../../../job/view.ts";
import { formatSats } from "../../../protocol/format.ts";
import { LETTERINGS, type LetteringName } from "./lettering.ts";
import type { Pen } from "./pen.ts";
import type { LineText } from "./text-lines.ts";

/** A text that is ready to be put somewhere: `width` in CSS px. */
export interface Phrase extends LineText {
  readonly width: number;
}

/** What a job's tint means, in words: nobody has to tell colours apart. */
const TINT_WORDS: Readonly<Record<Tint, string>> = {
  calm: "",
  attention: " to pay",
  good: " done",
  trouble: " failed",
};

/** A job's price as it stands beside its ring. */
const priceTag = (priceSats: number, tint: Tint): string => `${formatSats(priceSats)}${TINT_WORDS[tint]}`;

/** Sats on the move; of a bundle also how many movements it carries. */
const amountText = (amountSats: number, merged: number): string =>
  merged > 1 ? `${formatSats(amountSats)} ×${merged}` : formatSats(amountSats);

/** Texts and how wide they are, each found out once. */
export interface Phrases {
  /** An agent's label; `undefined` when too much was measured since {@link Phrases.refill}: ask again later. */
  label(label: string, lettering: LetteringName): Phrase | undefined;
  price(priceSats: number, tint: Tint): Phrase | undefined;
  amount(amountSats: number, merged: number): Phrase;
  /** Whether something was put off since the last refill. */
  readonly isShort: boolean;
  /** Allows as much measuring again as one round of thought may take. */
  refill(): void;
}

/** Figures and plain letters are all of one width. */
const ONE_WIDTH = /^[ -~]*$/;
/** What measuring such a text and any other costs, of what a round may spend: about 0.5 ms in all. */
const ONE_WIDTH_COST = 1;
const OTHER_COST = 16;
const ALLOWANCE = 400;
/** So many are remembered; then all are forgotten. */
const MOST_KEPT = 20_000;

export function createPhrases(pen: Pen): Phrases {
  const kept = new Map<LetteringName | Tint, Map<string | number, Phrase>>();
  const letterWidths = new Map<LetteringName, number>();
  let size = 0;
  let allowance = ALLOWANCE;
  let isShort = false;

  function widthOf(text: string, lettering: LetteringName): number {
    if (!ONE_WIDTH.test(text)) {
      allowance -= OTHER_COST;
      return pen.measure(text, LETTERINGS[lettering]);
    }
    allowance -= ONE_WIDTH_COST;
    let letter = letterWidths.get(lettering);
    if (letter === undefined) {
      letter = pen.measure("0", LETTERINGS[lettering]);
      letterWidths.set(lettering, letter);
    }
    return letter * text.length;
  }

  function shelf(name: LetteringName | Tint): Map<string | number, Phrase> {
    let found = kept.get(name);
    if (!found) {
      found = new Map();
      kept.set(name, found);
    }
    return found;
  }

  function make(
    name: LetteringName | Tint,
    key: string | number,
    lettering: LetteringName,
    text: string,
  ): Phrase {
    const phrase = { text, lettering, width: widthOf(text, lettering) };
    if (size >= MOST_KEPT) {
      kept.clear();
      size = 0;
    }
    size += 1;
    shelf(name).set(key, phrase);
    return phrase;
  }

  const puttingOff = (): undefined => {
    isShort = true;
  };

  return {
    get isShort() {
      return isShort;
    },
    refill() {
      allowance = ALLOWANCE;
      isShort = false;
    },
    label(label, lettering) {
      const known = shelf(lettering).get(label);
      if (known) return known;
      return allowance <= 0 ? puttingOff() : make(lettering, label, lettering, label);
    },
    price(priceSats, tint) {
      const known = shelf(tint).get(priceSats);
      if (known) return known;
      return allowance <= 0 ? puttingOff() : make(tint, priceSats, "amount", priceTag(priceSats, tint));
    },
    amount(amountSats, merged) {
      const text = amountText(amountSats, merged);
      return shelf("amount").get(text) ?? make("amount", text, "amount", text);
    },
  };
}
