/**
 * The signs of the rain as strokes: half-width katakana and figures, drawn by hand on a grid of 10 by 14 with y downwards.
 * Each string is one stroke, its points as `x,y`. Drawn from data, they look the same whatever fonts a device has.
 */
const STROKES: readonly (readonly string[])[] = [
  ["1,2 9,2 8,5 5,7", "5,4 5,9 3,12 1,13"], // a
  ["8,1 5,5 1,8", "5,5 5,13"], // i
  ["5,1 5,3", "1,6 1,3 9,3 9,6 7,10 3,13"], // u
  ["1,3 9,3", "5,3 5,11", "0,11 10,11"], // e
  ["1,4 9,4", "6,1 6,13 4,12", "6,4 4,8 1,11"], // o
  ["1,4 9,4 9,12 7,13", "4,1 4,7 1,13"], // ka
  ["1,4 9,3", "1,8 9,7", "4,1 6,13"], // ki
  ["4,1 3,5 1,8", "3,3 9,3 8,8 5,11 2,13"], // ku
  ["3,1 2,5 0,8", "2,4 10,4", "6,4 6,9 3,13"], // ke
  ["1,2 9,2 9,12", "1,12 9,12"], // ko
  ["0,4 10,4", "3,1 3,8", "7,1 7,8 6,11 4,13"], // sa
  ["2,2 4,3", "1,5 3,6", "1,13 5,11 9,6"], // shi
  ["1,2 9,2 7,6 1,13", "5,8 9,13"], // su
  ["1,5 9,4 7,7", "3,1 3,11 4,13 9,13"], // se
  ["1,2 2,5", "9,2 8,7 5,11 2,13"], // so
  ["4,1 3,4 1,7", "3,3 9,3 8,8 5,11 2,13", "3,6 7,9"], // ta
  ["8,1 5,3 2,3", "0,6 10,6", "5,3 5,9 3,12 1,13"], // chi
  ["1,2 2,5", "5,1 6,4", "9,2 8,7 6,11 3,13"], // tsu
  ["2,2 8,2", "0,6 10,6", "5,6 5,9 3,12 2,13"], // te
  ["3,1 3,13", "3,5 8,8"], // to
  ["0,5 10,5", "6,1 6,6 5,10 2,13"], // na
  ["2,3 8,3", "0,12 10,12"], // ni
  ["1,2 9,2 7,7 1,13", "3,5 8,12"], // nu
  ["4,1 3,3", "1,4 9,4 6,8 1,11", "5,7 5,13", "7,9 9,11"], // ne
  ["8,1 7,6 5,10 1,13"], // no
  ["4,3 3,8 1,12", "6,3 8,8 9,12"], // ha
  ["2,1 2,12 9,12", "8,4 2,7"], // hi
  ["1,2 9,2 8,7 5,11 2,13"], // fu
  ["0,9 4,4 10,11"], // he
  ["0,4 10,4", "5,1 5,13 4,12", "2,7 1,11", "8,7 9,11"], // ho
  ["1,3 9,3 6,8", "3,7 6,11"], // ma
  ["2,2 8,4", "2,6 8,8", "1,10 9,13"], // mi
  ["5,1 2,11 9,10", "7,7 10,13"], // mu
  ["8,1 5,8 1,13", "3,5 9,10"], // me
  ["1,3 9,3", "0,7 9,7", "4,3 4,12 9,12"], // mo
  ["1,5 9,4 7,8", "3,1 6,13"], // ya
  ["2,3 8,3 7,11", "0,11 10,11"], // yu
  ["1,2 9,2 9,13", "2,7 9,7", "1,13 9,13"], // yo
  ["2,2 8,2", "1,6 9,6 8,9 5,12 2,13"], // ra
  ["2,1 2,8", "8,1 8,7 6,11 4,13"], // ri
  ["3,2 3,7 1,12", "6,1 6,12 10,8"], // ru
  ["2,1 2,12 6,10 9,6"], // re
  ["1,3 9,3 9,12 1,12 1,3"], // ro
  ["1,6 1,2 9,2 8,7 5,11 2,13"], // wa
  ["2,2 4,4", "1,13 5,11 9,5"], // n
  ["5,1 8,4 8,10 5,13 2,10 2,4 5,1"], // 0
  ["3,4 5,1 5,13"], // 1
  ["2,4 4,1 7,1 8,4 2,13 8,13"], // 2
  ["2,1 8,1 4,6 8,9 7,12 4,13 2,12"], // 3
  ["7,13 7,1 1,9 9,9"], // 4
  ["8,1 3,1 2,6 6,5 8,8 7,12 4,13 2,12"], // 5
  ["2,1 8,1 4,13"], // 7
  ["5,7 2,4 5,1 8,4 5,7 8,10 5,13 2,10 5,7"], // 8
  ["5,0 5,14", "2,2 6,2 8,4 6,7 2,7", "6,7 9,10 6,12 2,12 2,2"], // the sign of bitcoin
  ["6,0 2,8 8,7 4,14"], // the bolt of sats
];

export const RAIN_GLYPHS = STROKES.length;

/** Cells in a row of the atlas, and the size of a cell in texels. */
export const ATLAS_COLUMNS = 8;
export const ATLAS_ROWS = 8;
const CELL = 32;

type Segment = readonly [number, number, number, number];

const segmentsOf = (strokes: readonly string[]): Segment[] =>
  strokes.flatMap((stroke) => {
    const points = stroke.split(" ").map((point) => point.split(",").map(Number));
    return points.slice(1).map((to, i): Segment => {
      const from = points[i] ?? [];
      return [from[0] ?? 0, from[1] ?? 0, to[0] ?? 0, to[1] ?? 0];
    });
  });

function distanceTo([ax, ay, bx, by]: Segment, x: number, y: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/**
 * Draws the signs into one picture: a byte a texel, how much of it is lit, with a soft edge and a faint glow. Mirrored
 * left to right, as rain behind glass is.
 */
export function drawRainAtlas(): {
  readonly width: number;
  readonly height: number;
  readonly texels: Uint8Array;
} {
  const width = ATLAS_COLUMNS * CELL;
  const height = ATLAS_ROWS * CELL;
  const texels = new Uint8Array(width * height);
  STROKES.forEach((strokes, glyph) => {
    const segments = segmentsOf(strokes);
    const left = (glyph % ATLAS_COLUMNS) * CELL;
    const top = Math.floor(glyph / ATLAS_COLUMNS) * CELL;
    for (let row = 0; row < CELL; row++) {
      for (let column = 0; column < CELL; column++) {
        // The grid of 10 by 14 with a margin, in the middle of the cell.
        const x = 10 - (((column + 0.5) / CELL) * 18 - 4);
        const y = ((row + 0.5) / CELL) * 18 - 2;
        const near = Math.min(...segments.map((segment) => distanceTo(segment, x, y)));
        const ink = Math.max(0, Math.min(1, (1.05 - near) / 0.6));
        const glow = Math.exp(-near * near * 0.35) * 0.3;
        texels[(top + row) * width + left + column] = Math.round(255 * Math.min(1, Math.max(ink, glow)));
      }
    }
  });
  return { width, height, texels };
}
