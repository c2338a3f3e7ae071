import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { RefusalError } from "../protocol/refusal.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import { startTower, type Tower } from "./tower.ts";

/** Where the build puts the browser app. */
const CLIENT_DIR = fileURLToPath(new URL("../../dist", import.meta.url));
/** How long a stopping tower may take, in milliseconds, before it gives up. What is unfinished is taken up at the next start. */
const STOP_MS = 15_000;

/** One sentence for what the person can change; the stack only for a mistake of the program's own. */
function explain(error: unknown): string {
  if (error instanceof RefusalError) return error.message;
  return `The tower could not start. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Stops on the first signal, and leaves at once on the second. */
function stopOnSignals(tower: Tower): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    const impatient = setTimeout(() => {
      process.stderr.write("The tower did not come to rest in time and stops as it is.\n");
      process.exit(1);
    }, STOP_MS);
    tower.stop().then(
      () => {
        clearTimeout(impatient);
        process.exit(0);
      },
      (error: unknown) => {
        process.stderr.write(`The tower stopped with an error. ${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

try {
  const config = parseConfig(process.env);
  // Standard output is for the lines below alone.
  const log = createLogger(config.logLevel, pino.destination({ fd: 2, sync: true }));
  const tower = await startTower(config, log, CLIENT_DIR);
  stopOnSignals(tower);
  if (tower.newOperatorToken !== undefined)
    process.stdout.write(
      `The operator's link, shown this once: ${tower.address}/#token=${tower.newOperatorToken}\n`,
    );
  const money = tower.wallet === "play" ? "play sats" : `real sats: ${tower.wallet}`;
  process.stdout.write(`The Matrix is at ${tower.address} (${money})\n`);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
