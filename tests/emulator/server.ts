import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Bytes, decodeText } from "./encoding.ts";

/** One request, read to its end. */
export interface Incoming {
  method: string;
  url: URL;
  /** The query as it was sent: what SigV4 signs. */
  rawQuery: string;
  headers: Headers;
  body: Bytes;
  /** `body` as UTF-8. */
  text: string;
}

/** What goes back; the last three are what broken networks do. */
export type Answer =
  | { kind: "response"; response: Response }
  | { kind: "truncated"; response: Response }
  | { kind: "closed" }
  | { kind: "silent" };

export interface Listener {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Cuts every connection, the unanswered ones too, and waits for the calls that are being worked on. */
  close(): Promise<void>;
}

/**
 * An HTTP/1.1 listener on 127.0.0.1. Built on node:http rather than Deno.serve, because only there
 * can a handler close a connection without an answer. Throws RangeError when the port is taken.
 */
export async function listen(
  port: number,
  answer: (incoming: Incoming) => Answer | Promise<Answer>,
): Promise<Listener> {
  const underWay = new Set<Promise<void>>();
  const server = createServer((message, reply) => {
    const call = read(message).then(answer).then((result) => send(reply, result)).catch((cause: unknown) => {
      if (!reply.headersSent) reply.writeHead(500, { "content-type": "text/plain" });
      reply.end(`emulator failure: ${cause instanceof Error ? cause.stack : String(cause)}`);
    }).finally(() => underWay.delete(call));
    underWay.add(call);
  });
  // A client may wait longer between two polls than node's five seconds, and then reuse its connection.
  server.keepAliveTimeout = 0;
  const bound = await new Promise<number>((resolve, reject) => {
    server.once(
      "error",
      (cause) => reject(new RangeError(`cannot listen on 127.0.0.1:${port}: ${cause.message}`, { cause })),
    );
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new TypeError("no TCP port"));
      else resolve(address.port);
    });
  });
  return {
    url: `http://127.0.0.1:${bound}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      // The client of a call that is cut off knows its end before the work for it is done.
      await Promise.all(underWay);
    },
  };
}

async function read(message: IncomingMessage): Promise<Incoming> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const body = new Uint8Array(await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer());
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? "");
  }
  const target = message.url ?? "/";
  const mark = target.indexOf("?");
  return {
    method: message.method ?? "GET",
    url: new URL(target, `http://${headers.get("host") ?? "127.0.0.1"}`),
    rawQuery: mark < 0 ? "" : target.slice(mark + 1),
    headers,
    body,
    text: decodeText(body),
  };
}

async function send(reply: ServerResponse, answer: Answer): Promise<void> {
  if (answer.kind === "silent") return;
  if (answer.kind === "closed") {
    reply.socket?.destroy();
    return;
  }
  const { response } = answer;
  const body = new Uint8Array(await response.arrayBuffer());
  for (const [name, value] of response.headers) reply.appendHeader(name, value);
  if (answer.kind === "truncated") {
    // A body that promises more than it brings: the status arrives, then the connection ends.
    reply.setHeader("content-length", String(body.length + 1));
    reply.writeHead(response.status);
    reply.write(body.subarray(0, body.length >> 1), () => reply.socket?.destroy());
    return;
  }
  reply.setHeader("content-length", String(body.length));
  reply.writeHead(response.status);
  reply.end(body);
}
