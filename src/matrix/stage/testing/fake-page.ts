/** A page whose state a test writes; as much of a window as the stage asks for. */
export function createFakePage() {
  const query = Object.assign(new EventTarget(), { matches: false });
  const document = Object.assign(new EventTarget(), { hidden: false });
  const page = Object.assign(new EventTarget(), {
    document,
    devicePixelRatio: 1,
    matchMedia: () => query,
  });
  return {
    page: page as unknown as Window,
    setPixelRatio(ratio: number) {
      page.devicePixelRatio = ratio;
    },
    setHidden(isHidden: boolean) {
      document.hidden = isHidden;
      document.dispatchEvent(new Event("visibilitychange"));
    },
    setReducedMotion(isReduced: boolean) {
      query.matches = isReduced;
      query.dispatchEvent(new Event("change"));
    },
    /** Sends an event to the window. */
    send(type: string, more: Record<string, unknown> = {}) {
      page.dispatchEvent(Object.assign(new Event(type), more));
    },
  };
}
