import type { MatrixState, SessionSecret } from "../state/model.ts";
import type { Store } from "./kit/store.ts";
import { createStore } from "./kit/store.ts";

/** What proves a session, until its owner has written it down. */
export interface SecretKeeper {
  readonly shown: Store<SessionSecret | undefined>;
  /** It is written down: nothing here knows it any more. */
  forget(): void;
  dispose(): void;
}

/** Holds the newest secret in memory alone. One that came for somebody who then became a kiosk is not shown. */
export function createSecretKeeper(
  state: Pick<MatrixState, "secrets" | "me">,
  onSecret: () => void,
): SecretKeeper {
  const shown = createStore<SessionSecret | undefined>(undefined);
  const forget = () => shown.set(undefined);
  const undo = [
    state.secrets.subscribe((secret) => {
      if (state.me.get().role === "kiosk") return;
      shown.set(secret);
      onSecret();
    }),
    state.me.subscribe(() => {
      if (state.me.get().role === "kiosk") forget();
    }),
  ];
  return {
    shown,
    forget,
    dispose() {
      for (const stop of undo) stop();
      forget();
    },
  };
}
