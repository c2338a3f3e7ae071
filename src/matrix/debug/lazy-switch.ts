import type { Dock, DockSwitch } from "./dock.ts";
import type { Disposable } from "./inspector-api.ts";
import { NOT_INSTALLED } from "./install.ts";

/**
 * A switch for something that is loaded when it is first opened. `load` is missing when it is not installed; `open` calls
 * `onClosed` when what it opened has closed by itself. Disposing closes it.
 */
export function createLazySwitch<Tools>(
  name: string,
  dock: Pick<Dock, "refresh" | "say">,
  load: (() => Promise<Tools>) | undefined,
  open: (tools: Tools, onClosed: () => void) => Disposable,
): DockSwitch & Disposable {
  let opened: Disposable | undefined;
  let isWanted = false;
  const forget = () => {
    opened = undefined;
    isWanted = false;
    dock.refresh();
  };
  const start = async (loading: Promise<Tools>) => {
    const tools = await loading;
    if (!isWanted || opened !== undefined) return;
    const mine = open(tools, () => {
      // Its end may be told when the next one has long been opened.
      if (opened === mine) forget();
    });
    opened = mine;
  };
  const close = () => {
    const closing = opened;
    forget();
    closing?.dispose();
  };
  return {
    name,
    missing: load === undefined ? NOT_INSTALLED : undefined,
    isOpen: () => isWanted,
    toggle() {
      if (load === undefined) return;
      if (isWanted) {
        close();
        return;
      }
      isWanted = true;
      dock.refresh();
      start(load()).catch((error: unknown) => {
        forget();
        dock.say(`${name} could not be opened: ${String(error)}`);
      });
    },
    dispose: close,
  };
}
