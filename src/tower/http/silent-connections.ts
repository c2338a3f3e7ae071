import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Ends the connections that have not asked for anything when the server closes. Browsers open some ahead of their need; Node does not
 * count them as idle, and would wait minutes for each.
 */
export function dropSilentConnections(app: FastifyInstance): void {
  const silent = new Set<Socket>();
  const spoke = ({ socket }: { readonly socket: Socket }) => silent.delete(socket);
  app.server.on("connection", (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  app.server.on("request", spoke);
  app.server.on("upgrade", spoke);
  app.addHook("preClose", async () => {
    for (const socket of silent) socket.destroy();
  });
}
