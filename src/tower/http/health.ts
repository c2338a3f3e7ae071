import * as v from "valibot";
import { declare } from "./declaration.ts";
import { type AddRoute, answer } from "./route.ts";

const alive = declare({
  id: "isAlive",
  method: "GET",
  path: "/healthz",
  summary: "Says that the event loop turns, and nothing else.",
  tag: "tower",
  callableBy: "anybody",
  answers: { 200: { description: "It turns.", schema: v.object({ status: v.literal("ok") }) } },
  refusals: [],
});

const readiness = declare({
  id: "isReady",
  method: "GET",
  path: "/readyz",
  summary: "Says whether to send anybody here.",
  tag: "tower",
  callableBy: "anybody",
  answers: { 200: { description: "The tower serves.", schema: v.object({ status: v.literal("ready") }) } },
  refusals: ["draining", "storage_unavailable"],
});

/**
 * `/healthz` says that the event loop turns and nothing else: whoever restarts the tower on it must not do so because a disk is
 * slow. `/readyz` says whether to send anybody here; `ready` throws a `RefusalError` with the reason when not.
 */
export function addHealthRoutes(add: AddRoute, ready: () => Promise<void>): void {
  add(alive, () => answer(200, { status: "ok" } as const));
  add(readiness, async () => {
    await ready();
    return answer(200, { status: "ready" } as const);
  });
}
