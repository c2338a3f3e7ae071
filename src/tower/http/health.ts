import type { FastifyInstance } from "fastify";

/**
 * `/healthz` says that the event loop turns and nothing else: whoever restarts the tower on it must not do so because a disk is
 * slow. `/readyz` says whether to send anybody here; `ready` throws a `RefusalError` with the reason when not.
 */
export function addHealthRoutes(app: FastifyInstance, ready: () => Promise<void>): void {
  app.get("/healthz", (_request, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    await ready();
    return reply.header("cache-control", "no-store").send({ status: "ready" });
  });
}
