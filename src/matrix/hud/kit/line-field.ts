import { fieldGround, fieldMarks, isCaretLit } from "./field-marks.ts";
import type { HudNode } from "./node.ts";
import { type Rect, rect } from "./rect.ts";
import type { TextMeasure } from "./text.ts";
import { createTextField, FIELD_LINE } from "./text-field.ts";
import { COLOR, SIZE } from "./theme.ts";

/** A field of one line, as in a form. What is too long for it scrolls. */
export interface LineField {
  text(): string;
  set(text: string): void;
  node(look: {
    readonly key: string;
    readonly at: Rect;
    readonly label: string;
    readonly placeholder: string;
  }): HudNode;
  dispose(): void;
}

interface LineFieldContext {
  readonly document: Document;
  readonly measure: TextMeasure;
  now(): number;
  isStill(): boolean;
  wakeAt(time: number): void;
  refresh(): void;
}

/** Room between a field's edge and its text, in CSS pixels. */
const PAD = 11;

/** `keyboard` is the on-screen keyboard it asks for. Nothing it holds is corrected, completed or remembered. */
export function createLineField(
  context: LineFieldContext,
  options: { readonly keyboard: "numeric" | "text" | "email"; readonly onSubmit: () => void },
): LineField {
  let caretSince = context.now();
  const field = createTextField(context.document, {
    onChange() {
      caretSince = context.now();
      context.refresh();
    },
    onSubmit: options.onSubmit,
    onEscape: () => field.blur(),
  });
  const { element } = field;
  for (const [name, value] of [
    ["inputmode", options.keyboard],
    ["enterkeyhint", "done"],
    ["autocapitalize", "off"],
    ["autocomplete", "off"],
    ["autocorrect", "off"],
    ["spellcheck", "false"],
  ] as const)
    element.setAttribute(name, value);

  return {
    text: field.text,
    set: field.set,
    node({ key, at, label, placeholder }) {
      const inner = rect(at.x + PAD, at.y + (at.height - FIELD_LINE) / 2, at.width - 2 * PAD, FIELD_LINE);
      return {
        key,
        role: "group",
        rect: at,
        marks: [fieldGround(field, at)],
        children: [
          {
            key: "text",
            role: "field",
            rect: inner,
            label,
            clip: true,
            field,
            tap: () => field.focus(),
            marks: [],
            children: [
              {
                key: "ink",
                role: "ornament",
                rect: inner,
                marks: fieldMarks(field, context.measure, {
                  inner,
                  lines: context.measure.ranges(field.text(), SIZE.field, inner.width),
                  color: COLOR.text,
                  placeholder,
                  isCaretLit: field.isFocused() && isCaretLit(caretSince, context),
                }),
              },
            ],
          },
        ],
      };
    },
    dispose: field.dispose,
  };
}
