import "./page.css";
import type { AgentId } from "../protocol/ids.ts";
import { hasWebGL2, type Page, showError } from "./error-screen.ts";
import { loadHud, WORLD_FEATURES } from "./features.ts";
import type { Hud } from "./hud/hud.ts";
import { FONT_FAMILY, loadFont } from "./hud/kit/font.ts";
import { createStore } from "./hud/kit/store.ts";
import { browserPorts } from "./link/browser-ports.ts";
import { loadCredentials } from "./link/credentials.ts";
import { findGateway } from "./link/gateway.ts";
import { createLink, type LinkFault } from "./link/link.ts";
import type { Storage } from "./link/ports.ts";
import { createOwned } from "./owned.ts";
import { createStage } from "./stage/stage.ts";
import { createMatrix } from "./state/inbox.ts";
import { createWorldContext } from "./world/context.ts";

/** How long readers of the state wait for a batch, in milliseconds: a frame. */
const BATCH_MS = 16;
/** How many faults of the link are kept for a developer to look at. */
const KEPT_FAULTS = 50;

/** Builds the whole page, connects it, and owns it. Returns its end. */
function start(page: Page): () => void {
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

  const matrix = createMatrix({
    schedule: (flush) => browserPorts.setTimer(BATCH_MS, flush),
    onMisfit: () => link.takeSnapshot(),
  });
  owned.own(matrix.dispose);
  const { state, inbox } = matrix;

  const gateway = findGateway(import.meta.env["VITE_WS_URL"], location);
  const faults: LinkFault[] = [];
  const link = createLink({
    gateway,
    credentials: loadCredentials({
      gateway: gateway.kind === "tower" ? gateway.url : "none",
      local: storage(() => localStorage),
      session: storage(() => sessionStorage),
      address: {
        hash: location.hash,
        stripHash: () => history.replaceState(history.state, "", location.pathname + location.search),
      },
      newId: browserPorts.newId,
    }),
    ports: browserPorts,
    receive: inbox.apply,
    onSend: inbox.sent,
    onView: inbox.linkChanged,
    onFault: (fault) => {
      faults.push(fault);
      if (faults.length > KEPT_FAULTS) faults.shift();
    },
  });
  owned.own(link.dispose);

  const selection = createStore<AgentId | undefined>(undefined);
  const fontReady = loadFont(import.meta.env.BASE_URL);
  let hud: Hud | undefined;
  const stage = createStage(page.canvas, { isOverHud: (x, y) => hud?.contains(x, y) ?? false });
  owned.own(stage.dispose);

  const world = createWorldContext({
    stage,
    state,
    selected: selection,
    onSelect: selection.set,
    fontFamily: FONT_FAMILY,
  });
  owned.own(world.dispose);
  const create = (features: typeof WORLD_FEATURES) => {
    for (const feature of features) {
      if (!owned.isReleased()) owned.own(feature.create(world).dispose);
    }
  };
  create(WORLD_FEATURES.filter(({ needsFont }) => needsFont !== true));
  // Without its font the text is drawn with a stand-in.
  const createLettered = () => create(WORLD_FEATURES.filter(({ needsFont }) => needsFont === true));
  fontReady.then(createLettered, createLettered);

  const openHud = async () => {
    const { createHud } = await loadHud();
    if (owned.isReleased()) return;
    hud = createHud({
      scene: stage.scene,
      canvas: page.canvas,
      twinRoot: page.twinRoot,
      state,
      send: link.send,
      selection,
      reducedMotion: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
      clock: () => Date.now(),
      fontReady,
      onCover: stage.camera.setInsets,
    });
    owned.own(hud.dispose);
    stage.scene.onAfterRenderObservable.addOnce(() => performance.mark("matrix:hud-ready"));
  };
  stage.scene.onAfterRenderObservable.addOnce(() => {
    performance.mark("matrix:first-frame");
    openHud().catch((error: unknown) => {
      owned.own(sayHudFailed(page));
      reportError(error);
    });
  });

  if (import.meta.env.DEV || new URLSearchParams(location.search).has("debug")) {
    const handle = Object.freeze({
      state,
      stage,
      nodes: () => hud?.nodes() ?? [],
      faults: () => [...faults],
    });
    Object.defineProperty(window, "matrix", { value: handle, configurable: true });
    owned.own(() => Reflect.deleteProperty(window, "matrix"));
  }
  return end;
}

/** A browser's storage; even to name it throws where it is forbidden. */
function storage(named: () => Storage): Storage | undefined {
  try {
    return named();
  } catch {
    return undefined;
  }
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
const end = start({ canvas, twinRoot });
import.meta.hot?.accept();
import.meta.hot?.dispose(end);
