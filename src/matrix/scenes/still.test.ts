import { expect, onTestFinished, test, vi } from "vitest";
import { createHandClock } from "./clock.ts";
import { createStill, keepStill } from "./still.ts";

/** A still whose drawing is written down, on a canvas whose size can be changed. */
function setUp() {
  const clock = createHandClock();
  const log: string[] = [];
  const canvas = { clientWidth: 1000, clientHeight: 700 };
  let drawnAt = "1000x700";
  const still = createStill({
    clock,
    canvas,
    stage: {
      advance: () => {},
      step: () => void log.push(`${clock.elapsed()} ms, ${drawnAt}`),
      scene: { whenReadyAsync: async () => {} },
      engine: {
        resize: () => {
          drawnAt = `${canvas.clientWidth}x${canvas.clientHeight}`;
        },
      },
    },
  });
  return { clock, log, canvas, still };
}

/** Keeps it, with the browser's word on the canvas's size in the test's hand. */
function keep({ still, clock, canvas }: ReturnType<typeof setUp>) {
  let tell = () => {};
  let isWatched = false;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(listener: () => void) {
        tell = listener;
      }
      observe() {
        isWatched = true;
      }
      disconnect() {
        isWatched = false;
      }
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  const faults: unknown[] = [];
  const stop = keepStill(still, clock, canvas as HTMLElement, (error) => faults.push(error));
  return { stop, faults, resized: () => tell(), isWatched: () => isWatched };
}

test("a still ends at its time, drawn at the size that the canvas has got meanwhile", async () => {
  const { still, log, canvas } = setUp();
  const playing = still.play(2_400, Promise.resolve());
  canvas.clientHeight = 410;
  await playing;
  expect(log).toEqual([
    "0 ms, 1000x700",
    "600 ms, 1000x410",
    "1200 ms, 1000x410",
    "1800 ms, 1000x410",
    "2400 ms, 1000x410",
  ]);
});

test("a still that stands follows the canvas's size, and draws nothing for the same size", async () => {
  const it = setUp();
  await it.still.play(0, Promise.resolve());
  const { resized } = keep(it);
  resized();
  it.canvas.clientHeight = 410;
  resized();
  resized();
  expect(it.log).toEqual(["0 ms, 1000x700", "0 ms, 1000x410"]);
});

test("what is tried on a still is played until it is seen, and then it stands again", async () => {
  const it = setUp();
  const { clock, log } = it;
  await it.still.play(0, Promise.resolve());
  const { stop, faults, isWatched } = keep(it);
  const ran: number[] = [];
  clock.setTimer(16, () => ran.push(clock.elapsed()));
  clock.setTimer(5_000, () => ran.push(clock.elapsed()));
  await expect.poll(() => log.at(-1)).toBe("1800 ms, 1000x700");
  expect(ran).toEqual([16]);
  // Once more, until the later one.
  clock.setTimer(3_100, () => {
    throw new Error("failed");
  });
  await expect.poll(() => log.at(-1)).toBe("3600 ms, 1000x700");
  clock.setTimer(0, () => {});
  await expect.poll(() => faults.map(String)).toEqual(["Error: failed"]);
  clock.setTimer(0, () => {});
  await expect.poll(() => ran).toEqual([16, 5_000]);

  stop();
  const before = log.length;
  clock.setTimer(16, () => ran.push(clock.elapsed()));
  await Promise.resolve();
  expect([log.length, ran, isWatched()]).toEqual([before, [16, 5_000], false]);
});
