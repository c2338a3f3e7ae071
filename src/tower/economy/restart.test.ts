import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { msat } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import type { PlayWallet } from "../lightning/play/play-wallet.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { createTestBrain } from "./testing/brain.ts";
import { createTestClock } from "./testing/clock.ts";
import { ANNA, openTestEconomy } from "./testing/economy.ts";
import { createOutside } from "./testing/outside.ts";

const MINUTE = 60_000;

test("a tower that was down for longer than an agent may take lets the agent try again", async () => {
  const directory = temporaryDirectory();
  const clock = createTestClock();
  const brain = createTestBrain();
  brain.behaviour = { evaluate: "hang" };
  const before = await openTestEconomy(directory, { clock, brain });
  const jobId = await before.request(ANNA);
  await before.pay(ANNA, jobId, "eval");
  await before.abandon();

  clock.advance(5 * MINUTE);
  brain.behaviour = {};
  const after = await openTestEconomy(directory, { clock, brain });
  const offered = await after.until(jobId, (job) => job.phase !== "evaluating");
  expect(offered.phase).toBe("awaiting_work_payment");
  await after.close();
});

test("an agent that hangs after a restart is still stopped in time", async () => {
  const directory = temporaryDirectory();
  const clock = createTestClock();
  const brain = createTestBrain();
  brain.behaviour = { evaluate: "hang" };
  const before = await openTestEconomy(directory, { clock, brain });
  const jobId = await before.request(ANNA);
  await before.pay(ANNA, jobId, "eval");
  await before.abandon();

  clock.advance(5 * MINUTE);
  const after = await openTestEconomy(directory, { clock, brain });
  expect((await after.economy.job(jobId))?.phase).toBe("evaluating");
  clock.advance(MINUTE + 1);
  const ended = await after.until(jobId, (job) => job.phase === "closed");
  expect(ended).toMatchObject({ outcome: "failed", refund: "owed", owedSats: 10 });
  await after.close();
});

test("books that the wallet does not agree with are reported at the start", async () => {
  const directory = temporaryDirectory();
  const before = await openTestEconomy(directory);
  await before.pay(ANNA, await before.request(ANNA), "eval");
  await before.close();
  expect(before.failures).toEqual([]);

  for (const end of ["", "-wal", "-shm"]) rmSync(join(directory, `play-wallet.db${end}`), { force: true });
  const after = await openTestEconomy(directory);
  expect(after.failures).toEqual(["checking the books: Error: These must be zero: walletGapMsat -10000."]);
  await after.close();
});

test("a tower that goes down waits for what it asks the wallet, and credits what it hears", async () => {
  const directory = temporaryDirectory();
  const clock = createTestClock();
  const outside = createOutside();
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const before = await openTestEconomy(directory, {
    clock,
    outside,
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        async lookupInvoice(paymentHash) {
          asked.resolve();
          await gate.promise;
          return wallet.lookupInvoice(paymentHash);
        },
      }),
    },
  });
  const job = await before.until(await before.request(ANNA), () => true);
  const { paymentHash } = decodeInvoice(job.evalInvoice?.paymentRequest ?? "");
  outside.pay(paymentHash, { amount: msat(10_000n), at: clock.now() });
  clock.advance(30_000);
  await asked.promise;
  let isClosed = false;
  const closed = before.close().then(() => {
    isClosed = true;
  });
  // Nothing else holds it up: it would be closed long before so many turns are over.
  for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  gate.resolve();
  await closed;
  expect(before.failures).toEqual([]);

  const after = await openTestEconomy(directory, { clock, outside });
  expect(await after.until(job.jobId, ({ workInvoice }) => workInvoice !== undefined)).toMatchObject({
    owedSats: 0,
  });
  const settled = await after.database.read((sql) =>
    sql.all("SELECT seq FROM fact WHERE type = 'invoice_settled'"),
  );
  expect(settled).toHaveLength(1);
  await after.close();
});

test("a wallet that does not answer keeps no tower from starting again, but from its first start, and is named", async () => {
  const directory = temporaryDirectory();
  let isDown = true;
  const wrap = {
    wallet: (wallet: PlayWallet): PlayWallet => ({
      ...wallet,
      async balance() {
        if (isDown) throw new Error("connect ECONNREFUSED");
        return wallet.balance();
      },
    }),
  };
  await expect(openTestEconomy(directory, { isReal: true, wrap })).rejects.toThrow(
    /what the lnd wallet holds/,
  );
  isDown = false;
  const first = await openTestEconomy(directory, { isReal: true, wrap });
  await first.close();

  isDown = true;
  const again = await openTestEconomy(directory, { isReal: true, wrap });
  expect(again.failures).toEqual(["checking the books: Error: connect ECONNREFUSED"]);
  await again.request(ANNA);
  await again.close();
});
