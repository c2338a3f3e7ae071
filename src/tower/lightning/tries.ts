import * as v from "valibot";

/** Is told that a wallet's settlements cannot be followed: in words, and by what error. Nothing in either can be spent. */
export type Failed = (what: string, error: unknown) => void;

/** How it goes with something that is tried again and again. */
export interface Tries {
  worked(): void;
  failed(error: unknown): void;
}

/** Tells of the first of several failures in a row, and of no other until it worked in between. */
export function createTries(what: string, failed: Failed | undefined): Tries {
  let isFailing = false;
  return {
    worked() {
      isFailing = false;
    },
    failed(error) {
      if (isFailing) return;
      isFailing = true;
      failed?.(what, error);
    },
  };
}

/** Reads a list page by page. */
export interface ListReader<Entry> {
  /** The entries that can be read. One that cannot hides no other. */
  read(page: readonly unknown[]): readonly Entry[];
  /** The list is at its end: it worked if every entry could be read. */
  end(): void;
}

/** Reads a wallet's list of what `schema` describes. `tries` is told of an entry that is something else, and not what it says. */
export function createListReader<Schema extends v.GenericSchema>(
  schema: Schema,
  tries?: Tries,
): ListReader<v.InferOutput<Schema>> {
  let isReadable = true;
  return {
    read(page) {
      return page.flatMap((entry) => {
        const read = v.safeParse(schema, entry);
        if (read.success) return [read.output];
        isReadable = false;
        const at = v.getDotPath(read.issues[0]);
        tries?.failed(new Error(`an entry is not what was expected${at === null ? "" : ` at ${at}`}`));
        return [];
      });
    },
    end() {
      if (isReadable) tries?.worked();
    },
  };
}
