import type { ICanvasRenderingContext } from "@babylonjs/core/Engines/ICanvas.js";
import type { BoxMark, DiscMark, Mark, ModulesMark, PathMark, TextMark } from "./node.ts";
import type { Rect } from "./rect.ts";
import { drawnText, fontOf } from "./text.ts";
import { COLOR } from "./theme.ts";

type Context = ICanvasRenderingContext;

/** Half the height of a capital letter over the font size, in the HUD's font: centres a line on its capitals. */
const HALF_CAPITAL = 0.365;

/**
 * Draws marks in order. `context` must be scaled so that one unit is one CSS pixel, with the canvas's top left
 * corner at the origin; `ratio` is device pixels per CSS pixel.
 */
export function paintMarks(context: Context, marks: readonly Mark[], ratio: number): void {
  for (const mark of marks) {
    switch (mark.kind) {
      case "text":
        paintText(context, mark);
        break;
      case "box":
        paintBox(context, mark);
        break;
      case "disc":
        paintDisc(context, mark);
        break;
      case "path":
        paintPath(context, mark);
        break;
      case "modules":
        paintModules(context, mark, ratio);
        break;
    }
  }
}

function paintText(context: Context, mark: TextMark): void {
  context.font = fontOf(mark.size, mark.bold);
  context.fillStyle = mark.color;
  const text = drawnText(mark.text);
  const shift = mark.align === undefined || mark.align === "left" ? 0 : context.measureText(text).width;
  const x = mark.align === "center" ? mark.x - shift / 2 : mark.x - shift;
  context.fillText(text, x, mark.y + mark.size * HALF_CAPITAL);
}

function outline(context: Context, { x, y, width, height }: Rect, radius: number): void {
  const r = Math.min(radius, width / 2, height / 2);
  context.beginPath();
  if (r <= 0) {
    context.rect(x, y, width, height);
    return;
  }
  context.moveTo(x + r, y);
  context.lineTo(x + width - r, y);
  context.quadraticCurveTo(x + width, y, x + width, y + r);
  context.lineTo(x + width, y + height - r);
  context.quadraticCurveTo(x + width, y + height, x + width - r, y + height);
  context.lineTo(x + r, y + height);
  context.quadraticCurveTo(x, y + height, x, y + height - r);
  context.lineTo(x, y + r);
  context.quadraticCurveTo(x, y, x + r, y);
  context.closePath();
}

function paintBox(context: Context, mark: BoxMark): void {
  const { x, y, width, height } = mark.rect;
  const radius = mark.radius ?? 0;
  if (mark.fill !== undefined) {
    context.fillStyle = mark.fill;
    outline(context, mark.rect, radius);
    context.fill();
  }
  if (mark.stroke === undefined) return;
  const line = mark.line ?? 1;
  context.strokeStyle = mark.stroke;
  context.lineWidth = line;
  if (mark.dashed === true) context.setLineDash([4, 4]);
  outline(context, { x: x + line / 2, y: y + line / 2, width: width - line, height: height - line }, radius);
  context.stroke();
  if (mark.dashed === true) context.setLineDash([]);
}

function paintDisc(context: Context, mark: DiscMark): void {
  context.beginPath();
  context.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI);
  if (mark.fill !== undefined) {
    context.fillStyle = mark.fill;
    context.fill();
  }
  if (mark.stroke !== undefined) {
    context.strokeStyle = mark.stroke;
    context.lineWidth = mark.line ?? 1;
    context.stroke();
  }
}

function paintPath(context: Context, mark: PathMark): void {
  context.strokeStyle = mark.color;
  context.lineWidth = mark.line;
  context.beginPath();
  mark.points.forEach(([x, y], index) => {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  context.stroke();
}

/** Modules are whole device pixels: a blurred edge is what scanners fail on. */
function paintModules(context: Context, mark: ModulesMark, ratio: number): void {
  const { x, y, width } = mark.rect;
  context.fillStyle = COLOR.qrLight;
  context.fillRect(x, y, width, mark.rect.height);
  if (mark.modules === undefined) return;
  const count = mark.modules.length + 2 * mark.quiet;
  const module = Math.max(1, Math.floor((width * ratio) / count)) / ratio;
  const side = module * mark.modules.length;
  const left = Math.round((x + (width - side) / 2) * ratio) / ratio;
  const top = Math.round((y + (mark.rect.height - side) / 2) * ratio) / ratio;
  context.fillStyle = COLOR.qrDark;
  mark.modules.forEach((row, rowIndex) => {
    for (let column = 0; column < row.length; column++) {
      if (row[column] !== true) continue;
      let end = column + 1;
      while (row[end] === true) end++;
      context.fillRect(left + column * module, top + rowIndex * module, (end - column) * module, module);
      column = end;
    }
  });
}
