import type { Rect } from "./rect.ts";
import type { Scroller } from "./scroller.ts";
import type { TextField } from "./text-field.ts";

/** One line of text. `y` is the middle of the line; `x` is its left, middle or right by `align`. */
export interface TextMark {
  readonly kind: "text";
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Font size in CSS pixels. */
  readonly size: number;
  readonly color: string;
  readonly bold?: boolean;
  readonly align?: "left" | "center" | "right";
  /** Drawn only, for a shape made of a character or a word the node's label already says. */
  readonly silent?: boolean;
}

export interface BoxMark {
  readonly kind: "box";
  readonly rect: Rect;
  readonly fill?: string;
  readonly stroke?: string;
  /** Width of the stroke in CSS pixels, drawn inside the rectangle. 1 by default. */
  readonly line?: number;
  readonly radius?: number;
  readonly dashed?: boolean;
}

export interface DiscMark {
  readonly kind: "disc";
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly fill?: string;
  readonly stroke?: string;
  readonly line?: number;
}

/** A polyline through points `[x, y]`. */
export interface PathMark {
  readonly kind: "path";
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly color: string;
  readonly line: number;
}

/** A matrix of dark and light modules on a light square that includes the quiet zone. */
export interface ModulesMark {
  readonly kind: "modules";
  readonly rect: Rect;
  /** Rows of modules, true for dark, without the quiet zone. Undefined while it is being made. */
  readonly modules: readonly (readonly boolean[])[] | undefined;
  /** Quiet zone in modules. */
  readonly quiet: number;
}

/** What is drawn: plain data, compared by value, so that a control is redrawn only when it differs. */
export type Mark = TextMark | BoxMark | DiscMark | PathMark | ModulesMark;

export type NodeRole =
  | "region"
  | "dialog"
  | "group"
  | "text"
  | "heading"
  | "status"
  | "meter"
  | "image"
  | "list"
  | "listitem"
  | "log"
  | "button"
  | "link"
  | "field"
  /** Drawn only: what it shows is said elsewhere. */
  | "ornament";

/**
 * One control, declared once: the surface draws it as a Babylon control and the twin says it as a DOM element at
 * the same place. Its words in the twin are those of its marks, in order; `label` stands in when a shape says it
 * or when the marks break or shorten the words.
 */
export interface HudNode {
  /** Unique among its siblings and stable, so that control and element are kept from one view to the next. */
  readonly key: string;
  readonly role: NodeRole;
  readonly rect: Rect;
  readonly label?: string;
  readonly marks?: readonly Mark[];
  readonly children?: readonly HudNode[];
  /** Children are cut off at the edge, in drawing and in touching. */
  readonly clip?: boolean;
  readonly tap?: () => void;
  readonly disabled?: boolean;
  /** For a button that opens and closes something. */
  readonly expanded?: boolean;
  /** For one of several choices. */
  readonly selected?: boolean;
  /** For a link: where the real anchor points. */
  readonly href?: string;
  /** For a meter: 0 to 1. */
  readonly value?: number;
  readonly scroll?: Scroller;
  /** Covered by something: not to be reached by keyboard, pointer or screen reader. */
  readonly inert?: boolean;
  /** For a field: the DOM text area that holds the text. */
  readonly field?: TextField;
  /** For a list item out of more than are drawn. */
  readonly place?: { readonly index: number; readonly of: number };
}

/** The words of one node, its children left out. */
export function wordsOf(node: HudNode): string {
  if (node.label !== undefined) return node.label;
  return drawnTexts(node).join(" ");
}

/** The texts that a node itself draws, in order. */
export function drawnTexts(node: HudNode): string[] {
  return (node.marks ?? []).flatMap((mark) =>
    mark.kind === "text" && mark.silent !== true && mark.text !== "" ? [mark.text] : [],
  );
}
