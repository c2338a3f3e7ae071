import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RefusalError } from "../../protocol/refusal.ts";
import { newSecret } from "./secret.ts";

const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** The operator's secret. */
export interface OperatorToken {
  readonly token: string;
  /** Made just now: it is to be kept, and shown this once. */
  readonly isNew: boolean;
  /** Writes a new token into its file, for this user's eyes only (0600). Does nothing for one that is not new. */
  keep(): Promise<void>;
}

const MIN_LENGTH = 32;

/**
 * The operator's secret: the given one, else the one kept in `<dataDir>/operator-token`, else a new one. A new one is kept only when
 * the caller says so, once it is sure to show it. To be called while holding the directory.
 * Rejects with `storage_unavailable` when the file cannot be read or made, or holds no token.
 */
export async function loadOperatorToken(dataDir: string, given: string | undefined): Promise<OperatorToken> {
  const known = (token: string): OperatorToken => ({ token, isNew: false, keep: async () => {} });
  if (given !== undefined) return known(given);
  const path = join(dataDir, "operator-token");
  const kept = await readKept(path);
  if (kept === undefined) return newToken(path);
  if (kept.length >= MIN_LENGTH) return known(kept);
  throw new RefusalError(
    "storage_unavailable",
    `${path} holds no token of at least ${MIN_LENGTH} characters. Remove the file and a new one is made at the next start.`,
  );
}

async function readKept(path: string): Promise<string | undefined> {
  try {
    await chmod(path, 0o600);
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw unusable(path, error);
  }
}

function newToken(path: string): OperatorToken {
  const token = newSecret();
  return {
    token,
    isNew: true,
    async keep() {
      try {
        await writeFile(path, `${token}\n`, { flag: "wx", mode: 0o600 });
      } catch (error) {
        throw unusable(path, error);
      }
    },
  };
}

const unusable = (path: string, cause: unknown): RefusalError =>
  new RefusalError(
    "storage_unavailable",
    `The operator's token cannot be kept in ${path} (${errorCode(cause) ?? "unknown error"}). Make it writable for this user, or set OPERATOR_TOKEN.`,
    { cause },
  );
