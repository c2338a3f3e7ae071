import { Agent, request } from "node:http";

/** A request exactly as it goes over the wire: no client tidies its path, adds a header or minds a body. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends the body without saying how long it is. */
  readonly isChunked?: boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true });

/** Sends a request. Of a stream that does not end by itself only the head is read. */
export function ask(origin: URL, { body, headers = {}, isChunked, method, path }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length =
      body === undefined || isChunked ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request({
      agent,
      host: origin.hostname,
      port: origin.port,
      method,
      path,
      headers: { ...headers, ...length },
    });
    let hasAnswer = false;
    sent.on("response", (response) => {
      hasAnswer = true;
      const { statusCode: status = 0 } = response;
      const done = (text: string) => resolve({ status, headers: response.headers, text });
      if (status === 200 && response.headers["content-type"] === "text/event-stream") {
        done("");
        return response.destroy();
      }
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => done(text));
      response.on("error", reject);
    });
    // A server that refuses a body unread may close while it is still being sent: its answer is what counts.
    sent.on("error", (error) => {
      if (!hasAnswer) reject(error);
    });
    sent.end(body);
  });
}
