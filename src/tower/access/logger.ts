import { type DestinationStream, type Logger, pino } from "pino";
import type { LogLevel } from "../config.ts";

/** A URL or address without what may be secret in it: the values of its query. */
export const withoutSecrets = (url: string): string =>
  url.replace(/([?&;][^=&#\s]*=)[^&#\s]*/g, "$1…").replace(/#.*$/, "");

interface LoggedRequest {
  readonly method?: string;
  readonly url?: string;
  readonly ip?: string;
}

/** Names under which a secret could come into a log line, at any of the first two levels. */
const SECRET_NAMES = [
  "token",
  "ownerToken",
  "operatorToken",
  "authorization",
  "preimage",
  "paymentRequest",
  "macaroon",
  "credential",
  "recoveryCode",
] as const;

/**
 * The tower's log: JSON lines. Requests are written without headers and without the values of their query, and fields with
 * a secret's name are blanked.
 */
export function createLogger(level: LogLevel, stream: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "…" },
      serializers: {
        req: ({ method, url, ip }: LoggedRequest) => ({
          method,
          url: withoutSecrets(url ?? ""),
          address: ip,
        }),
        res: ({ statusCode }: { readonly statusCode?: number }) => ({ status: statusCode }),
        err: pino.stdSerializers.errWithCause,
      },
    },
    stream,
  );
}
