import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** The build names these files after their content: `name-8characters.js`. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$/;
const FOR_EVER = "public, max-age=31536000, immutable";
/** Kept, but asked for anew each time: a new build shows at the next load. */
const ASK_FIRST = "no-cache";

/**
 * Serves the built browser app from `directory`: files that were compressed at build time as they are, names with a hash for
 * ever, all others asked for anew each time. Without a build, the address says so.
 */
export async function serveClient(app: FastifyInstance, directory: string): Promise<void> {
  if (!existsSync(join(directory, "index.html"))) {
    app.get("/", (_request, reply) =>
      reply
        .code(503)
        .type("text/plain; charset=utf-8")
        .send(
          "The browser app has not been built yet. Run npm start, or npx vite build and start the tower again.\n",
        ),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: directory,
    preCompressed: true,
    cacheControl: false,
    decorateReply: false,
    dotfiles: "ignore",
    setHeaders(reply, path) {
      const isHashed = path.includes(`${sep}assets${sep}`) && HASHED.test(path);
      reply.header("cache-control", isHashed ? FOR_EVER : ASK_FIRST);
    },
  });
}
