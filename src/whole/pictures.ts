import type { Browser } from "playwright-core";

/** How much two pictures differ in the squares of {@link TILE_PX} that they are cut into. */
export interface Difference {
  /** The mean difference of luminance, and of colour, in the square in which it is greatest, in steps of 255. */
  readonly light: number;
  readonly color: number;
  /** In how many squares either is more than {@link LIMITS}. */
  readonly tiles: number;
  /** Where the first of them is, in CSS px from the top left; undefined where there is none. */
  readonly first: readonly [x: number, y: number] | undefined;
}

/**
 * What the squares of two pictures of the same thing may differ by. Two runs on machines of one kind differ in nothing; a JPEG
 * of 100 kB differs from what it was made of by up to 4 in light and 6 in colour. A figure in another pose differs by 15 to
 * 25 in light, one in another colour by 30 and more.
 */
const LIMITS = { light: 8, color: 9 } as const;

/**
 * In how many squares two pictures of the same thing may differ by more: another processor rounds a thin line to another
 * pixel. Of a few figures in other poses there are ten, of any drawing that is left out many more.
 */
const MOST_TILES = 6;

/** Whether two pictures that differ so show the same. */
export const isSame = ({ tiles }: Difference): boolean => tiles <= MOST_TILES;

/** How much smaller the pictures are made before they are compared. */
const REDUCTION = 2;
/** The side of a square in the pictures as they are: less than a figure's head and shoulders. */
const TILE_PX = 16;

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
        limits: LIMITS,
      }),
    close: () => page.close(),
  };
}

/** Runs in the page, so it stands on nothing around it. */
async function compareInPage(options: {
  readonly addresses: readonly [string, string];
  readonly reduction: number;
  readonly tile: number;
  readonly limits: typeof LIMITS;
}): Promise<Difference> {
  const { addresses, reduction, tile, limits } = options;
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
    // An edge that lies a part of a px elsewhere is no difference.
    context.filter = "blur(1px)";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  };
  const [one, other] = await Promise.all([read(addresses[0]), read(addresses[1])]);
  const { width, height } = one;
  if (width !== other.width || height !== other.height) {
    return { light: 255, color: 255, tiles: Number.MAX_SAFE_INTEGER, first: [0, 0] };
  }

  const columns = Math.ceil(width / tile);
  const count = columns * Math.ceil(height / tile);
  const sums = {
    light: new Float64Array(count),
    color: new Float64Array(count),
    size: new Float64Array(count),
  };
  const add = (to: Float64Array, at: number, value: number) => {
    to[at] = (to[at] ?? 0) + value;
  };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      const by = (channel: number) => (one.data[at + channel] ?? 0) - (other.data[at + channel] ?? 0);
      const [red, green, blue] = [by(0), by(1), by(2)];
      // Luma and chroma of ITU-R BT.601, as JPEG has them.
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      const square = Math.floor(y / tile) * columns + Math.floor(x / tile);
      add(sums.light, square, Math.abs(luma));
      add(sums.color, square, Math.abs(0.564 * (blue - luma)) + Math.abs(0.713 * (red - luma)));
      add(sums.size, square, 1);
    }
  }
  const difference = { light: 0, color: 0, tiles: 0 };
  let first: readonly [number, number] | undefined;
  for (let square = 0; square < count; square += 1) {
    const size = sums.size[square] ?? 1;
    const light = (sums.light[square] ?? 0) / size;
    const color = (sums.color[square] ?? 0) / size;
    difference.light = Math.max(difference.light, light);
    difference.color = Math.max(difference.color, color);
    if (light <= limits.light && color <= limits.color) continue;
    difference.tiles += 1;
    const side = tile * reduction;
    first ??= [(square % columns) * side, Math.floor(square / columns) * side];
  }
  return { ...difference, first };
}
