import type { HudContext } from "../context.ts";
import { button, text } from "../kit/build.ts";
import type { HudNode, Mark } from "../kit/node.ts";
import { type Rect, rect, rightOf } from "../kit/rect.ts";
import type { TextMeasure } from "../kit/text.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { linkBadge } from "./status.ts";

/** One part of a card's page: its height in CSS pixels, and what stands there once it is known where. */
export interface Block {
  readonly height: number;
  /** Room above it, in CSS pixels. */
  readonly gap?: number;
  /** Left out where there is no room for everything, the last of them first. */
  readonly isOptional?: boolean;
  nodes(at: Rect): readonly HudNode[];
}

/** Height of the one button that is to be pressed next. */
export const BUTTON = 50;
/** Height of a line of small text. */
const LINE = 18;
const GAP = SPACE.gap;

const gapOf = ({ gap = GAP }: Block): number => gap;

/** How high blocks are together, the first one's gap included. */
export const heightOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, block) => sum + gapOf(block) + block.height, 0);

/** Blocks from the top of `at` down; what does not fit loses its optional ones. */
export function stack(blocks: readonly Block[], at: Rect): readonly HudNode[] {
  const kept = [...blocks];
  while (heightOf(kept) > at.height) {
    const last = kept.findLastIndex(({ isOptional }) => isOptional === true);
    if (last < 0) break;
    kept.splice(last, 1);
  }
  let y = at.y;
  return kept.flatMap((block) => {
    y += gapOf(block);
    const box = rect(at.x, y, at.width, block.height);
    y += block.height;
    return block.nodes(box);
  });
}

/** The lines that a text breaks into, the last of them cut when there are more than `most`. */
export function wrapped(
  measure: TextMeasure,
  words: string,
  width: number,
  most: number,
  size: number,
): readonly string[] {
  const ranges = measure.ranges(words, size, width);
  return ranges
    .slice(0, most)
    .map(({ start, end }, index) =>
      index === most - 1 && ranges.length > most
        ? measure.fit(words.slice(start).replaceAll("\n", " "), size, width)
        : words.slice(start, end).trimEnd(),
    );
}

/** In the head of a card, that what it says is only what was heard last; nothing while the link is live. */
export function linkMarks({ state }: Pick<HudContext, "state">, at: Rect): readonly Mark[] {
  const link = state.link.get();
  if (link.status === "live") return [];
  const { word, color } = linkBadge(link);
  const x = rightOf(at) - SPACE.target - 4;
  return [text(x, at.y + SPACE.target / 2, word, { size: SIZE.small, bold: true, align: "right", color })];
}

interface Words {
  readonly key: string;
  readonly words: string;
  readonly width: number;
  readonly color?: string;
  readonly gap?: number;
  readonly isOptional?: boolean;
}

/** A sentence in the middle of the card, as many lines as it takes. */
export function wordsBlock({ measure }: Pick<HudContext, "measure">, look: Words): Block {
  const { key, words, width, color = COLOR.dim, ...rest } = look;
  const lines = wrapped(measure, words, width, 12, SIZE.small);
  return {
    ...rest,
    height: lines.length * LINE,
    nodes: (at) => [
      {
        key,
        role: "text",
        rect: at,
        label: words,
        marks: lines.map((line, index) =>
          text(at.x + at.width / 2, at.y + LINE / 2 + index * LINE, line, {
            size: SIZE.small,
            align: "center",
            color,
          }),
        ),
      },
    ],
  };
}

/** The sentence that says why something was refused; nothing where nothing was. */
export const refusalBlock = (
  context: Pick<HudContext, "measure">,
  refusal: string | undefined,
  width: number,
): readonly Block[] =>
  refusal === undefined
    ? []
    : [wordsBlock(context, { key: "refusal", words: refusal, width, color: COLOR.amber, gap: 8 })];

/** One button of a row. */
export interface Choice {
  readonly key: string;
  readonly words: string;
  readonly look?: "strong" | "quiet" | "attention";
  readonly disabled?: boolean;
  readonly tap: () => void;
}

/** Buttons side by side, equally wide. `isLarge`: the one thing to do next. */
export function buttonsBlock(
  choices: readonly Choice[],
  { isLarge = false, gap = 8, isOptional = false } = {},
): Block {
  return {
    height: isLarge ? BUTTON : SPACE.target,
    gap,
    isOptional,
    nodes(at) {
      const width = (at.width - 8 * (choices.length - 1)) / choices.length;
      return choices.map((choice, index) =>
        button({
          ...choice,
          at: rect(Math.round(at.x + index * (width + 8)), at.y, Math.floor(width), at.height),
          ...(isLarge && { size: SIZE.large }),
        }),
      );
    },
  };
}
