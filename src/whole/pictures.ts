import type { Browser } from "playwright-core";

/** How much two pictures differ, in steps of 255, after both were made eight times smaller. */
export interface Difference {
  readonly mean: number;
  /** The mean of the square of {@link TILE_PX} that differs most. */
  readonly worstTile: number;
}

/**
 * What two pictures of the same thing may differ by: JPEG alone makes up to 1.6 and 6, and another machine smooths edges otherwise.
 * Two different scenes differ by 4 and 24 at least.
 */
export const TOLERANCE: Difference = { mean: 3, worstTile: 14 };

/** How much smaller the pictures are made before they are compared. */
const REDUCTION = 8;
/** The side of a tile in the pictures as they are. */
const TILE_PX = 64;

export interface Picture {
  readonly type: "image/png" | "image/jpeg";
  readonly content: Buffer;
}

/** Compares pictures in a page of the browser. */
export interface PictureComparer {
  /** Pictures of different sizes differ in everything. */
  compare(one: Picture, other: Picture): Promise<Difference>;
  close(): Promise<void>;
}

export async function createPictureComparer(browser: Browser): Promise<PictureComparer> {
  const page = await browser.newPage();
  const address = ({ type, content }: Picture) => `data:${type};base64,${content.toString("base64")}`;
  return {
    compare: (one, other) =>
      page.evaluate(compareInPage, {
        addresses: [address(one), address(other)] as const,
        reduction: REDUCTION,
        tile: TILE_PX / REDUCTION,
      }),
    close: () => page.close(),
  };
}

/** Runs in the page, so it stands on nothing around it. */
async function compareInPage(options: {
  readonly addresses: readonly [string, string];
  readonly reduction: number;
  readonly tile: number;
}): Promise<{ mean: number; worstTile: number }> {
  const { addresses, reduction, tile } = options;
  const read = async (address: string): Promise<ImageData> => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(image.naturalWidth / reduction);
    canvas.height = Math.ceil(image.naturalHeight / reduction);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no 2D canvas");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  };
  const [one, other] = await Promise.all([read(addresses[0]), read(addresses[1])]);
  if (one.width !== other.width || one.height !== other.height) return { mean: 255, worstTile: 255 };

  const tiles = new Map<string, { sum: number; count: number }>();
  let sum = 0;
  for (let y = 0; y < one.height; y += 1) {
    for (let x = 0; x < one.width; x += 1) {
      const at = (y * one.width + x) * 4;
      let difference = 0;
      for (let channel = at; channel < at + 3; channel += 1) {
        difference += Math.abs((one.data[channel] ?? 0) - (other.data[channel] ?? 0)) / 3;
      }
      sum += difference;
      const key = `${Math.floor(x / tile)}:${Math.floor(y / tile)}`;
      const within = tiles.get(key) ?? { sum: 0, count: 0 };
      tiles.set(key, { sum: within.sum + difference, count: within.count + 1 });
    }
  }
  const means = Array.from(tiles.values(), (within) => within.sum / within.count);
  return { mean: sum / (one.width * one.height), worstTile: Math.max(...means) };
}
