/**
 * A private D-Bus session with a keyring daemon of its own, for tests: nothing of the person's session is touched.
 * Everything that is started is ended by its own handle.
 */
import { createConnection, type Message, messageType } from "dbus-native";
import type { OsStoreHost } from "../../lib/keyring/os_store.ts";
import { openSecretBus } from "../../lib/keyring/secret_bus.ts";
import { secretService } from "../../lib/keyring/system_linux.ts";

export const PASSWORD = "not-a-real-password";

/** The programs that are missing. */
export async function missingPrograms(...names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map((name) => isProgram(name)));
  return names.filter((_, index) => !found[index]);
}

async function isProgram(name: string): Promise<boolean> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const status = await Deno.stat(`${directory}/${name}`).catch((error: Error) => error);
    if (!(status instanceof Error) && status.isFile) return true;
  }
  return false;
}

/** A bus that starts no service by itself. */
const CONFIG = (directory: string) =>
  `<busconfig><type>session</type><listen>unix:dir=${directory}</listen>
<auth>EXTERNAL</auth><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

export interface Session extends AsyncDisposable {
  /** The variables of programs in this session. */
  readonly env: Readonly<Record<string, string>>;
  readonly host: OsStoreHost;
  /** Starts gnome-keyring, with a collection that the password opens. */
  readonly startKeyring: () => Promise<Deno.ChildProcess>;
  /** Ends the bus, as a logout does. */
  readonly endBus: () => void;
  /** What `secret-tool` prints. */
  readonly secretTool: (args: readonly string[], input?: string) => Promise<string>;
}

/** A host with the real clock and only these variables. */
export function realClock(env: Readonly<Record<string, string>>): OsStoreHost {
  return {
    os: "linux",
    env: (name) => env[name],
    now: () => Date.now(),
    sleep: (millis, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, millis);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason);
        }, { once: true });
      }),
  };
}

export async function startSession(): Promise<Session> {
  const home = await Deno.makeTempDir({ prefix: "atmos-keyring-" });
  const config = `${home}/session.conf`;
  await Deno.writeTextFile(config, CONFIG(home));
  const bus = new Deno.Command("dbus-daemon", {
    args: ["--nofork", "--print-address", `--config-file=${config}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const env = {
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: `${home}/data`,
    DBUS_SESSION_BUS_ADDRESS: await firstLine(bus.stdout),
  };
  const children = [bus];
  const host = realClock(env);
  return {
    env,
    host,
    startKeyring: async () => {
      const args = ["--foreground", "--unlock", "--components=secrets", `--control-directory=${home}`];
      const daemon = spawn("gnome-keyring-daemon", args, env, "null");
      children.push(daemon);
      await write(daemon.stdin, PASSWORD);
      await untilReady(host);
      return daemon;
    },
    endBus: () => bus.kill("SIGKILL"),
    secretTool: async (args, input = "") => {
      const tool = spawn("secret-tool", args, env, "piped");
      await write(tool.stdin, input);
      const text = await new Response(tool.stdout).text();
      await tool.status;
      return text;
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children.toReversed()) {
        await end(child);
      }
      await Deno.remove(home, { recursive: true });
    },
  };
}

/** A child that ended by itself cannot be killed. */
async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  await child.status;
}

function spawn(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  stdout: "piped" | "null",
): Deno.ChildProcess {
  return new Deno.Command(program, { args: [...args], env, stdin: "piped", stdout, stderr: "null" }).spawn();
}

async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) return text.trim();
  throw new TypeError("The bus printed no address");
}

async function untilReady(host: OsStoreHost): Promise<void> {
  for (let tries = 20;; tries--) {
    try {
      return await secretService(host, false).ready();
    } catch (error) {
      if (tries === 0) throw error;
      await host.sleep(50);
    }
  }
}

/** Locks the default collection, as a desktop does when its person leaves. */
export async function lockCollection(host: OsStoreHost): Promise<void> {
  using bus = await openSecretBus(host);
  const service = { path: "/org/freedesktop/secrets", interface: "org.freedesktop.Secret.Service" };
  const [path] = await bus.call({ ...service, member: "ReadAlias", signature: "s", body: ["default"] });
  await bus.call({ ...service, member: "Lock", signature: "ao", body: [[path]] });
}

/** A service's replies: by member, the signature and the values. `undefined` leaves a call without an answer. */
export type Replies = (message: Message) => readonly [string, readonly unknown[]] | undefined;

/** Stands on the session's bus as the Secret Service, and answers as it is told. */
export async function fakeService(
  session: Session,
  replies: Replies,
): Promise<AsyncDisposable & { readonly complete: (path: string, dismissed: boolean) => void }> {
  const connection = createConnection({ busAddress: session.env["DBUS_SESSION_BUS_ADDRESS"] ?? "" });
  // Hung up on by the daemon at the end it is no failure; before, whoever waits for this service fails by that.
  const hungUp = new Promise<void>((resolve) => connection.on("error", () => resolve()));
  const serial = { next: 1 };
  const send = (message: Message) => connection.message({ ...message, serial: serial.next++ });
  const ofBus = {
    type: messageType.methodCall,
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
  };
  const named = new Promise<void>((resolve) =>
    connection.on("message", (message) => {
      if (message.replySerial === 2) resolve();
      if (message.type !== messageType.methodCall || message.serial === undefined) return;
      const reply = replies(message);
      if (!reply) return;
      const [signature, body] = reply;
      const value = signature === "" ? {} : { signature, body: [...body] };
      const destination = message.sender ?? "";
      send({ type: messageType.methodReturn, replySerial: message.serial, destination, ...value });
    })
  );
  send({ ...ofBus, member: "Hello" });
  send({ ...ofBus, member: "RequestName", signature: "su", body: ["org.freedesktop.secrets", 0] });
  const isNamed = await Promise.race([named.then(() => true), hungUp.then(() => false)]);
  if (!isNamed) throw new Error("the session bus hung up on the fake service");
  const signal = {
    type: messageType.signal,
    interface: "org.freedesktop.Secret.Prompt",
    member: "Completed",
  };
  return {
    complete: (path, dismissed) =>
      void send({ ...signal, path, signature: "bv", body: [dismissed, ["s", ""]] }),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
