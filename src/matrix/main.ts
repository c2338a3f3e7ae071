import "./page.css";
import type { AgentId } from "../protocol/ids.ts";
import type { Debugging } from "./debug/debug.ts";
import { createTaps } from "./debug/taps.ts";
import { hasWebGL2, type Page, showError } from "./error-screen.ts";
import { createFaultLog, faultOf } from "./fault-log.ts";
import { loadHud, WORLD_FEATURES } from "./features.ts";
import type { Hud } from "./hud/hud.ts";
import { FONT_FAMILY, loadFont } from "./hud/kit/font.ts";
import { createStore } from "./hud/kit/store.ts";
import { followKiosk } from "./kiosk/kiosk.ts";
import { followLostCode } from "./kiosk/lost-code.ts";
import { createLink } from "./link/link.ts";
import { createOwned } from "./owned.ts";
import { realSetting, type Setting } from "./setting.ts";
import { createStage } from "./stage/stage.ts";
import { createMatrix } from "./state/inbox.ts";
import { agentsDrawnBy, createWorldContext, type WorldFeature } from "./world/context.ts";
import { createRetry } from "./world/retry.ts";

/** How long readers of the state wait for a batch, in milliseconds: a frame. */
const BATCH_MS = 16;
// Known when the page is built, so that an ordinary build holds neither scenes nor a handle.
const hasScenes = import.meta.env.DEV || import.meta.env.MODE === "scenes";

/** Builds the whole page, connects it, and owns it. Returns its end. */
function start(page: Page, setting: Setting): () => void {
  const owned = createOwned();
  const end = () => owned.release();
  if (!hasWebGL2(document)) {
    owned.own(
      showError(
        page,
        "This browser cannot draw The Matrix: it has no WebGL 2.",
        "Open the page in an up-to-date Safari, Chrome, Edge or Firefox, or turn hardware acceleration on.",
      ),
    );
    return end;
  }

  const wish = new URLSearchParams(location.search).get("debug");
  // Known when the page is built, so that no build holds the debugging.
  const taps = import.meta.env.DEV && wish !== null ? createTaps() : undefined;
  const matrix = createMatrix({
    schedule: (flush) => setting.ports.setTimer(BATCH_MS, flush),
    onMisfit: () => {
      taps?.misfit();
      faults.note({
        kind: "misfit",
        message: "What the tower sent does not fit together: a snapshot is taken.",
      });
      link.takeSnapshot();
    },
    onFault: (error) => faults.note(faultOf("reader", error)),
    inspect: taps?.inspect,
  });
  owned.own(matrix.dispose);
  const { state, inbox } = matrix;

  const faults = createFaultLog({
    // biome-ignore lint/suspicious/noConsole: this is where a developer looks, and the one place that writes there.
    say: (...line) => console.warn(...line),
    now: setting.ports.now,
  });
  const link = createLink({
    gateway: setting.gateway,
    credentials: setting.credentials,
    ports: setting.ports,
    receive: (message, arrival) => {
      taps?.received();
      inbox.apply(message, arrival);
    },
    onSend: inbox.sent,
    onView: inbox.linkChanged,
    onFault: faults.note,
  });
  owned.own(link.dispose);

  const selection = createStore<AgentId | undefined>(undefined);
  const fontReady = loadFont(import.meta.env.BASE_URL);
  let hud: Hud | undefined;
  const stage = createStage(page.canvas, {
    isOverHud: (x, y) => hud?.contains(x, y) ?? false,
    drive: setting.drive,
    onFault: (error) => faults.note(faultOf("frame", error)),
    ...(setting.reducedMotion !== undefined && { reducedMotion: setting.reducedMotion }),
  });
  owned.own(stage.dispose);

  const world = createWorldContext({
    stage,
    state,
    selected: selection,
    onSelect: selection.set,
    fontFamily: FONT_FAMILY,
  });
  owned.own(world.dispose);
  const standing: WorldFeature[] = [];
  const agentsDrawn = () => agentsDrawnBy(standing);
  const loading: Promise<unknown>[] = [];
  const create = (features: typeof WORLD_FEATURES) => {
    for (const feature of features) {
      if (owned.isReleased()) return;
      const made = feature.create(world);
      owned.own(made.dispose);
      standing.push(made);
      loading.push(Promise.resolve(made.ready));
    }
  };
  create(WORLD_FEATURES.filter(({ needsFont }) => needsFont !== true));
  // Without its font the text is drawn with a stand-in.
  const createLettered = () => create(WORLD_FEATURES.filter(({ needsFont }) => needsFont === true));
  loading.push(fontReady.then(createLettered, createLettered));

  const { agents, agentCount, jobs, economy, treasury, purse, chat, sending, notices, sessions } = state;
  const shown = [agents, agentCount, jobs, economy, treasury, purse, chat, sending, notices, sessions];
  for (const readable of [state.link, ...shown, state.cues, state.secrets, selection])
    owned.own(readable.subscribe(stage.stir));
  const isAsked = new URLSearchParams(location.search).has("kiosk");
  const isKiosk = () => isAsked || state.me.get().role === "kiosk";
  owned.own(
    followLostCode({
      stage,
      link: state.link,
      isKiosk,
      onLost(listener) {
        const hear = ({ payload }: VitePreloadErrorEvent) => listener(payload);
        window.addEventListener("vite:preloadError", hear);
        return () => window.removeEventListener("vite:preloadError", hear);
      },
      onFault: (error) => faults.note(faultOf("code", error)),
      memory: () => sessionStorage,
      now: setting.ports.now,
      reload: () => location.reload(),
    }),
  );
  owned.own(
    followKiosk({
      stage,
      roster: world.roster,
      state,
      me: state.me,
      link: state.link,
      isKiosk,
      onReturn: () => selection.set(undefined),
      loadDirector: () => import("./kiosk/director.ts"),
      onFault: (error) => faults.note(faultOf("kiosk", error)),
    }),
  );

  const openHud = ({ createHud }: Awaited<ReturnType<typeof loadHud>>) => {
    if (owned.isReleased()) return;
    hud = createHud({
      scene: stage.scene,
      canvas: page.canvas,
      twinRoot: page.twinRoot,
      state,
      send: link.send,
      selection,
      reducedMotion: () => stage.reducedMotion,
      clock: setting.ports.now,
      fontReady,
      onCover: stage.camera.setInsets,
      hidesSecrets: isAsked || taps !== undefined,
    });
    owned.own(hud.dispose);
    stage.scene.onAfterRenderObservable.addOnce(() => performance.mark("matrix:hud-ready"));
  };
  const hudOpened = new Promise<void>((done) => {
    stage.scene.onAfterRenderObservable.addOnce(() => {
      performance.mark("matrix:first-frame");
      let takeBack = () => {};
      const fail = (cause: unknown) => {
        takeBack = sayHudFailed(page);
        owned.own(takeBack);
        faults.note(faultOf("hud", cause));
      };
      const retry = createRetry(stage, state.link, {
        async attempt() {
          const code = await loadHud();
          takeBack();
          try {
            openHud(code);
          } catch (error) {
            // To make it once more would fail as well.
            fail(error);
          }
        },
        onFirstFailure: fail,
      });
      owned.own(retry.dispose);
      void retry.firstTry.then(done);
    });
  });
  // Lettered features join the list while the font is waited for.
  setting.play?.(
    stage,
    Promise.all([hudOpened, ...loading]).then(() => Promise.all(loading)),
  );

  let debugging: Debugging | undefined;
  if (import.meta.env.DEV && wish !== null && taps !== undefined) {
    import("./debug/debug.ts").then(({ startDebugging }) => {
      if (owned.isReleased()) return;
      debugging = startDebugging({
        stage,
        state,
        selection,
        taps,
        wish,
        agentsDrawn,
        apply: (message) => inbox.apply(message, { live: true }),
        takeSnapshot: link.takeSnapshot,
      });
      owned.own(debugging.dispose);
    }, reportError);
  }

  const { scene } = setting;
  if (hasScenes && (import.meta.env.DEV || scene !== undefined || wish !== null)) {
    const handle = Object.freeze({
      state,
      stage,
      scene,
      agentsDrawn,
      nodes: () => hud?.nodes() ?? [],
      faults: faults.entries,
      debug: () => debugging?.commands,
    });
    Object.defineProperty(window, "matrix", { value: handle, configurable: true });
    owned.own(() => Reflect.deleteProperty(window, "matrix"));
  }
  return end;
}

/** The world stands, but its interface could not be fetched: says so where everybody can read it. */
function sayHudFailed({ twinRoot }: Page): () => void {
  const said = twinRoot.ownerDocument.createElement("p");
  said.setAttribute("role", "alert");
  said.textContent = "The interface could not be loaded from the tower: load the page again.";
  twinRoot.append(said);
  return () => said.remove();
}

const canvas = document.querySelector<HTMLCanvasElement>("canvas#canvas");
const twinRoot = document.querySelector<HTMLElement>("#twin");
if (canvas === null || twinRoot === null) throw new Error("index.html lacks the canvas or the twin's root");
const page: Page = { canvas, twinRoot };
const owned = createOwned();
const open = (setting: Setting): void => owned.own(start(page, setting));
const address = new URLSearchParams(location.search);
if (hasScenes && address.has("scene")) {
  import("./scenes/scene-setting.ts").then(({ sceneSetting }) => open(sceneSetting(address)), reportError);
} else {
  open(realSetting());
}
import.meta.hot?.accept();
import.meta.hot?.dispose(owned.release);
