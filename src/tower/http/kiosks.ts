import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import { refuse } from "../../protocol/refusal.ts";
import type { Kiosks } from "../access/kiosks.ts";
import { parseBody } from "./body.ts";
import type { Callers } from "./callers.ts";

const NewKiosk = v.strictObject({ label: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)) });
const Params = v.object({ id: v.pipe(v.string(), v.maxLength(64)) });

/** What the kiosks' routes ask of the rest of the tower. */
export interface KioskRoutesOptions {
  readonly callers: Callers;
  readonly kiosks: Kiosks;
  /** Ends the connections that a revoked token opened. */
  dropKiosk(kioskId: string): void;
}

/** The routes by which operators hang up unattended screens and take them down. */
export function addKioskRoutes(
  app: FastifyInstance,
  { callers, dropKiosk, kiosks }: KioskRoutesOptions,
): void {
  app.get("/kiosks", async (request) => {
    await callers.operator(request);
    return { kiosks: await kiosks.list() };
  });

  app.post("/kiosks", async (request, reply) => {
    await callers.operator(request);
    const { label } = parseBody(NewKiosk, request.body);
    return reply.code(201).send(await kiosks.create(label));
  });

  app.post("/kiosks/:id/revoke", async (request) => {
    await callers.operator(request);
    const { id } = v.parse(Params, request.params);
    if (!(await kiosks.revoke(id))) refuse("not_found", "There is no such kiosk.");
    dropKiosk(id);
    return { kioskId: id };
  });
}
