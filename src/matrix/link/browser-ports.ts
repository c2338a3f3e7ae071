import { newId } from "./new-id.ts";
import type { LinkPorts, Page } from "./ports.ts";

/** The page that the link runs in. A page may come back by `pageshow` alone, without `visibilitychange`. */
const browserPage: Page = {
  isHidden: () => document.hidden,
  onWake(listener) {
    const undo = new AbortController();
    const { signal } = undo;
    const wake = () => {
      if (!document.hidden) listener();
    };
    document.addEventListener("visibilitychange", wake, { signal });
    window.addEventListener("pageshow", wake, { signal });
    window.addEventListener("online", wake, { signal });
    return () => undo.abort();
  },
};

/** The link's ports in a real browser. */
export const browserPorts: LinkPorts = {
  openSocket(url, { onFrame, onClose }) {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => onFrame(data);
    socket.onclose = ({ code, reason }) => onClose(code, reason);
    return { send: (text) => socket.send(text), close: () => socket.close(1000) };
  },
  now: () => Date.now(),
  setTimer: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  newId: () =>
    newId({
      ...(isSecureContext && { randomUUID: () => crypto.randomUUID() }),
      getRandomValues: (bytes) => crypto.getRandomValues(bytes),
    }),
  page: browserPage,
};
