import type { AgentId } from "../../protocol/ids.ts";
import type { Point3 } from "../stage/orbit.ts";
import { type Rgb, rgbOf, TINT_COLORS } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { ROOM_STEP_PX } from "./declutter.ts";
import type { Flight } from "./flights.ts";
import { HEAD_HEIGHT } from "./places.ts";
import type { Standing } from "./roster.ts";
import { createCandidates } from "./text/candidates.ts";
import { isDueHere } from "./text/due.ts";
import { createFlightWays } from "./text/flight-ways.ts";
import { createLabelRoom, LEFT_PART, type Yields } from "./text/label-room.ts";
import { HALF_LINE_PX } from "./text/lettering.ts";
import { createPen, type Pen } from "./text/pen.ts";
import { createPhrases, type Phrase } from "./text/phrases.ts";
import { NAME_UP_PX, PRICE_SPOTS, type PriceSpot } from "./text/price-spots.ts";
import { createRingFinder } from "./text/ring-finder.ts";
import { createScreenView } from "./text/screen-view.ts";
import { NAME_HEIGHT } from "./text/text-drawing.ts";
import { createTextLines, type TextLine } from "./text/text-lines.ts";

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
  /** Which sats on the move it names. */
  readonly flight?: Flight;
  /** Where it stands; a name and an amount have one spot. */
  readonly spot: Spot;
  /** What its colour was made from. */
  look: string;
}
type Label = TextLine<Subject>;
type Spot = Pick<PriceSpot, "side" | "hangs">;

/** The job of an agent, as far as labels care: none, one, or one that waits for the person who looks. */
const JOB = { none: 0, any: 1, due: 2 } as const;

/** Who is shown first. */
const RANK = { chosen: 0, due: 1, amount: 2, price: 3, busyName: 4, name: 5 } as const;
const RANKS = 6;

/** How often what is shown is thought over, in seconds, and of how many that have no label at a time. */
const CONSIDER_S = 0.1;
const AT_A_TIME = 1_250;
/**
 * Names of a crowd keep farther apart, those of whom nothing else is to be said: from the first height of a figure in
 * CSS px downwards more and more, until the second.
 */
const CROWD_PX = { from: 24, to: 10 } as const;
const AMOUNT_UP_PX = 14;
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

const NAME_SPOT: Spot = {
  side: "middle",
  hangs: { y: NAME_HEIGHT, beside: 0, over: 0, up: NAME_UP_PX, clear: 0 },
};

export interface Labels extends WorldFeature {
  /** What is said now, and what was a moment ago. */
  readonly lines: ReadonlySet<Label>;
  /** How much of a line is shown now, from 0 to 1, distance left out. */
  showing(line: Label): number;
}

/** Names, prices and amounts over the world: one draw. They fade with distance and never overlap, job rings included. */
export function createLabels(context: WorldContext, pen: Pen = createPen(context.fontFamily)): Labels {
  const { stage, roster, selected, flights } = context;
  const lines = createTextLines<Subject>(stage, pen);
  const phrases = createPhrases(pen);
  const view = createScreenView(stage);
  const candidates = createCandidates(RANKS);
  const room = createLabelRoom(stage, view);
  const rings = createRingFinder(view);
  const { ring } = rings;
  const ways = createFlightWays(flights);
  /** The {@link JOB} of the agent in a slot. */
  let jobOf = new Uint8Array(0);
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
    const reach = rings.find(at.x, at.z);
    room.takeRing(ring.x, ring.y, reach);
    if (!isItsTurn) return;
    const first = isChosen ? RANK.chosen : jobOf[slot] === JOB.due ? RANK.due : undefined;
    // Far away its own ring stands on its letters.
    const above = Math.min(HALF_LINE_PX, y - ring.y - reach - ROOM_STEP_PX);
    candidates.add(NAME, slot, x, y, above, first ?? RANK.busyName, nameNear);
    if (job.priceSats === undefined) return;
    const priceNear = loyally(priceOfSlot[slot], depth);
    candidates.add(PRICE, slot, ring.x, ring.y, HALF_LINE_PX, first ?? RANK.price, priceNear);
  }

  /** Sats on the move are named when they are the picked agent's, and when they are many in one. */
  function proposeFlight(flight: Flight, index: number): void {
    const isOwn = flight.agentId !== undefined && flight.agentId === chosen;
    const isBundle = flight.agentId === undefined && flight.merged > 1;
    if (!isOwn && !isBundle) return;
    const { x, y, z } = flight.middle;
    view.project(x, y, z, farthest);
    candidates.add(AMOUNT, index, view.x, view.y, HALF_LINE_PX, RANK.amount, isOwn ? 0 : view.depth);
  }

  const yieldsOf = (slot: number): Yields => {
    if (roster.standing[slot]?.id === chosen) return "never";
    return jobOf[slot] === JOB.due ? "toTexts" : "always";
  };

  function placeName(candidate: number): void {
    const slot = candidates.what[candidate] ?? 0;
    const x = candidates.x[candidate] ?? 0;
    const y = candidates.y[candidate] ?? 0;
    const yields = yieldsOf(slot);
    if (yields === "always" && !room.hasHeart(x, y, "middle")) return;
    const agent = roster.standing[slot];
    const isChosen = yields === "never";
    const phrase = agent && phrases.label(agent.view.label, isChosen ? "chosen" : "name");
    if (!phrase) return;
    const left = x - phrase.width / 2;
    // Of who has to pay, as long as its foot is uncovered, a cut name is better than none.
    const isSeen = yields === "always" ? room.isUncovered(left, left + phrase.width) : room.isUncovered(x, x);
    if (!isSeen && !isChosen) return;
    const line = nameOfSlot[slot];
    const apart = agent.view.job ? 0 : crowding;
    const above = candidates.above[candidate] ?? HALF_LINE_PX;
    if (!room.takes(left, phrase.width, y, { isThere: isShown(line), yields, apart, above })) return;
    say(line, "name", agent, phrase, isChosen ? "chosen" : agent.view.color, NAME_SPOT);
  }

  /** Takes a spot for a price, the one where it stands rather than another. */
  function takeSpot(wide: number, slot: number, yields: Yields): PriceSpot | undefined {
    const line = priceOfSlot[slot];
    const tries = (spot: PriceSpot): boolean => {
      if (spot.needsName && !isShown(nameOfSlot[slot])) return false;
      const left = spot.x(ring) - wide * LEFT_PART[spot.side];
      const isThere = isShown(line) && line?.subject.spot === spot;
      return room.isUncovered(left, left + wide) && room.takes(left, wide, spot.y(ring), { isThere, yields });
    };
    const stands = PRICE_SPOTS.find((spot) => spot === line?.subject.spot);
    return stands && tries(stands) ? stands : PRICE_SPOTS.find(tries);
  }

  function placePrice(candidate: number): void {
    const slot = candidates.what[candidate] ?? 0;
    const agent = roster.standing[slot];
    const job = agent?.view.job;
    if (!agent || job?.priceSats === undefined) return;
    rings.find(agent.at.x, agent.at.z);
    const yields = yieldsOf(slot);
    const hasRoom = ({ x, y, side }: PriceSpot) => room.hasHeart(x(ring), y(ring), side);
    if (yields === "always" && !PRICE_SPOTS.some(hasRoom)) return;
    const phrase = phrases.price(job.priceSats, job.tint);
    if (!phrase) return;
    const line = priceOfSlot[slot];
    // A place that is really free comes before one that is only free of texts.
    const spot =
      takeSpot(phrase.width, slot, "always") ??
      (yields === "always" ? undefined : takeSpot(phrase.width, slot, yields));
    if (!spot) return;
    const look = job.tint === "calm" ? agent.view.color : job.tint;
    say(line?.subject.spot === spot ? line : undefined, "price", agent, phrase, look, spot);
  }

  /** Puts an amount where it stands already, or else as near to the middle of its way as there is room. */
  function placeAmount(flight: Flight): void {
    const phrase = phrases.amount(flight.amountSats, flight.merged);
    const line = amounts.findLast(({ subject }) => subject.flight === flight);
    const { width } = phrase;
    const hasRoom = ({ x, y, z }: Point3, isThere: boolean): boolean => {
      if (!view.project(x, y, z, farthest)) return false;
      const left = view.x - width / 2;
      const middle = view.y - AMOUNT_UP_PX;
      return (
        room.isRowUncovered(middle) &&
        room.isUncovered(left, left + width) &&
        room.takes(left, width, middle, { isThere, yields: "always" })
      );
    };
    if (line && hasRoom(line.place, isShown(line))) {
      lines.keep(line, phrase);
      return;
    }
    const place = ways.find(flight, (each) => hasRoom(each, false));
    if (!place) return;
    const spot: Spot = {
      side: "middle",
      hangs: { ...place, beside: 0, over: 0, up: AMOUNT_UP_PX, clear: 0 },
    };
    const subject: Subject = { kind: "amount", id: flight.agentId, flight, spot, look: "" };
    const at = { x: place.x, z: place.z, ...spot.hangs };
    const made = lines.add(subject, phrase, at, lettersOf(flight.color), spot.side);
    if (made) amounts.push(made);
  }

  const PLACERS = [placeName, placePrice];

  function colorOf(kind: Kind, { id, view: { color, job } }: Standing): Rgb {
    if (kind === "price" && job && job.tint !== "calm") return TINT_COLORS[job.tint];
    return kind === "name" && chosen === id ? WHITE : lettersOf(rgbOf(color));
  }

  function say(
    line: Label | undefined,
    kind: Kind,
    agent: Standing,
    phrase: Phrase,
    look: string,
    spot: Spot,
  ): void {
    const { x, z } = agent.at;
    if (!line) {
      const subject = { kind, id: agent.id, look, spot };
      lines.add(subject, phrase, { x, z, ...spot.hangs }, colorOf(kind, agent), spot.side);
      return;
    }
    lines.keep(line, phrase);
    const { place, subject } = line;
    if (subject.look === look && place.x === x && place.z === z) return;
    subject.look = look;
    lines.put(line, { x, z, ...spot.hangs }, colorOf(kind, agent));
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
    room.clear();
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
      const isBusy = (jobOf[slot] ?? JOB.none) !== JOB.none;
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
      const flight = kind === AMOUNT ? flying[candidates.what[candidate] ?? 0] : undefined;
      if (flight) placeAmount(flight);
      else PLACERS[kind]?.(candidate);
    });
    // Before any goes, or a slot would keep a line that is no more.
    noteLines(false);
    lines.endRound();
    roundsLeft = phrases.isShort ? turns : roundsLeft - 1;
  }

  function noteJobs(slots: readonly number[]): void {
    const { standing } = roster;
    if (jobOf.length < standing.length) {
      const grown = new Uint8Array(standing.length * 2);
      grown.set(jobOf);
      jobOf = grown;
    }
    for (const slot of slots) {
      const job = standing[slot]?.view.job;
      if (job) jobOf[slot] = isDueHere(job) ? JOB.due : JOB.any;
      else jobOf[slot] = JOB.none;
    }
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
      ways.dispose();
      lines.dispose();
    },
  };
}
