import type { Stage } from "../../stage/stage.ts";
import type { Rgb } from "../colors.ts";
import { createGlyphAtlas, type Strip } from "../glyph-atlas.ts";
import { LONG_AGO } from "../motion.ts";
import { EDGE_PX, type LetteringName } from "./lettering.ts";
import type { Pen } from "./pen.ts";
import {
  createTextDrawing,
  fadeOf,
  LINE_FADE_S,
  type LinePlace,
  MOST_LINES,
  type TextDrawing,
} from "./text-drawing.ts";

/** New pictures of texts in one frame; and while all must be drawn anew because the screen's density changed. */
const PICTURES_A_FRAME = 8;
const PICTURES_IN_A_HURRY = 32;

/** Where the letters are, seen from what a line hangs on. */
export type Side = "middle" | "right" | "left";
/** CSS px between that and letters to the right or left of it. */
export const BESIDE_PX = 6;

export interface LineText {
  readonly text: string;
  readonly lettering: LetteringName;
}

/** One line of text that is shown, or is on its way in or out. */
export interface TextLine<Subject> {
  readonly subject: Subject;
  readonly said: LineText;
  readonly place: LinePlace;
  readonly side: Side;
}

interface Row<Subject> extends TextLine<Subject> {
  /** Its row in the drawing's table. */
  readonly row: number;
  said: LineText;
  place: LinePlace;
  strip: Strip | undefined;
  /** The last round that wanted it. */
  round: number;
  /** How much it shows, and since when it is on its way from there to here; the stage's `elapsed`, below 0: long ago. */
  from: number;
  to: number;
  since: number;
}

/** The lines of text in the world. Each round of thought says which are wanted; the others fade out. */
export interface TextLines<Subject> {
  readonly drawing: TextDrawing;
  /** Those that are drawn or wait to be. */
  readonly all: ReadonlySet<TextLine<Subject>>;
  /** Puts a line up; undefined while there are too many. It is wanted in this round. */
  add(
    subject: Subject,
    said: LineText,
    place: LinePlace,
    color: Rgb,
    side: Side,
  ): TextLine<Subject> | undefined;
  /** Keeps a line for this round and says what is on it now. */
  keep(line: TextLine<Subject>, said: LineText): void;
  /** Moves or colours a line. */
  put(line: TextLine<Subject>, place: LinePlace, color: Rgb): void;
  /** Whether it was wanted in the round before this one. */
  wasWanted(line: TextLine<Subject>): boolean;
  /** How much of a line is shown now, from 0 to 1. */
  showing(line: TextLine<Subject>): number;
  beginRound(): void;
  endRound(): void;
  /** Draws letters, fades and sends. Call once a frame. */
  step(): void;
  dispose(): void;
}

export function createTextLines<Subject>(stage: Stage, pen: Pen): TextLines<Subject> {
  const drawing = createTextDrawing(stage);
  const rows = new Set<Row<Subject>>();
  const freeRows = Array.from({ length: MOST_LINES }, (_, i) => MOST_LINES - 1 - i);
  let density = 0;
  let atlas = makeAtlas();
  let round = 0;
  /** How many may still lack their letters, and how many may be on their way in or out. */
  let waiting = 0;
  let fading = 0;
  let isStale = false;
  let isInAHurry = false;

  function makeAtlas() {
    density = 1 / stage.engine.getHardwareScalingLevel();
    const made = createGlyphAtlas(stage.scene, pen, density);
    drawing.useAtlas(made.texture, made.cellWidth, made.cellHeight, density);
    return made;
  }

  /** Pixels of the screen are larger or smaller than before: every text is drawn anew. */
  function followDensity(): void {
    if (density === 1 / stage.engine.getHardwareScalingLevel()) return;
    atlas.dispose();
    atlas = makeAtlas();
    for (const row of rows) row.strip = undefined;
    waiting = rows.size;
    isInAHurry = true;
    isStale = true;
  }

  function showing(row: Row<Subject>): number {
    if (row.since < 0) return row.to;
    return fadeOf(row.from, row.to, (stage.now.elapsed - row.since) / LINE_FADE_S);
  }

  function turn(row: Row<Subject>, to: number): void {
    if (row.to === to) return;
    row.from = stage.reducedMotion ? to : showing(row);
    row.to = to;
    row.since = stage.reducedMotion ? LONG_AGO : stage.now.elapsed;
    drawing.setShown(row.row, row.from, to, row.since < 0 ? LONG_AGO : stage.now.time);
    fading += 1;
  }

  function remove(row: Row<Subject>): void {
    rows.delete(row);
    freeRows.push(row.row);
    if (row.strip) atlas.release(row.strip);
    isStale = true;
  }

  /** Ends fades, before the shaders' clock comes round to them, and takes away what has gone. */
  function settle(): void {
    if (fading === 0) return;
    fading = 0;
    for (const row of rows) {
      if (row.since >= 0 && stage.now.elapsed - row.since <= LINE_FADE_S) {
        fading += 1;
        continue;
      }
      if (row.since >= 0) {
        row.since = LONG_AGO;
        drawing.setShown(row.row, row.to, row.to, LONG_AGO);
      }
      if (row.to === 0 && row.round !== round) remove(row);
    }
  }

  function letter(): void {
    if (waiting === 0) return;
    waiting = 0;
    let pictures = isInAHurry ? PICTURES_IN_A_HURRY : PICTURES_A_FRAME;
    for (const row of rows) {
      if (row.strip || row.round !== round) continue;
      const { text, lettering } = row.said;
      const isNew = !atlas.has(text, lettering);
      if (!isNew || pictures > 0) row.strip = atlas.hold(text, lettering);
      if (isNew) pictures -= 1;
      if (row.strip) {
        isStale = true;
        turn(row, 1);
      } else waiting += 1;
    }
    if (waiting === 0) isInAHurry = false;
  }

  /** Pixels of the screen from what a line hangs on to the left end of its letters' picture, the edge included. */
  function beginOf(side: Side, width: number): number {
    const beside = Math.round(BESIDE_PX * density) - Math.ceil(EDGE_PX * density);
    return { right: beside, left: -beside - width, middle: -Math.round(width / 2) }[side];
  }

  function write(): void {
    drawing.begin();
    for (const { row, side, strip } of rows) {
      if (!strip) continue;
      const begin = beginOf(side, strip.width);
      const up = -Math.floor(atlas.cellHeight / 2);
      for (let i = 0; i < strip.cells.length; i++) {
        drawing.add(row, begin + i * atlas.cellWidth, up, strip.cells[i] ?? 0);
      }
    }
    drawing.end();
  }

  return {
    drawing,
    all: rows,
    add(subject, said, place, color, side) {
      const free = freeRows.pop();
      if (free === undefined) return undefined;
      const row: Row<Subject> = {
        subject,
        said,
        place,
        side,
        row: free,
        strip: undefined,
        round,
        from: 0,
        to: 0,
        since: LONG_AGO,
      };
      rows.add(row);
      waiting += 1;
      drawing.setPlace(free, place, ...color);
      drawing.setShown(free, 0, 0, LONG_AGO);
      return row;
    },
    keep(line, said) {
      const row = line as Row<Subject>;
      row.round = round;
      if (row.said.text !== said.text || row.said.lettering !== said.lettering) {
        if (row.strip) atlas.release(row.strip);
        row.strip = undefined;
        isStale = true;
      }
      row.said = said;
      if (row.strip) turn(row, 1);
      else waiting += 1;
    },
    put(line, place, color) {
      const row = line as Row<Subject>;
      row.place = place;
      drawing.setPlace(row.row, place, ...color);
    },
    wasWanted: (line) => (line as Row<Subject>).round === round - 1,
    showing: (line) => showing(line as Row<Subject>),
    beginRound() {
      round += 1;
    },
    endRound() {
      for (const row of rows) {
        if (row.round === round) continue;
        if (row.strip && showing(row) > 0) turn(row, 0);
        else remove(row);
      }
    },
    step() {
      followDensity();
      settle();
      letter();
      if (isStale) write();
      isStale = false;
      atlas.flush();
      drawing.flush();
    },
    dispose() {
      drawing.dispose();
      atlas.dispose();
    },
  };
}
