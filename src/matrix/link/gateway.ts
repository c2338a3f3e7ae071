/** Where the tower is, or why this page has none. */
export type Gateway =
  | { readonly kind: "tower"; readonly url: string }
  | { readonly kind: "none"; readonly reason: string };

/** The path that every tower serves the protocol at. */
const GATEWAY_PATH = "/ws/matrix";

const none = (reason: string): Gateway => ({ kind: "none", reason });

/**
 * Finds the tower: the address that was built in, or else the page's own origin. `off` builds a page without one.
 * A built-in address may be `ws:`, `wss:`, `http:` or `https:`; without a path it gets the protocol's.
 */
export function findGateway(builtIn: string | undefined, page: { readonly href: string }): Gateway {
  const wanted = builtIn?.trim() ?? "";
  if (wanted.toLowerCase() === "off") return none("This page was built to stand alone: it has no tower.");
  const url = parse(wanted === "" ? GATEWAY_PATH : wanted, page.href);
  if (url !== undefined && /^https?:$/.test(url.protocol)) url.protocol = url.protocol.replace("http", "ws");
  if (url === undefined || !/^wss?:$/.test(url.protocol)) {
    return none(
      wanted === ""
        ? "This page was not opened from a tower: open the address that the tower printed."
        : "The address of the tower that was built in is not one: build again with VITE_WS_URL as ws:// or wss://.",
    );
  }
  if (url.pathname === "/") url.pathname = GATEWAY_PATH;
  url.hash = "";
  return { kind: "tower", url: url.href };
}

/** `URL.parse`, which Safari has only from 18 on. */
function parse(url: string, base: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}
