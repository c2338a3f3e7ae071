import type { TowerMessage } from "../../protocol/messages.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { publicJob, publicView } from "../../protocol/visibility.ts";
import type { Disposable } from "./inspector-api.ts";
import type { Inspect, Taps } from "./taps.ts";

/** As much of `@statelyai/inspect` 0.7 as is used here: it is not among the project's packages. */
export interface StatelyInspect {
  createBrowserInspector(options: {
    readonly sanitizeContext: (context: object) => object;
    readonly sanitizeEvent: (event: TowerMessage) => object;
  }): { readonly inspect: { readonly next: Inspect }; stop(): void };
}

/**
 * Opens Stately's inspector in a window of its own and shows it every job's actor. The window is a page of
 * somebody else's: it gets what everyone may know of a job. Call it from a click, or the browser opens no window.
 */
export function openStately({ createBrowserInspector }: StatelyInspect, taps: Taps): Disposable {
  const { inspect, stop } = createBrowserInspector({
    sanitizeContext: (context) => publicJob(context as JobRecord),
    sanitizeEvent: (event) => publicView(event) ?? { type: event.type },
  });
  const unwatch = taps.watchActors(inspect.next);
  return {
    dispose() {
      unwatch();
      stop();
    },
  };
}
