/**
 * Stands for every host that is not AWS: a web server, and the proxy that leads to all other hosts. It writes down the
 * first bytes of every connection and answers that there is nothing.
 */

export interface Recorder {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What was sent first on each connection; empty when nothing was. */
  readonly heard: string[];
  readonly close: () => Promise<void>;
}

const NOTHING_HERE = new TextEncoder().encode(
  "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
);

export function startRecorder(): Recorder {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard: string[] = [];
  const talks: Promise<void>[] = [];
  const listening = (async () => {
    for await (const connection of listener) talks.push(hear(connection, heard));
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    heard,
    close: async () => {
      listener.close();
      await listening;
      await Promise.all(talks);
    },
  };
}

async function hear(connection: Deno.Conn, heard: string[]): Promise<void> {
  const at = heard.push("") - 1;
  try {
    const buffer = new Uint8Array(65_536);
    const length = await connection.read(buffer) ?? 0;
    heard[at] = new TextDecoder().decode(buffer.subarray(0, length));
    await connection.write(NOTHING_HERE);
  } catch (error) {
    // The other side is gone; that it was there is written down.
    if (!(error instanceof Error)) throw error;
  } finally {
    connection.close();
  }
}
