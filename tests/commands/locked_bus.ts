/** A session bus with a Secret Service whose keyring is locked, and that nobody unlocks. */
import { createServer } from "node:net";
import { createConnection, type DBusConnection, type Message, messageType } from "dbus-native";

const COLLECTION = "/org/freedesktop/secrets/collection/login";

/** What the service answers, by the member that is called. */
const ANSWERS: Readonly<Record<string, Pick<Message, "signature" | "body">>> = {
  Hello: { signature: "s", body: [":1.1"] },
  ReadAlias: { signature: "o", body: [COLLECTION] },
  Get: { signature: "v", body: [["b", true]] },
  SearchItems: { signature: "aoao", body: [[], []] },
};

export interface LockedBus extends AsyncDisposable {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string;
}

export async function startLockedBus(): Promise<LockedBus> {
  const directory = await Deno.makeTempDir({ prefix: "atmos-bus-" });
  const connections: DBusConnection[] = [];
  const server = createServer((stream) => {
    const connection = createConnection({ stream, server: true });
    connections.push(connection);
    connection.on("message", ({ type, member = "", serial = 0 }: Message) => {
      const answer = ANSWERS[member];
      if (type !== messageType.methodCall || answer === undefined) return;
      connection.message({ type: messageType.methodReturn, serial: 1, replySerial: serial, ...answer });
    });
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(`${directory}/bus`, () => resolve());
  await listening;
  return {
    address: `unix:path=${directory}/bus`,
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.stream.destroy();
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => close());
      await closed;
      await Deno.remove(directory, { recursive: true });
    },
  };
}
