import { refuse } from "../../protocol/refusal.ts";

/** Everything that follows one wallet, so that closing the wallet ends it. */
export interface Followings {
  /** Keeps what `start` began until its undo, which is returned. Refuses with `wallet_unavailable` once all was ended. */
  follow(start: () => () => void): () => void;
  endAll(): void;
}

export function createFollowings(): Followings {
  const undos = new Set<() => void>();
  let isOver = false;
  return {
    follow(start) {
      if (isOver) return refuse("wallet_unavailable", "The wallet is closed.");
      const undo = start();
      undos.add(undo);
      return () => {
        undos.delete(undo);
        undo();
      };
    },
    endAll() {
      isOver = true;
      for (const undo of undos) undo();
      undos.clear();
    },
  };
}
