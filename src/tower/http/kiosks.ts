import * as v from "valibot";
import { refuse } from "../../protocol/refusal.ts";
import type { Kiosks } from "../access/kiosks.ts";
import { declare } from "./declaration.ts";
import { type AddRoute, answer } from "./route.ts";

const kiosk = { kioskId: v.string(), label: v.string() };
const noSuchKiosk = { code: "not_found", message: "There is no such kiosk." } as const;

const listKiosks = declare({
  id: "listKiosks",
  method: "GET",
  path: "/api/kiosks",
  summary: "The kiosks that were made and not revoked.",
  tag: "kiosks",
  callableBy: "operator",
  answers: {
    200: { description: "Every kiosk.", schema: v.object({ kiosks: v.array(v.object(kiosk)) }) },
  },
  refusals: [],
});

const makeKiosk = declare({
  id: "makeKiosk",
  method: "POST",
  path: "/api/kiosks",
  summary: "Makes a kiosk and its token.",
  tag: "kiosks",
  callableBy: "operator",
  body: v.pipe(
    v.strictObject({ label: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)) }),
    v.examples([{ label: "Hall" }]),
  ),
  answers: {
    201: {
      description: "The kiosk. Its token is shown this once.",
      schema: v.object({ ...kiosk, token: v.string() }),
    },
  },
  refusals: [],
});

const revokeKiosk = declare({
  id: "revokeKiosk",
  method: "POST",
  path: "/api/kiosks/:id/revoke",
  summary: "Makes a kiosk's token worthless and takes its screens down.",
  tag: "kiosks",
  callableBy: "operator",
  params: v.object({ id: v.pipe(v.string(), v.maxLength(64)) }),
  missing: noSuchKiosk,
  body: v.object({}),
  answers: { 200: { description: "It is revoked.", schema: v.object({ kioskId: v.string() }) } },
  refusals: [],
});

/** What the kiosks' routes ask of the rest of the tower. */
export interface KioskRoutesOptions {
  readonly kiosks: Kiosks;
  /** Ends the connections that a revoked token opened. */
  dropKiosk(kioskId: string): void;
}

/** The routes by which operators hang up unattended screens and take them down. */
export function addKioskRoutes(add: AddRoute, { dropKiosk, kiosks }: KioskRoutesOptions): void {
  add(listKiosks, async () => answer(200, { kiosks: [...(await kiosks.list())] }));

  add(makeKiosk, async ({ body }) => answer(201, await kiosks.create(body.label)));

  add(revokeKiosk, async ({ params: { id } }) => {
    if (!(await kiosks.revoke(id))) refuse(noSuchKiosk.code, noSuchKiosk.message);
    dropKiosk(id);
    return answer(200, { kioskId: id });
  });
}
