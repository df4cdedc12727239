/**
 * Access to D-Bus: one connection to the session bus, calls with a deadline, and our own errors.
 *
 * Uses `dbus-native`, in plain JavaScript, because a native binding would need FFI, which voids the sandbox.
 * Of the D-Bus packages it is the one with regular releases, one dependency and types. Tested in Deno 2.4 and
 * 2.9 with only these grants: the variables `DBUS_SESSION_BUS_ADDRESS` and `XDG_RUNTIME_DIR`, `sys=uid`
 * (clients authenticate to the bus by user id), read and write access to the socket, and in 2.9 `net=unix:`
 * with the socket's path.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { MessageBus } from "dbus-native";
import { AuthError, isAuthError, messageOf } from "../errors.ts";
import type { Host } from "../host.ts";
import type { EpochMillis } from "../time.ts";
import { DEADLINE_MILLIS, locked, PERSON_MILLIS, unavailable } from "./os_store.ts";
import { within } from "../deadline.ts";

/** The parts of the host that the bus uses. */
export type BusHost = Pick<Host, "env" | "now" | "sleep">;

/** A method to call, and its arguments described by a D-Bus signature. */
export interface Call {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: unknown[];
}

/** A connection to the Secret Service. */
export interface SecretBus extends Disposable {
  /** The values of the reply. */
  readonly call: (call: Call) => Promise<readonly unknown[]>;
  /** Shows a prompt of the service; `false` when it was dismissed or could not be shown. */
  readonly prompt: (path: string) => Promise<boolean>;
}

const SECRETS = "org.freedesktop.secrets";
const PROMPT = "org.freedesktop.Secret.Prompt";
const START = "Log in to a desktop session, or start gnome-keyring or KWallet.";

/**
 * Connects to the session bus.
 *
 * @throws AuthError `keyring-unavailable`, `permission-missing`
 */
export async function openSecretBus(host: BusHost): Promise<SecretBus> {
  const path = busSocket(host.env);
  if (path === undefined) throw unavailable("there is no D-Bus session", START);
  const clock = { until: host.now() + DEADLINE_MILLIS };
  const bus = await connect(path);
  const failure = Promise.withResolvers<never>();
  bus.connection.on("error", failure.reject);
  bus.connection.on("close", () => failure.reject(unavailable("the D-Bus session hung up", START)));

  /** Awaits the work, unless the connection fails or the deadline passes first. */
  async function settled<Result>(
    work: Promise<Result>,
    until: EpochMillis,
    late: () => AuthError,
  ): Promise<Result> {
    try {
      return await within(host, until - host.now(), Promise.race([failure.promise, work]), () => {
        throw late();
      });
    } catch (error) {
      throw explained(error);
    }
  }

  const call = (destination: string, message: Call) =>
    settled(send(bus, destination, message), clock.until, silent);

  async function prompt(path: string): Promise<boolean> {
    const completed = completion(bus, path);
    const rule = `type='signal',interface='${PROMPT}',path='${path}'`;
    await call("org.freedesktop.DBus", ofBus("AddMatch", "s", [rule]));
    await call(SECRETS, { path, interface: PROMPT, member: "Prompt", signature: "s", body: [""] });
    const dismissed = await settled(completed, host.now() + PERSON_MILLIS, unanswered);
    clock.until = host.now() + DEADLINE_MILLIS;
    return !dismissed;
  }

  const end = () => void bus.connection.stream.destroy();
  try {
    await call("org.freedesktop.DBus", ofBus("Hello", "", []));
  } catch (error) {
    end();
    throw error;
  }
  return { call: (message) => call(SECRETS, message), prompt, [Symbol.dispose]: end };
}

async function connect(path: string): Promise<MessageBus> {
  // Use the default export, which works in a bundle too: there the named exports are not known in advance.
  const [{ default: { createClient } }, net] = await Promise.all([import("dbus-native"), import("node:net")]);
  let stream: Socket | undefined;
  try {
    stream = net.connect({ path });
    // `direct` lets us say Hello, and `timeout: 0` lets us set deadlines: if the library handled these, its
    // exceptions would bypass us.
    return createClient({ stream, authMethods: ["EXTERNAL"], direct: true, timeout: 0 });
  } catch (error) {
    // An open socket would keep the program from exiting.
    stream?.destroy();
    throw explained(error);
  }
}

/**
 * Finds the session bus's socket: the first in `DBUS_SESSION_BUS_ADDRESS`, else systemd's default. Ignores
 * addresses that start a program or use the network.
 *
 * @returns a path; one in Linux's abstract namespace begins with NUL
 * @see D-Bus Specification, "Server Addresses"
 */
export function busSocket(env: (name: string) => string | undefined): string | undefined {
  const listed = env("DBUS_SESSION_BUS_ADDRESS");
  if (!listed) {
    const directory = env("XDG_RUNTIME_DIR");
    return directory ? `${directory}/bus` : undefined;
  }
  const [, kind, value = ""] = /(?:^|;)unix:(?:[^;]*,)?(path|abstract)=([^,;]+)/.exec(listed) ?? [];
  if (kind === undefined) return undefined;
  const name = value.replace(
    /%([0-9a-f]{2})/gi,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
  return kind === "abstract" ? `\0${name}` : name;
}

function ofBus(member: string, signature: string, body: unknown[]): Call {
  return { path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", member, signature, body };
}

function send(
  bus: MessageBus,
  destination: string,
  { signature, ...call }: Call,
): Promise<readonly unknown[]> {
  // A message has either both arguments and a signature, or neither.
  const message = { ...call, destination, ...(signature === "" ? { body: [] } : { signature }) };
  return new Promise((resolve, reject) =>
    bus.invoke(
      message,
      (error: unknown, ...values: readonly unknown[]) => error ? reject(error) : resolve(values),
    )
  );
}

/** Resolves when the service reports the prompt's completion, with whether it was dismissed. */
function completion(bus: MessageBus, path: string): Promise<boolean> {
  return new Promise((resolve) =>
    bus.connection.on("message", (message) => {
      if (message.path === path && message.interface === PROMPT && message.member === "Completed") {
        resolve(message.body?.[0] !== false);
      }
    })
  );
}

function silent(): AuthError {
  return unavailable(
    `the Secret Service did not answer within ${DEADLINE_MILLIS / 1000} s`,
    "Restart gnome-keyring or KWallet.",
  );
}

function unanswered(): AuthError {
  return locked(
    "nobody answered its question",
    "Answer the desktop's question, or unlock its keyring beforehand.",
  );
}

/** Turns an error of the bus or the library into ours. */
function explained(error: unknown): AuthError {
  if (isAuthError(error)) return error;
  if (error instanceof Error && error.name === "NotCapable") {
    const message = `Cannot use the system keyring: ${error.message}`;
    return new AuthError("permission-missing", message, { cause: error });
  }
  const name = error instanceof Error ? String(Reflect.get(error, "dbusName") ?? "") : "";
  if (name === "org.freedesktop.Secret.Error.IsLocked") {
    return locked("it is locked", "Unlock the desktop's keyring.", error);
  }
  if (/^org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner|Spawn\..*)$/.test(name)) {
    return unavailable("no Secret Service is running", START, error);
  }
  return unavailable(messageOf(error), START, error);
}
