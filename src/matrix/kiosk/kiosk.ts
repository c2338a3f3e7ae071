import type { LinkView, Me, Readable } from "../state/model.ts";
import type { Director, DirectorOptions } from "./director.ts";

export interface KioskOptions extends DirectorOptions {
  readonly me: Readable<Me>;
  readonly link: Readable<LinkView>;
  readonly isKiosk: () => boolean;
  /** Fetches the director, which other browsers never need. */
  readonly loadDirector: () => Promise<{ createDirector(options: DirectorOptions): Director }>;
  /** Takes why the director could not be fetched: without it the kiosk shows the wide view. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Has a director move the camera for as long as this browser is a kiosk. One that could not be fetched is tried again
 * when the link comes back. Returns its undo.
 */
export function followKiosk({
  me,
  link,
  isKiosk,
  loadDirector,
  onFault,
  ...options
}: KioskOptions): () => void {
  let director: Director | undefined;
  let isLoading = false;
  let isOver = false;
  let wasLive = link.get().status === "live";
  const isOn = () => !isOver && isKiosk();

  async function open(): Promise<void> {
    isLoading = true;
    try {
      const { createDirector } = await loadDirector();
      if (isOn()) director = createDirector(options);
    } catch (error) {
      onFault(error);
    } finally {
      isLoading = false;
    }
  }

  function follow(): void {
    if (isOn()) {
      if (director === undefined && !isLoading) void open();
    } else {
      director?.dispose();
      director = undefined;
    }
  }

  const undo = [
    me.subscribe(follow),
    link.subscribe(() => {
      const isLive = link.get().status === "live";
      if (isLive && !wasLive) follow();
      wasLive = isLive;
    }),
  ];
  follow();
  return () => {
    isOver = true;
    for (const stop of undo) stop();
    follow();
  };
}
