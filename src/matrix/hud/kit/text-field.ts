import { FONT_FAMILY } from "./font.ts";
import { SIZE } from "./theme.ts";

/** Height of a line in the field, in CSS pixels: the same in the text area and as drawn. */
export const FIELD_LINE = 22;

/**
 * Text that a person writes. A transparent DOM text area lies over the drawn field and is the only source of text,
 * selection and composition: keyboards, dictation, pencils, autocorrection and paste menus work as anywhere.
 */
export interface TextField {
  readonly element: HTMLTextAreaElement;
  text(): string;
  /** Replaces the text, without a change being told. */
  set(text: string): void;
  /** Offsets in UTF-16 units; equal when nothing is selected, and then the caret. */
  selection(): { readonly start: number; readonly end: number };
  isFocused(): boolean;
  /** How far down the text is scrolled, in CSS pixels. */
  scrollTop(): number;
  focus(): void;
  blur(): void;
  dispose(): void;
}

/** What a field tells its owner. */
export interface TextFieldEvents {
  /** Text, selection, focus or scrolling changed. */
  onChange(): void;
  /** Enter without Shift, outside a composition. */
  onSubmit(): void;
  onEscape(): void;
}

export function createTextField(document: Document, events: TextFieldEvents): TextField {
  const element = document.createElement("textarea");
  element.rows = 1;
  element.autocapitalize = "sentences";
  element.setAttribute("enterkeyhint", "send");
  Object.assign(element.style, {
    position: "absolute",
    inset: "0",
    width: "100%",
    height: "100%",
    margin: "0",
    padding: "0",
    border: "0",
    outline: "0",
    resize: "none",
    background: "transparent",
    overflow: "auto",
    scrollbarWidth: "none",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    // Below 16 px Safari zooms the page when the field gets the focus.
    font: `${SIZE.field}px ${FONT_FAMILY}`,
    lineHeight: `${FIELD_LINE}px`,
    letterSpacing: "0",
    userSelect: "text",
    webkitUserSelect: "text",
    touchAction: "pan-y",
    pointerEvents: "auto",
  });

  const undo = new AbortController();
  const { signal } = undo;
  const onChange = (): void => events.onChange();
  for (const type of ["input", "focus", "blur", "scroll", "compositionupdate", "compositionend"] as const) {
    element.addEventListener(type, onChange, { signal });
  }
  document.addEventListener(
    "selectionchange",
    () => {
      if (document.activeElement === element) events.onChange();
    },
    { signal },
  );
  element.addEventListener(
    "keydown",
    (event) => {
      // The world's keys are not meant while writing.
      event.stopPropagation();
      // 229 is what Safari sends for the Enter that ends a composition, after the composition has ended.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        events.onSubmit();
      }
      if (event.key === "Escape") events.onEscape();
    },
    { signal },
  );

  return {
    element,
    text: () => element.value,
    set(text) {
      element.value = text;
    },
    selection: () => ({ start: element.selectionStart, end: element.selectionEnd }),
    isFocused: () => document.activeElement === element,
    scrollTop: () => element.scrollTop,
    focus: () => element.focus({ preventScroll: true }),
    blur: () => element.blur(),
    dispose() {
      undo.abort();
      element.remove();
    },
  };
}
