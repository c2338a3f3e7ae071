import type { HudPointer } from "./pointer.ts";

/**
 * Feeds the canvas's pointer and wheel events to the HUD. What is over the HUD and what is not is also asked by
 * whoever moves the camera, so both may listen. Returns the undo.
 */
export function attachPointer(canvas: HTMLCanvasElement, pointer: HudPointer): () => void {
  const undo = new AbortController();
  const { signal } = undo;

  const place = (event: MouseEvent): readonly [x: number, y: number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const showCursor = (): void => {
    canvas.style.cursor = pointer.hovered() === undefined ? "" : "pointer";
  };

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0 || !pointer.down(event.pointerId, ...place(event))) return;
      // A finger that leaves the canvas must still end its press.
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      pointer.move(event.pointerId, ...place(event), event.pointerType === "touch");
      showCursor();
    },
    { signal },
  );
  canvas.addEventListener("pointerup", (event) => pointer.up(event.pointerId, ...place(event)), { signal });
  canvas.addEventListener("pointercancel", (event) => pointer.cancel(event.pointerId), { signal });
  canvas.addEventListener("pointerleave", () => pointer.leave(), { signal });
  canvas.addEventListener(
    "wheel",
    (event) => {
      // Lines and pages as pixels.
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? canvas.clientHeight : 1;
      if (pointer.wheel(...place(event), event.deltaY * unit)) event.preventDefault();
    },
    { signal, passive: false },
  );
  return () => undo.abort();
}
