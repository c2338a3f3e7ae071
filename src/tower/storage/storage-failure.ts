import { statfsSync } from "node:fs";
import { RefusalError } from "../../protocol/refusal.ts";

/** Primary result codes of SQLite that speak of the machine, not of a mistake in the program: sqlite.org/rescode.html */
const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  AUTH: 23,
  NOTADB: 26,
} as const;
const ENVIRONMENT: ReadonlySet<number> = new Set(Object.values(SQLITE));

/** The primary result code of an error thrown by `node:sqlite`; `undefined` for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return error.errcode & 0xff;
}

/** Whether another connection holds the lock that was asked for. */
export const isBusy = (error: unknown): boolean => resultCode(error) === SQLITE.BUSY;

const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** The operating system's own codes, such as EROFS; Node's begin with ERR_ and speak of the program. */
const SYSTEM_CALL = /^E[A-Z0-9]+$/;

const ELSEWHERE = "or set DATA_DIR to another folder";

/** A disk with less room than this, in bytes, cannot take what SQLite makes when it opens a database. */
const LEAST_ROOM = 64 * 1024;

function hasNoRoom(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize < LEAST_ROOM;
}

const full = (directory: string): string =>
  `The disk that holds ${directory} is full. Free some space, ${ELSEWHERE}.`;

function startSentence(error: unknown, directory: string): string | undefined {
  const system = systemCode(error);
  const sqlite = resultCode(error);
  if (system === "ENOSPC" || system === "EDQUOT" || sqlite === SQLITE.FULL) return full(directory);
  if (system === "ENOTDIR" || system === "EEXIST" || system === "EISDIR")
    return `${directory} is not a folder the tower can use: a file is in its place. Move it away, ${ELSEWHERE}.`;
  if (sqlite === SQLITE.CORRUPT || sqlite === SQLITE.NOTADB)
    return `The database in ${directory} is damaged or is not a tower's. Restore a backup, ${ELSEWHERE}.`;
  if (sqlite === SQLITE.BUSY || sqlite === SQLITE.LOCKED)
    return `Another program has the database in ${directory} open for writing. Close it, ${ELSEWHERE}.`;
  // A file that cannot grow is reported as a failed write.
  if (sqlite === SQLITE.IOERR && hasNoRoom(directory)) return full(directory);
  if (sqlite === SQLITE.IOERR)
    return `The disk that holds ${directory} failed to read or write. Check it and its free space, ${ELSEWHERE}.`;
  if (SYSTEM_CALL.test(system ?? "") || (sqlite !== undefined && ENVIRONMENT.has(sqlite)))
    return `The tower cannot write to ${directory}. Make it writable for this user, ${ELSEWHERE}.`;
  return undefined;
}

/**
 * What went wrong while opening `directory`, as a refusal for the person who starts the tower. A mistake in the
 * program (a syntax error, a broken constraint) is given back as it is.
 */
export function startFailure(error: unknown, directory: string): unknown {
  if (error instanceof RefusalError) return error;
  const sentence = startSentence(error, directory);
  return sentence === undefined ? error : new RefusalError("storage_unavailable", sentence, { cause: error });
}

/**
 * What went wrong in a statement, as a refusal that may be shown to anybody: it names no path of the machine,
 * the cause carries the rest. A mistake in the program is given back as it is.
 */
export function runtimeFailure(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined || !ENVIRONMENT.has(code)) return error;
  const sentence =
    code === SQLITE.FULL
      ? "The tower's disk is full. Nothing was changed; try again once its operator has freed some space."
      : "The tower cannot reach its storage. Nothing was changed; try again later.";
  return new RefusalError("storage_unavailable", sentence, { cause: error });
}
