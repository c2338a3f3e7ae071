import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { REFUSALS, type Refusal, RefusalError } from "../../protocol/refusal.ts";

interface Answer extends Refusal {
  readonly status: number;
}

const answer = (code: Refusal["code"], message: string, status: number = REFUSALS[code].status): Answer => ({
  code,
  message,
  status,
});

/** What a failure is to the one who asked. Undefined: the tower's own fault. */
function answerTo(error: FastifyError): Answer | undefined {
  if (error instanceof RefusalError) return answer(error.code, error.message);
  switch (error.code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return answer(
        "unsupported_media_type",
        "Send a JSON body with the header Content-Type: application/json.",
      );
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return answer("frame_too_large", "The body is longer than 64 KiB: send less.");
    case "FST_ERR_BAD_URL":
      return answer("bad_request", "The address is not one: a % stands before something that is no byte.");
    case "FST_ERR_MAX_PARAM_LENGTH":
      return answer("not_found", "There is nothing here.");
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return answer("bad_request", "The body is not JSON.");
    default: {
      const { statusCode = 500 } = error;
      if (statusCode === 403) return answer("forbidden", "This is not to be had here.");
      if (statusCode === 404) return answer("not_found", "There is nothing here.");
      return statusCode >= 400 && statusCode < 500
        ? answer("bad_request", "The tower does not understand the request.", statusCode)
        : undefined;
    }
  }
}

/** Answers what the router itself refuses, before any route or hook is found, in the same form: Fastify's own tells its name. */
export function answerRouterErrors(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const { status, code, message } = answerTo(error) ?? answer("internal", "The tower failed at this.");
  reply.code(status).send({ code, message } satisfies Refusal);
}

/** Makes every failure of a server's routes `{code, message}` with the refusal's status. What a route throws is logged only when it is the tower's fault. */
export function answerRefusals(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const known = answerTo(error);
    if (known === undefined || known.status === 500)
      request.log.error({ err: error, req: request }, "a request failed");
    const { status, code, message } =
      known ?? answer("internal", "The tower failed at this. Nothing was done; try again.");
    return reply.code(status).send({ code, message } satisfies Refusal);
  });
  app.setNotFoundHandler((request, reply) => {
    const { code, message, status } = answer(
      "not_found",
      `There is no ${request.method} ${request.url.split("?")[0]} here.`,
    );
    return reply.code(status).send({ code, message } satisfies Refusal);
  });
}
