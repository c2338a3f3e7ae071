import type { IncomingMessage } from "node:http";
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";
import type { Doors } from "../access/doors.ts";

/** The only Trusted Types policy: the page's own, for the address of its service worker. */
const TRUSTED_TYPES_POLICY = "sw";

/**
 * Every answer goes out under a policy that lets a page run its own files and talk to its own tower. `connect-src` names the socket
 * too: older Safaris do not count it as part of `'self'`.
 */
export async function addSecurityHeaders(app: FastifyInstance, doors: Doors): Promise<void> {
  const ownSocket = ({ headers: { host } }: IncomingMessage): string =>
    doors.isOwnHost(host) ? `ws://${host} wss://${host}` : "'self'";
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", ownSocket],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: [TRUSTED_TYPES_POLICY],
      },
    },
    // Over plain HTTP browsers ignore it; whoever puts TLS in front decides for the whole host.
    strictTransportSecurity: false,
    referrerPolicy: { policy: "no-referrer" },
  });
}
