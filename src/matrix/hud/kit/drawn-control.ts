import type { ICanvasRenderingContext } from "@babylonjs/core/Engines/ICanvas.js";
import { Container } from "@babylonjs/gui/2D/controls/container.pure.js";
import { Control } from "@babylonjs/gui/2D/controls/control.pure.js";
import type { Mark } from "./node.ts";
import { paintMarks } from "./painter.ts";
import { type Rect, sameRect } from "./rect.ts";
import { same } from "./same.ts";

/**
 * A Babylon GUI control that draws the marks of one node. Setting what it already shows changes nothing, so a
 * view that is built anew each time redraws only what differs.
 */
export class DrawnControl extends Container {
  #marks: readonly Mark[] = [];
  #rect: Rect | undefined;
  #isClipping = false;

  constructor(name: string) {
    super(name);
    this.horizontalAlignment = Control.HORIZONTAL_ALIGNMENT_LEFT;
    this.verticalAlignment = Control.VERTICAL_ALIGNMENT_TOP;
    // Marks and children may reach over the edge, such as a focus ring; a clipping node cuts them off itself.
    this.clipContent = false;
    this.clipChildren = false;
  }

  /** The marks, in canvas coordinates. */
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /**
   * Takes over what a node says. `parent` is the rectangle of the control it stands in. Tells whether anything is
   * to be drawn anew.
   */
  show(marks: readonly Mark[], at: Rect, parent: Rect, isClipping: boolean): boolean {
    const isMoved = this.#rect === undefined || !sameRect(this.#rect, at);
    const isChanged = isMoved || this.#isClipping !== isClipping || !same(this.#marks, marks);
    if (isMoved || this.leftInPixels !== at.x - parent.x || this.topInPixels !== at.y - parent.y) {
      this.#rect = at;
      this.leftInPixels = at.x - parent.x;
      this.topInPixels = at.y - parent.y;
      this.widthInPixels = at.width;
      this.heightInPixels = at.height;
    }
    if (this.#isClipping !== isClipping) {
      this.#isClipping = isClipping;
      this.clipChildren = isClipping;
    }
    if (isChanged) {
      this.#marks = marks;
      this.markAsDirty();
    }
    return isChanged;
  }

  protected override _localDraw(context: ICanvasRenderingContext): void {
    const at = this.#rect;
    if (at === undefined || this.#marks.length === 0) return;
    const ratio = this.host.idealRatio;
    context.save();
    context.translate(this._currentMeasure.left, this._currentMeasure.top);
    context.scale(ratio, ratio);
    context.translate(-at.x, -at.y);
    paintMarks(context, this.#marks, ratio);
    context.restore();
  }

  protected override _clipForChildren(context: ICanvasRenderingContext): void {
    const { left, top, width, height } = this._currentMeasure;
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
  }
}
