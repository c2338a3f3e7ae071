/** Builds `avatar.glb`, the figure every agent wears: `node assets/build-avatar.ts`. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CLIPS } from "./avatar/clips.ts";
import { buildFarFigure, buildFigure } from "./avatar/figure.ts";
import { encodeGlb } from "./avatar/glb.ts";

/** The whole file, byte for byte. */
export const buildAvatar = (): Buffer => encodeGlb({ near: buildFigure(), far: buildFarFigure() }, CLIPS);

/** Where the file is kept. */
export const AVATAR_PATH = fileURLToPath(new URL("avatar.glb", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const glb = buildAvatar();
  writeFileSync(AVATAR_PATH, glb);
  const triangles = [buildFigure(), buildFarFigure()].map(({ indices }) => indices.length / 3);
  console.log(`${AVATAR_PATH}: ${glb.length} bytes, ${triangles.join(" and ")} triangles`);
}
