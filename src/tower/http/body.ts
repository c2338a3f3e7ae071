import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import { RefusalError, refuse } from "../../protocol/refusal.ts";
import { sentenceOf } from "../../protocol/sentence.ts";

/**
 * Reads JSON bodies and no others, so that every other Content-Type is refused: a form or plain text is what a page of
 * somebody else's can send without asking. No body at all is an empty object.
 */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") return done(null, {});
    parse(request, body as string, (error, value) => {
      if (error) done(new RefusalError("bad_request", "The body is not JSON.", { cause: error }), undefined);
      else done(null, value);
    });
  });
}

/** A part of a request as its schema says, or `bad_request` with what is wrong with the first field that is. */
export function parseInput(
  schema: v.GenericSchema,
  input: unknown,
  refused: (sentence: string) => never = (sentence) => refuse("bad_request", sentence),
): unknown {
  // Valibot takes a list for an object without fields.
  if (Array.isArray(input) && schema.expects === "Object") return refused("it must be an object.");
  const parsed = v.safeParse(schema, input, { abortEarly: true });
  return parsed.success ? parsed.output : refused(sentenceOf(parsed.issues));
}
