import type { AgentId } from "../../protocol/ids.ts";
import { type Rgb, rgbOf, TINT_COLORS } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { createScreenRoom, ROOM_STEP_PX } from "./declutter.ts";
import type { Flight } from "./flights.ts";
import { HEAD_HEIGHT, JOB_RING_HEIGHT, JOB_RING_LIFT_PX } from "./places.ts";
import type { Standing } from "./roster.ts";
import { createCandidates } from "./text/candidates.ts";
import { HALF_LINE_PX } from "./text/lettering.ts";
import { createLines, type Line, RIGHT_PX } from "./text/lines.ts";
import { createPen, type Pen } from "./text/pen.ts";
import { createPhrases, type Phrase } from "./text/phrases.ts";
import { createScreenView } from "./text/screen-view.ts";
import { BESIDE_FROM_M, BESIDE_LEAST, type LinePlace, NAME_HEIGHT } from "./text/text-drawing.ts";

/** What a line says something about: an agent's name or price, or sats on the move. */
const KINDS = ["name", "price", "amount"] as const;
type Kind = (typeof KINDS)[number];
const NAME = KINDS.indexOf("name");
const PRICE = KINDS.indexOf("price");
const AMOUNT = KINDS.indexOf("amount");

interface Subject {
  readonly kind: Kind;
  /** Whose it is; undefined for sats of many. */
  readonly id: AgentId | undefined;
  /** What its colour was made from. */
  look: string;
}
type Label = Line<Subject>;

/** Who is shown first. */
const RANK = { chosen: 0, amount: 1, price: 2, busyName: 3, name: 4 } as const;
const RANKS = 5;

/** How often what is shown is thought over, in seconds, and of how many that have no label at a time. */
const CONSIDER_S = 0.1;
const AT_A_TIME = 1_250;
/** What is not shown yet wants so many CSS px between it and others; what is shown stays until it touches. */
const GAP_X_PX = 12;
const GAP_Y_PX = 2;
/**
 * Names of a crowd keep farther apart, or they would hide it: from this height of a figure in CSS px downwards, up to so
 * many CSS px more for each of whom nothing but the name is to be said.
 */
const CROWD_PX = { from: 24, to: 10 } as const;
const CROWD_GAP_X_PX = 84;
const CROWD_GAP_Y_PX = 34;
/** What is shown already stays while it has this part of the room that a newcomer needs. */
const STAYING = 0.5;
/** CSS px from where a name hangs up to the middle of its letters, and from there to a price that would cover it. */
const NAME_UP_PX = 12;
const PRICE_CLEAR_PX = NAME_UP_PX + 2 * HALF_LINE_PX + GAP_Y_PX + ROOM_STEP_PX;
const AMOUNT_UP_PX = 14;
/** Where a price begins, and how far a job ring reaches, in metres from its middle, seen from {@link BESIDE_FROM_M}. */
const PRICE_BESIDE_M = 0.72;
const RING_REACH_M = 0.66;
/** Half of the least that a name takes: unless so much is free, it is not even measured. */
const HEART_PX = 16;
const HALF_HEART_PX = 5;
/** What is shown counts as this much nearer than it is. */
const LOYALTY = 0.45;
/** Labels fade between these distances: metres, and parts of how far the camera is from what it looks at. */
const FADE_FROM = { metres: 30, ofDistance: 0.9 };
const FADE_TO = { metres: 50, ofDistance: 1.9 };
/** Nothing is put up farther than so much of the way between them: it could hardly be read. */
const FADED = 0.85;

const WHITE: Rgb = [1, 1, 1];
/** An agent's own colour, light enough for letters. */
const lettersOf = ([red, green, blue]: Rgb): Rgb => [
  0.45 + red * 0.55,
  0.45 + green * 0.55,
  0.45 + blue * 0.55,
];

const PRICE_HANGS = {
  y: JOB_RING_HEIGHT,
  beside: PRICE_BESIDE_M,
  up: JOB_RING_LIFT_PX,
  clear: PRICE_CLEAR_PX,
};
const NAME_HANGS = { y: NAME_HEIGHT, beside: 0, up: NAME_UP_PX, clear: 0 };
const placeOf = (kind: Kind, { at }: Standing): LinePlace => ({
  x: at.x,
  z: at.z,
  ...(kind === "price" ? PRICE_HANGS : NAME_HANGS),
});

export interface Labels extends WorldFeature {
  /** What is said now, and what was a moment ago. */
  readonly lines: ReadonlySet<Label>;
  /** How much of a line is shown now, from 0 to 1, distance left out. */
  showing(line: Label): number;
}

/** Names, prices and amounts over the world: one draw. They fade with distance and never overlap, job rings included. */
export function createLabels(context: WorldContext, pen: Pen = createPen(context.fontFamily)): Labels {
  const { stage, roster, selected, flights } = context;
  const lines = createLines<Subject>(stage, pen);
  const phrases = createPhrases(pen);
  const view = createScreenView(stage);
  const candidates = createCandidates(RANKS);
  const room = createScreenRoom();
  /** Where job rings are: apart, for a line may stand close to its own ring. */
  const rings = createScreenRoom();
  /** Whether the agent in a slot has a job. */
  let hasJob = new Uint8Array(0);
  /** The lines that the agent in a slot has, while it is thought over. */
  const nameOfSlot: (Label | undefined)[] = [];
  const priceOfSlot: (Label | undefined)[] = [];
  const amounts: Label[] = [];
  let chosen = selected.get();
  let farthest = 0;
  /** 0 where figures are large enough to be told apart, 1 where they are a crowd. */
  let crowding = 0;
  let consideredAt = Number.NEGATIVE_INFINITY;
  let isUrgent = true;
  let round = 0;
  /** How many agents had a job in the last round. */
  let jobs = 0;
  /** Rounds until everybody has been thought over since something changed. */
  let roundsLeft = 0;

  const turnsOf = (count: number) => Math.max(1, Math.ceil(count / AT_A_TIME));
  const noteChange = () => {
    roundsLeft = turnsOf(roster.standing.length);
  };

  const isShown = (line: Label | undefined): boolean => line !== undefined && lines.wasWanted(line);
  const loyally = (line: Label | undefined, depth: number): number => depth * (isShown(line) ? LOYALTY : 1);

  /**
   * Takes the place of an agent's job ring, which is there in any case, and, when it is its turn, puts its name and
   * price up for a place.
   */
  function propose(slot: number, agent: Standing, isItsTurn: boolean): void {
    const { at } = agent;
    if (!view.project(at.x, NAME_HEIGHT, at.z, farthest)) return;
    const { x, depth } = view;
    const y = view.y - NAME_UP_PX;
    const isChosen = chosen === agent.id;
    const { job } = agent.view;
    const nameNear = loyally(nameOfSlot[slot], depth);
    if (!job) {
      candidates.add(NAME, slot, x, y, HALF_LINE_PX, isChosen ? RANK.chosen : RANK.name, nameNear);
      return;
    }
    view.project(at.x, JOB_RING_HEIGHT, at.z, farthest);
    const away = view.away(at.x, JOB_RING_HEIGHT, at.z) / BESIDE_FROM_M;
    const metre = (Math.min(1, Math.max(BESIDE_LEAST, away)) * view.pxPerMetre) / view.depth;
    const ringY = view.y - JOB_RING_LIFT_PX;
    const reach = RING_REACH_M * metre;
    rings.take(x - reach, ringY - reach, x + reach, ringY + reach);
    if (!isItsTurn) return;
    // Far away its own ring stands on its letters.
    const above = Math.min(HALF_LINE_PX, y - ringY - reach - ROOM_STEP_PX);
    candidates.add(NAME, slot, x, y, above, isChosen ? RANK.chosen : RANK.busyName, nameNear);
    if (job.priceSats === undefined) return;
    const priceX = view.x + PRICE_BESIDE_M * metre + RIGHT_PX;
    const priceY = Math.min(ringY, y + NAME_UP_PX - PRICE_CLEAR_PX);
    const rank = isChosen ? RANK.chosen : RANK.price;
    candidates.add(PRICE, slot, priceX, priceY, HALF_LINE_PX, rank, loyally(priceOfSlot[slot], depth));
  }

  /** Sats on the move are named when they are the picked agent's, and when they are many in one. */
  function proposeFlight(flight: Flight, index: number): void {
    const isOwn = flight.agentId !== undefined && flight.agentId === chosen;
    const isBundle = flight.agentId === undefined && flight.merged > 1;
    const { x, y, z } = flight.middle;
    if ((!isOwn && !isBundle) || !view.project(x, y, z, farthest)) return;
    const middle = view.y - AMOUNT_UP_PX;
    candidates.add(AMOUNT, index, view.x, middle, HALF_LINE_PX, RANK.amount, isOwn ? 0 : view.depth);
  }

  /** Whether an edge of what panels cover would go through a text. */
  function isCut(left: number, right: number): boolean {
    const { insets } = stage.camera;
    const rightEdge = view.width - insets.right;
    return (left < insets.left && right > insets.left) || (left < rightEdge && right > rightEdge);
  }

  /** Takes the box of a candidate if it is free; of one that is shown already, it only must not touch another. */
  function takes(
    candidate: number,
    left: number,
    wide: number,
    { isThere, isFirst, apart = 0 }: { isThere: boolean; isFirst: boolean; apart?: number },
  ): boolean {
    const middle = candidates.y[candidate] ?? 0;
    const ringTop = middle - (candidates.above[candidate] ?? 0);
    const [top, bottom] = [middle - HALF_LINE_PX, middle + HALF_LINE_PX];
    const right = left + wide;
    const kept = isThere ? apart * STAYING : apart;
    const gapX = (isThere ? 0 : GAP_X_PX) + kept * CROWD_GAP_X_PX;
    const gapY = (isThere ? 0 : GAP_Y_PX) + kept * CROWD_GAP_Y_PX;
    const isFree =
      !isCut(left, right) &&
      rings.isFree(left, ringTop, right, bottom) &&
      room.isFree(left - gapX, top - gapY, right + gapX, bottom + gapY);
    if (isFree || isFirst) room.take(left, top, right, bottom);
    return isFree || isFirst;
  }

  /** Whether the least that a text takes is free, for a text that begins or is centred at `x`. */
  function hasHeart(x: number, y: number, isCentred: boolean): boolean {
    const left = isCentred ? x - HEART_PX : x;
    const [right, top, bottom] = [left + 2 * HEART_PX, y - HALF_HEART_PX, y + HALF_HEART_PX];
    return room.isFree(left, top, right, bottom) && rings.isFree(left, top, right, bottom);
  }

  /** Who has a name that cannot be seen goes by its id. */
  function nameOf(id: AgentId, label: string): Phrase | undefined {
    const lettering = chosen === id ? "chosen" : "name";
    const phrase = phrases.label(label, lettering);
    return phrase?.text === "" ? phrases.label(id, lettering) : phrase;
  }

  function placeName(candidate: number): void {
    const slot = candidates.what[candidate] ?? 0;
    const x = candidates.x[candidate] ?? 0;
    const isChosen = roster.standing[slot]?.id === chosen;
    if (!isChosen && !hasHeart(x, candidates.y[candidate] ?? 0, true)) return;
    const agent = roster.standing[slot];
    const phrase = agent && nameOf(agent.id, agent.view.label);
    if (!phrase) return;
    const line = nameOfSlot[slot];
    const apart = agent.view.job ? 0 : crowding;
    const how = { isThere: isShown(line), isFirst: isChosen, apart };
    if (!takes(candidate, x - phrase.width / 2, phrase.width, how)) return;
    say(line, "name", agent, phrase, isChosen ? "chosen" : agent.view.color);
  }

  function placePrice(candidate: number): void {
    const slot = candidates.what[candidate] ?? 0;
    const x = candidates.x[candidate] ?? 0;
    const isChosen = roster.standing[slot]?.id === chosen;
    if (!isChosen && !hasHeart(x, candidates.y[candidate] ?? 0, false)) return;
    const agent = roster.standing[slot];
    const job = agent?.view.job;
    const phrase = job?.priceSats === undefined ? undefined : phrases.price(job.priceSats, job.tint);
    if (!agent || !job || !phrase) return;
    const line = priceOfSlot[slot];
    if (!takes(candidate, x, phrase.width, { isThere: isShown(line), isFirst: isChosen })) return;
    say(line, "price", agent, phrase, job.tint === "calm" ? agent.view.color : job.tint);
  }

  function placeAmount(candidate: number, flight: Flight | undefined): void {
    if (!flight) return;
    const { middle } = flight;
    const phrase = phrases.amount(flight.amountSats, flight.merged);
    const line = amounts.find(
      ({ said, place }) => said.text === phrase.text && place.x === middle.x && place.z === middle.z,
    );
    const left = (candidates.x[candidate] ?? 0) - phrase.width / 2;
    if (!takes(candidate, left, phrase.width, { isThere: isShown(line), isFirst: false })) return;
    if (line) {
      lines.keep(line, phrase);
      return;
    }
    const place = { x: middle.x, y: middle.y, z: middle.z, beside: 0, up: AMOUNT_UP_PX, clear: 0 };
    const subject: Subject = { kind: "amount", id: flight.agentId, look: "" };
    const made = lines.add(subject, phrase, place, lettersOf(flight.color), "middle");
    if (made) amounts.push(made);
  }

  const PLACERS = [placeName, placePrice];

  function colorOf(kind: Kind, { id, view: { color, job } }: Standing): Rgb {
    if (kind === "price" && job && job.tint !== "calm") return TINT_COLORS[job.tint];
    return kind === "name" && chosen === id ? WHITE : lettersOf(rgbOf(color));
  }

  function say(line: Label | undefined, kind: Kind, agent: Standing, phrase: Phrase, look: string): void {
    if (!line) {
      const subject = { kind, id: agent.id, look };
      const side = kind === "price" ? "right" : "middle";
      lines.add(subject, phrase, placeOf(kind, agent), colorOf(kind, agent), side);
      return;
    }
    lines.keep(line, phrase);
    const { place, subject } = line;
    if (subject.look === look && place.x === agent.at.x && place.z === agent.at.z) return;
    subject.look = look;
    lines.put(line, placeOf(kind, agent), colorOf(kind, agent));
  }

  /** Notes which lines there are by the slot of their agent, or forgets it again. */
  function noteLines(isNoted: boolean): void {
    amounts.length = 0;
    // Without holes: they are read ten thousand times.
    while (nameOfSlot.length < roster.standing.length) {
      nameOfSlot.push(undefined);
      priceOfSlot.push(undefined);
    }
    for (const line of lines.all) {
      const { kind, id } = line.subject;
      if (kind === "amount") amounts.push(line);
      const slot = id === undefined || kind === "amount" ? undefined : roster.slotOf(id);
      if (slot === undefined) continue;
      (kind === "price" ? priceOfSlot : nameOfSlot)[slot] = isNoted ? line : undefined;
    }
  }

  /**
   * Thinks over what is shown. Bounded: of those without a label only some at a time, and what would take too long to
   * measure is left for the next time.
   */
  function consider(): void {
    const flying = flights.current();
    room.clear(view.width, view.height);
    rings.clear(view.width, view.height);
    candidates.clear(farthest);
    phrases.refill();
    noteLines(true);
    lines.beginRound();
    round += 1;
    const { standing } = roster;
    const turns = turnsOf(standing.length);
    const jobTurns = turnsOf(jobs);
    const chosenSlot = chosen === undefined ? -1 : roster.slotOf(chosen);
    jobs = 0;
    for (let slot = 0; slot < standing.length; slot++) {
      const isBusy = hasJob[slot] === 1;
      if (isBusy) jobs += 1;
      const isItsTurn =
        slot % turns === round % turns ||
        (isBusy && slot % jobTurns === round % jobTurns) ||
        nameOfSlot[slot] !== undefined ||
        priceOfSlot[slot] !== undefined ||
        slot === chosenSlot;
      if (!isBusy && !isItsTurn) continue;
      const agent = standing[slot];
      if (agent && agent.leftAt === undefined) propose(slot, agent, isItsTurn);
    }
    flying.forEach(proposeFlight);
    candidates.inOrder((candidate) => {
      const kind = candidates.kind[candidate] ?? NAME;
      if (kind === AMOUNT) placeAmount(candidate, flying[candidates.what[candidate] ?? 0]);
      else PLACERS[kind]?.(candidate);
    });
    // Before any goes, or a slot would keep a line that is no more.
    noteLines(false);
    lines.endRound();
    roundsLeft = phrases.isShort ? turns : roundsLeft - 1;
  }

  function noteJobs(slots: readonly number[]): void {
    const { standing } = roster;
    if (hasJob.length < standing.length) {
      const grown = new Uint8Array(standing.length * 2);
      grown.set(hasJob);
      hasJob = grown;
    }
    for (const slot of slots) hasJob[slot] = standing[slot]?.view.job ? 1 : 0;
  }

  function fadeWithDistance(): void {
    const { distance } = stage.camera.orbit;
    const from = FADE_FROM.metres + FADE_FROM.ofDistance * distance;
    const to = FADE_TO.metres + FADE_TO.ofDistance * distance;
    farthest = from + (to - from) * FADED;
    const figurePx = (HEAD_HEIGHT * view.pxPerMetre) / Math.max(1, distance);
    crowding = Math.min(1, Math.max(0, (CROWD_PX.from - figurePx) / (CROWD_PX.from - CROWD_PX.to)));
    lines.drawing.setRange(from, to);
  }

  const undo = [
    roster.onChange(({ slots }) => {
      noteJobs(slots);
      noteChange();
    }),
    selected.subscribe(() => {
      chosen = selected.get();
      isUrgent = true;
      noteChange();
    }),
    stage.onFrame(({ elapsed }) => {
      fadeWithDistance();
      if (view.look() || flights.current().length > 0 || amounts.length > 0) noteChange();
      if (isUrgent || (roundsLeft > 0 && elapsed - consideredAt >= CONSIDER_S)) {
        isUrgent = false;
        consideredAt = elapsed;
        consider();
      }
      lines.step();
    }),
  ];
  return {
    lines: lines.all,
    showing: lines.showing,
    dispose() {
      for (const stop of undo) stop();
      lines.dispose();
    },
  };
}
