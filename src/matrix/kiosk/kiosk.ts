import type { Me, Readable } from "../state/model.ts";
import type { Director, DirectorOptions } from "./director.ts";

export interface KioskOptions extends DirectorOptions {
  readonly me: Readable<Me>;
  /** Whether the page was opened as a kiosk, whatever the tower says that it is. */
  readonly isAsked: boolean;
  /** Fetches the director, which other browsers never need. */
  readonly loadDirector: () => Promise<{ createDirector(options: DirectorOptions): Director }>;
  /** Takes why the director could not be fetched: without it the kiosk shows the wide view. */
  readonly onFault: (error: unknown) => void;
}

/** Has a director move the camera for as long as this browser is a kiosk. Returns its undo. */
export function followKiosk({ me, isAsked, loadDirector, onFault, ...options }: KioskOptions): () => void {
  let director: Director | undefined;
  let isLoading = false;
  let isOver = false;
  const isKiosk = () => !isOver && (isAsked || me.get().role === "kiosk");

  async function open(): Promise<void> {
    isLoading = true;
    try {
      const { createDirector } = await loadDirector();
      if (isKiosk()) director = createDirector(options);
    } catch (error) {
      onFault(error);
    } finally {
      isLoading = false;
    }
  }

  function follow(): void {
    if (isKiosk()) {
      if (director === undefined && !isLoading) void open();
    } else {
      director?.dispose();
      director = undefined;
    }
  }

  const stop = me.subscribe(follow);
  follow();
  return () => {
    isOver = true;
    stop();
    follow();
  };
}
