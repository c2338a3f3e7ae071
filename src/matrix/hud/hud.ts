import type { Scene } from "@babylonjs/core/scene.pure.js";
import type { MatrixState, Send } from "../state/model.ts";
import { createAnnouncer } from "./announcer.ts";
import { createAsks } from "./asks.ts";
import { type Card, type HudContext, type HudFeature, patchUi, type Selection, type Ui } from "./context.ts";
import { type Cover, coverOf, sameCover } from "./cover.ts";
import { HUD_FEATURES } from "./features.ts";
import { decorate } from "./kit/decorate.ts";
import { createFigures } from "./kit/figures.ts";
import { hitTest, nodeAt } from "./kit/hit.ts";
import type { HudNode } from "./kit/node.ts";
import { createPointer } from "./kit/pointer.ts";
import { attachPointer } from "./kit/pointer-events.ts";
import { overlaps, type Rect, rect, unionOf } from "./kit/rect.ts";
import { createScreen } from "./kit/screen.ts";
import { createStore, type Store } from "./kit/store.ts";
import { createSurface, type Surface } from "./kit/surface.ts";
import { createTextMeasure, type Measurer } from "./kit/text.ts";
import { createTwin } from "./kit/twin.ts";
import { HEIGHT, type Layout, layoutOf, ROOMY, SURFACE_NAMES, type SurfaceName } from "./layout.ts";
import { createNoticeBoard } from "./notice-board.ts";
import { cardView } from "./panels/invoice-state.ts";
import { openNextNeed } from "./panels/needs.ts";
import { treasuryOffer } from "./panels/treasury-offer.ts";
import { createSchedule } from "./schedule.ts";
import { createSecretKeeper } from "./secret-keeper.ts";
import { followSession } from "./session-news.ts";

/** What the HUD is made from. It owns none of it. */
export interface HudOptions {
  readonly scene: Scene;
  readonly canvas: HTMLCanvasElement;
  /** An empty element over the canvas, of the same size and place, for the accessible twin. */
  readonly twinRoot: HTMLElement;
  readonly state: MatrixState;
  readonly send: Send;
  readonly selection: Selection;
  /** Whether the person asked for reduced motion; asked anew each time. */
  readonly reducedMotion: () => boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves when the HUD's font can be drawn with; text is drawn with a stand-in until then. */
  readonly fontReady: Promise<void>;
  /** Told when panels cover other parts of the canvas than before, so that the world can be framed in the rest. */
  readonly onCover?: (cover: Cover) => void;
  /** Others see what is drawn, as on a kiosk or where somebody debugs: what proves a session is only copied. */
  readonly hidesSecrets?: boolean;
  readonly features?: readonly HudFeature[];
}

/** The 2D interface: what is drawn over the world, and the same for those who don't see it. */
export interface Hud {
  /** Whether a point, in CSS pixels on the canvas, is over a part of the HUD and so not the world's. */
  contains(x: number, y: number): boolean;
  /** What the person has opened: for the kiosk to close, and for the Inspector. */
  readonly ui: Store<Ui>;
  /** What is shown now, panel by panel. */
  nodes(): readonly HudNode[];
  dispose(): void;
}

const firstUi = (width: number): Ui => ({
  isChatOpen: true,
  chatHeight: width < ROOMY ? "entry" : "half",
  sheet: undefined,
  card: undefined,
  cardHeight: HEIGHT.invoice,
  paysByInvoice: false,
  asking: undefined,
  isChoosingAgent: false,
  entryHeight: 100,
});

/** Whether a card is to be seen: a session's for whoever may have one, a job's while that is known. */
function hasCard(context: HudContext): boolean {
  if (context.secret.shown.get() !== undefined) return true;
  if (context.ui.get().card?.kind === "session") return context.state.me.get().role !== "kiosk";
  return cardView(context) !== undefined;
}

const isForm = (card: Card | undefined): boolean => card?.kind === "session" && card.page !== "home";

/** Builds the HUD on a scene. It draws in the scene's own frames; the caller disposes it before the scene. */
export function createHud(options: HudOptions): Hud {
  const { scene, canvas, twinRoot, state, selection, clock } = options;
  const document = twinRoot.ownerDocument;
  const engine = scene.getEngine();
  const schedule = createSchedule();
  const ui = createStore<Ui>(firstUi(engine.getRenderWidth() * engine.getHardwareScalingLevel()));
  const asks = createAsks(state, options.send);
  const measure = createTextMeasure(engine.createCanvas(1, 1).getContext("2d") as Measurer);
  const refresh = (): void => schedule.byPerson();
  const screen = createScreen(twinRoot, refresh);
  const twin = createTwin(twinRoot, { onFocus: refresh, onActivate: activate, onScroll: scrollBy });
  const common = {
    state,
    now: clock,
    wakeAt: (time: number) => schedule.at(time),
    again: () => schedule.byData(),
    refresh,
    announce: (sentence: string) => twin.announce(sentence),
  };
  const board = createNoticeBoard(common);
  const announcer = createAnnouncer(common);
  const unfollowSession = followSession(common);
  const secret = createSecretKeeper(state, () => {
    // The code itself is on the card alone: whoever is near would hear it.
    common.announce("Write down the recovery code of your session.");
    refresh();
  });
  const context: HudContext = {
    ...common,
    send: options.send,
    selection,
    ui,
    asks,
    board,
    secret,
    hidesSecrets: options.hidesSecrets === true,
    figures: createFigures(options.reducedMotion),
    measure,
    document,
    isStill: options.reducedMotion,
    focusEntry: () => twin.focus("chat/field/text"),
  };
  const panels = (options.features ?? HUD_FEATURES).map((feature) => ({
    name: feature.name,
    panel: feature.create(context),
  }));
  const surfaces = new Map<SurfaceName, Surface>();
  const pointer = createPointer({ nodes: () => shown, now: clock, refresh });
  let shown: readonly HudNode[] = [];
  let cover: Cover = { left: 0, top: 0, right: 0, bottom: 0 };
  let isDisposed = false;

  function activate(path: string): void {
    nodeAt(shown, path)?.tap?.();
    refresh();
  }

  function scrollBy(path: string, distance: number): void {
    nodeAt(shown, path)?.scroll?.by(distance);
    refresh();
  }

  function layoutNow(canvasSize: Rect): Layout {
    const { isChatOpen, chatHeight, entryHeight, sheet, cardHeight } = ui.get();
    const selected = selection.get();
    return layoutOf({
      width: canvasSize.width,
      height: canvasSize.height,
      ...screen.edges(),
      agentCount: state.agents.get().size,
      isChatOpen,
      chatHeight: state.me.get().role === "kiosk" && chatHeight === "entry" ? "half" : chatHeight,
      entryHeight: state.me.get().role === "kiosk" ? 0 : entryHeight,
      sheet,
      hasAgentCard: selected !== undefined && state.agents.get().has(selected),
      hasTreasuryOffer: selected !== undefined && treasuryOffer(state, selected) !== undefined,
      hasInvoice: hasCard(context),
      cardHeight,
      hasNotice: board.current() !== undefined,
      hasPurse: state.purse.get() !== undefined,
    });
  }

  /** Works out what is to be seen and shows it. Returns how many textures that uploads. */
  function update(): number {
    const ratio = 1 / engine.getHardwareScalingLevel();
    const whole = rect(0, 0, engine.getRenderWidth() / ratio, engine.getRenderHeight() / ratio);
    announcer.step();
    const layout = layoutNow(whole);
    const covers = coverOf(layout, whole);
    if (!sameCover(cover, covers)) {
      cover = covers;
      options.onCover?.(covers);
    }
    const covering = layout.slots.invoice?.rect;
    const placed = panels.flatMap(({ name, panel }) => {
      const slot = layout.slots[name];
      const node = slot === undefined ? undefined : panel.view(slot.rect, layout);
      if (slot === undefined || node === undefined) return [];
      const isCovered = name !== "invoice" && covering !== undefined && overlaps(slot.rect, covering);
      return [{ surface: slot.surface, node: isCovered ? { ...node, inert: true } : node }];
    });
    shown = placed.map(({ node }) => node);
    twin.show(shown);
    const attention = {
      pressed: pointer.pressed(),
      hovered: pointer.hovered(),
      focused: twin.focused(),
    };
    const drawn = Map.groupBy(placed, ({ surface }) => surface);
    let uploads = 0;
    SURFACE_NAMES.forEach((name, order) => {
      const nodes = decorate(drawn.get(name)?.map(({ node }) => node) ?? [], attention);
      if (nodes.length === 0) {
        surfaces.get(name)?.dispose();
        surfaces.delete(name);
        return;
      }
      let surface = surfaces.get(name);
      if (surface === undefined) {
        surface = createSurface(scene, name, order);
        surfaces.set(name, surface);
      }
      surface.place(unionOf(nodes.map((node) => node.rect)) ?? whole, whole, ratio);
      if (surface.show(nodes)) uploads += 1;
    });
    return uploads;
  }

  const frame = scene.onBeforeRenderObservable.add(() => {
    if (schedule.isDue(clock())) schedule.spent(update());
  });
  const resized = engine.onResizeObservable.add(refresh);
  const undo: (() => void)[] = [
    attachPointer(canvas, pointer),
    ui.subscribe(refresh),
    selection.subscribe(refresh),
    // What this person asked for is answered at once; the rest is news.
    state.sending.subscribe(refresh),
    state.notices.subscribe(refresh),
    ...[
      state.link,
      state.me,
      state.agents,
      state.agentCount,
      state.jobs,
      state.economy,
      state.treasury,
      state.purse,
      state.sessions,
      state.chat,
    ].map((readable) => readable.subscribe(() => schedule.byData())),
  ];

  function onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") openNextNeed(context);
    if (event.key === "Escape") goBack();
  }
  /**
   * Closes what was opened last: the list of whom to ask, a session's form, a card, the picked agent. What is shown
   * this once stays.
   */
  function goBack(): void {
    if (ui.get().isChoosingAgent) patchUi(ui, { isChoosingAgent: false });
    else if (secret.shown.get() !== undefined) return;
    else if (isForm(ui.get().card)) patchUi(ui, { card: { kind: "session", page: "home" } });
    else if (ui.get().card !== undefined) patchUi(ui, { card: undefined });
    else selection.set(undefined);
  }
  document.addEventListener("keydown", onKey);

  options.fontReady.then(
    () => {
      if (isDisposed) return;
      measure.reset();
      for (const surface of surfaces.values()) surface.redraw();
      refresh();
    },
    // Without its font the HUD goes on with the stand-in.
    () => undefined,
  );

  return {
    contains: (x, y) => hitTest(shown, x, y).length > 0,
    ui,
    nodes: () => shown,
    dispose() {
      isDisposed = true;
      document.removeEventListener("keydown", onKey);
      for (const stop of undo) stop();
      scene.onBeforeRenderObservable.remove(frame);
      engine.onResizeObservable.remove(resized);
      for (const { panel } of panels) panel.dispose?.();
      for (const surface of surfaces.values()) surface.dispose();
      surfaces.clear();
      shown = [];
      announcer.dispose();
      secret.dispose();
      unfollowSession();
      board.dispose();
      screen.dispose();
      twin.dispose();
    },
  };
}
