import { browserPorts } from "./link/browser-ports.ts";
import { type Credentials, loadCredentials } from "./link/credentials.ts";
import { findGateway, type Gateway } from "./link/gateway.ts";
import type { LinkPorts, Storage } from "./link/ports.ts";
import type { Stage } from "./stage/stage.ts";

/** What the page stands on: a browser and its tower, or a recorded scene in their place. */
export interface Setting {
  readonly ports: LinkPorts;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
  /** What the browser says when left out. */
  readonly reducedMotion?: boolean;
  /** `hand`: frames are drawn only by {@link Setting.play}. */
  readonly drive: "loop" | "hand";
  /** The scene that is played, if any. */
  readonly scene?: string;
  /** Called once, when everything has been made. `ready` settles when nothing more has to be loaded. */
  readonly play?: (stage: Stage, ready: Promise<unknown>) => void;
}

/** A page in a real browser with a real tower. */
export function realSetting(): Setting {
  const gateway = findGateway(import.meta.env["VITE_WS_URL"], location);
  return {
    ports: browserPorts,
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
    drive: "loop",
  };
}

/** A browser's storage; even to name it throws where it is forbidden. */
function storage(named: () => Storage): Storage | undefined {
  try {
    return named();
  } catch {
    return undefined;
  }
}
