import { refuse } from "../../protocol/refusal.ts";

/** What a request says of where it comes from and where it wants to go. */
export interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/** Checks a request's Host and Origin before anything is done for it. */
export interface Doors {
  /** Throws `forbidden` with a sentence that names the header and the setting. */
  check(headers: Headers): void;
  /** Whether the Host header names this tower. */
  isOwnHost(host: string | undefined): host is string;
}

const nameOf = (host: string): string => host.replace(/:\d+$/, "");
const quoted = (text: string): string => JSON.stringify(text.slice(0, 120));

/**
 * A page of somebody else's must not reach the tower through a visitor's browser: neither from its own origin (Origin), nor by
 * a name that it points at this machine (Host: DNS rebinding). Programs send no Origin and are let in; what they may do is for
 * their token to say. An entry of `allowedHosts` without a port stands for every port.
 */
export function createDoors(allowedHosts: readonly string[], allowedOrigins: readonly string[]): Doors {
  const hosts = new Set(allowedHosts);
  const origins = new Set(allowedOrigins);

  function isOwnHost(host: string | undefined): host is string {
    const asked = host?.toLowerCase();
    return asked !== undefined && (hosts.has(asked) || hosts.has(nameOf(asked)));
  }
  const isOwnOrigin = (origin: string): boolean =>
    /^https?:\/\//.test(origin) && URL.canParse(origin) && isOwnHost(new URL(origin).host);

  return {
    isOwnHost,
    check({ host, origin }) {
      if (!isOwnHost(host))
        refuse(
          "forbidden",
          `This tower does not answer to the host ${quoted(host ?? "")}. Its operator can add it to ALLOWED_HOSTS.`,
        );
      if (origin !== undefined && !origins.has(origin) && !isOwnOrigin(origin))
        refuse(
          "forbidden",
          `Pages of ${quoted(origin)} may not use this tower. Its operator can add it to ALLOWED_ORIGINS.`,
        );
    },
  };
}
