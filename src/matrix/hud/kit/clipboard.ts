/**
 * Copies text. Must be called inside a tap or a key press. False when the browser refused.
 */
export async function copyText(document: Document, text: string): Promise<boolean> {
  // Over plain HTTP on a LAN address there is no clipboard object; the old way still works there.
  if (navigator.clipboard === undefined) return copyBySelection(document, text);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

function copyBySelection(document: Document, text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  Object.assign(area.style, { position: "fixed", opacity: "0" });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  (focused as HTMLElement | null)?.focus({ preventScroll: true });
  return isCopied;
}
