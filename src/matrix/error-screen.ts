/** The page's two surfaces. */
export interface Page {
  readonly canvas: HTMLCanvasElement;
  readonly twinRoot: HTMLElement;
}

/** Whether the browser can draw the world. Frees what it tried with: browsers allow few contexts at a time. */
export function hasWebGL2(document: Document): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

/**
 * Says in the canvas, and to a screen reader, why there is nothing else to see. For a canvas that has no WebGL
 * context. Returns its undo.
 */
export function showError({ canvas, twinRoot }: Page, title: string, advice: string): () => void {
  const said = twinRoot.ownerDocument.createElement("p");
  said.setAttribute("role", "alert");
  said.textContent = `${title} ${advice}`;
  // Heard, not seen: the canvas shows the same. With a canvas that cannot draw at all it is seen.
  const pen = canvas.getContext("2d");
  if (pen !== null) said.style.opacity = "0";
  twinRoot.append(said);

  const draw = () => {
    if (pen === null) return;
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    pen.scale(ratio, ratio);
    pen.fillStyle = "#05080a";
    pen.fillRect(0, 0, width, height);
    pen.textAlign = "center";
    pen.font = "18px ui-monospace, Menlo, Consolas, monospace";
    pen.fillStyle = "#ff6b6b";
    let y = drawWrapped(pen, title, width / 2, height / 2 - 24, width - 48, 26);
    pen.font = "15px ui-monospace, Menlo, Consolas, monospace";
    pen.fillStyle = "#dcf5e6";
    y = drawWrapped(pen, advice, width / 2, y + 10, width - 48, 22);
  };
  draw();
  window.addEventListener("resize", draw);
  return () => {
    window.removeEventListener("resize", draw);
    said.remove();
  };
}

/** Draws text in lines of at most `width`, centred on `x`; returns where the next line would go. */
function drawWrapped(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  top: number,
  width: number,
  lineHeight: number,
): number {
  let y = top;
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && pen.measureText(longer).width > width) {
      pen.fillText(line, x, y);
      y += lineHeight;
      line = word;
    } else {
      line = longer;
    }
  }
  pen.fillText(line, x, y);
  return y + lineHeight;
}
