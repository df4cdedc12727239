/**
 * The Secret Service of Linux desktops (GNOME Keyring, KWallet, KeePassXC), over D-Bus.
 *
 * Secrets travel unencrypted ("plain") over the user's session bus: the socket belongs to the user, and the
 * service gives secrets to any of the user's programs that asks.
 *
 * @see the freedesktop.org Secret Service API, draft 0.2
 * @module
 */
import type { AuthError } from "../errors.ts";
import { utf8 } from "./bytes.ts";
import { locked, type OsStore, SERVICE, unavailable } from "./os_store.ts";
import { type BusHost, openSecretBus, type SecretBus } from "./secret_bus.ts";

const ROOT = "/org/freedesktop/secrets";
const INTERFACE = {
  service: "org.freedesktop.Secret.Service",
  collection: "org.freedesktop.Secret.Collection",
  item: "org.freedesktop.Secret.Item",
  properties: "org.freedesktop.DBus.Properties",
} as const;
/** The path that means "no object". */
const NONE = "/";
const UNLOCK = "Unlock it on the desktop (seahorse), or in a terminal: " +
  "gnome-keyring-daemon --replace --unlock --components=secrets, with the password on its standard input.";

/** A bus, and whether a user is present to answer its prompts. */
interface Service {
  readonly bus: SecretBus;
  readonly canAsk: boolean;
}

/**
 * Stores our secrets in the default collection.
 *
 * @param canAsk whether a user is present to answer the service's request to unlock
 */
export function secretService(host: BusHost, canAsk: boolean): OsStore {
  async function using<Result>(work: (service: Service) => Promise<Result>): Promise<Result> {
    using bus = await openSecretBus(host);
    return await work({ bus, canAsk });
  }
  return {
    ready: () => using(async (service) => void await openCollection(service)),
    get: (account) =>
      using(async (service) => {
        const [item] = await findItems(service, account);
        return item === undefined ? undefined : await readItem(service.bus, item);
      }),
    set: (account, text) => using((service) => writeItem(service, account, text)),
    remove: (account) =>
      using(async (service) => {
        const items = await findItems(service, account);
        for (const item of items) await finish(service, await removeItem(service.bus, item));
        return items.length > 0;
      }),
  };
}

/** Opens and unlocks the default collection. */
async function openCollection(service: Service): Promise<string> {
  const collection = await defaultCollection(service.bus) ?? await createCollection(service);
  if (await isLocked(service.bus, collection)) await unlock(service, collection);
  return collection;
}

async function defaultCollection(bus: SecretBus): Promise<string | undefined> {
  const [path] = await bus.call(ofService("ReadAlias", "s", ["default"]));
  const collection = asPath(path);
  return collection === NONE ? undefined : collection;
}

async function createCollection(service: Service): Promise<string> {
  const hint = "Make one on the desktop (seahorse).";
  if (!service.canAsk) throw unavailable("the Secret Service has no default collection", hint);
  const properties = [[`${INTERFACE.collection}.Label`, ["s", "Default keyring"]]];
  const [, prompt] = await service.bus.call(ofService("CreateCollection", "a{sv}s", [properties, "default"]));
  await finish(service, asPath(prompt));
  const collection = await defaultCollection(service.bus);
  if (collection === undefined) throw unavailable("the Secret Service made no default collection", hint);
  return collection;
}

async function isLocked(bus: SecretBus, collection: string): Promise<boolean> {
  const [value] = await bus.call({
    path: collection,
    interface: INTERFACE.properties,
    member: "Get",
    signature: "ss",
    body: [INTERFACE.collection, "Locked"],
  });
  return value === true;
}

async function unlock(service: Service, path: string): Promise<void> {
  if (!service.canAsk) throw locked("it is locked, and nobody can be asked to unlock it", UNLOCK);
  const [, prompt] = await service.bus.call(ofService("Unlock", "ao", [[path]]));
  await finish(service, asPath(prompt));
}

/** Shows the service's prompt, if it has one. */
async function finish({ bus, canAsk }: Service, prompt: string): Promise<void> {
  if (prompt === NONE) return;
  if (!canAsk) throw locked("it has a question, and nobody can be asked", UNLOCK);
  if (!await bus.prompt(prompt)) throw locked("its question was dismissed or could not be shown", UNLOCK);
}

/** Returns an account's items, unlocked. A locked KWallet finds no items, so this unlocks it first. */
async function findItems(service: Service, account: string): Promise<readonly string[]> {
  const found = await search(service.bus, account);
  if (found.unlocked.length > 0) return found.unlocked;
  const [item] = found.locked;
  if (item === undefined) await openCollection(service);
  else await unlock(service, item);
  return (await search(service.bus, account)).unlocked;
}

async function search(bus: SecretBus, account: string) {
  const [unlocked, locked] = await bus.call(
    ofService("SearchItems", "a{ss}", [{ service: SERVICE, account }]),
  );
  return { unlocked: asPaths(unlocked), locked: asPaths(locked) };
}

async function readItem(bus: SecretBus, path: string): Promise<string> {
  const session = await openSession(bus);
  const [secret] = await bus.call({
    path,
    interface: INTERFACE.item,
    member: "GetSecret",
    signature: "o",
    body: [session],
  });
  // (session, parameters, value, content type)
  const value: unknown = Array.isArray(secret) ? secret[2] : undefined;
  if (!(value instanceof Uint8Array)) throw unexpected();
  return new TextDecoder().decode(value);
}

async function writeItem(service: Service, account: string, text: string): Promise<void> {
  const path = await openCollection(service);
  const session = await openSession(service.bus);
  // A dictionary of variants as the library expects it: pairs of a key and a typed value.
  const properties = [
    [`${INTERFACE.item}.Label`, ["s", `Atmos keyring (${account})`]],
    [`${INTERFACE.item}.Attributes`, ["a{ss}", { service: SERVICE, account }]],
  ];
  const secret = [session, [], Array.from(utf8(text)), "text/plain"];
  const [, prompt] = await service.bus.call({
    path,
    interface: INTERFACE.collection,
    member: "CreateItem",
    signature: "a{sv}(oayays)b",
    body: [properties, secret, true],
  });
  await finish(service, asPath(prompt));
}

async function removeItem(bus: SecretBus, path: string): Promise<string> {
  const [prompt] = await bus.call({
    path,
    interface: INTERFACE.item,
    member: "Delete",
    signature: "",
    body: [],
  });
  return asPath(prompt);
}

async function openSession(bus: SecretBus): Promise<string> {
  const [, session] = await bus.call(ofService("OpenSession", "sv", ["plain", ["s", ""]]));
  return asPath(session);
}

function ofService(member: string, signature: string, body: unknown[]) {
  return { path: ROOT, interface: INTERFACE.service, member, signature, body };
}

function asPath(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/")) throw unexpected();
  return value;
}

function asPaths(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw unexpected();
  return value.map(asPath);
}

function unexpected(): AuthError {
  return unavailable("the Secret Service gave an answer that is not in its specification", "Restart it.");
}
