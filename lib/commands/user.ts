/**
 * What the commands for IAM users have in common: whose keys, and where they are kept.
 *
 * @module
 */
import { disabledBy, selectIdentity } from "../chain/select.ts";
import type { IdentityStep } from "../chain/types.ts";
import type { AuthConfig, UserIdentity } from "../config/types.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { parseStoredUser, printStoredUser, type StoredUser } from "../identities/user_keys.ts";
import type { EntryKey, Keyring } from "../keyring/types.ts";
import { chooseIdentity, wishOf } from "./choose.ts";
import type { Context } from "./context.ts";
import { usage } from "./flags.ts";
import type { GlobalInput } from "./globals.ts";

/** An IAM user whose keys the keyring keeps. */
export interface KeptUser {
  readonly name: string;
  readonly step: IdentityStep;
  readonly config: UserIdentity;
  readonly keyring: Keyring;
  readonly key: EntryKey;
}

/**
 * Chooses among the `aws/user` identities and opens the keyring, before anybody is asked for a secret.
 *
 * @param doing completes "Cannot"
 * @throws AuthError `usage` when authentication is switched off; `config-invalid` when there is no such identity, the
 *   one named is of another kind, or atmos.yaml holds its keys; and as the keyring
 */
export async function keptUser(context: Context, globals: GlobalInput, doing: string): Promise<KeptUser> {
  const { host } = context;
  const wish = wishOf(host, globals);
  if (disabledBy(wish) !== undefined) {
    throw usage(`Cannot ${doing}: authentication is switched off`, "Name the identity with --identity NAME");
  }
  const users = onlyUsers(context.auth());
  if (users.identities.size === 0) {
    throw new AuthError(
      "config-invalid",
      `Cannot ${doing}: the configuration has no identity of the kind aws/user`,
      {
        where: "auth.identities",
        hints: ["Add one: kind: aws/user, with credentials.region"],
      },
    );
  }
  const isNamed = typeof wish.flag === "string" && wish.flag !== "" ||
    wish.flag === undefined && !!wish.variable;
  const name = isNamed
    ? namedUser(context.auth(), [...users.identities.keys()], wish, doing)
    : await chooseIdentity(host, users, wish);
  const [step] = (await context.plan(name)).identities;
  const { config } = step;
  if (config.kind !== "aws/user") throw new TypeError("An aws/user is its own root");
  if (config.keys !== undefined) throw inYaml(name, doing);
  const keyring = await context.stores({ provider: undefined }).keyring();
  return { name, step, config, keyring, key: { purpose: "user-keys", name } };
}

function onlyUsers(auth: AuthConfig): AuthConfig {
  const identities = new Map([...auth.identities].filter(([, { config }]) => config?.kind === "aws/user"));
  return { ...auth, identities };
}

function namedUser(
  auth: AuthConfig,
  users: readonly string[],
  wish: ReturnType<typeof wishOf>,
  doing: string,
): string {
  const selection = selectIdentity(auth, wish);
  if (selection.type !== "named") throw new TypeError("A name was given");
  const config = auth.identities.get(selection.name)?.config;
  if (config === undefined || config.kind === "aws/user") return selection.name;
  throw new AuthError("config-invalid", `Cannot ${doing}: "${selection.name}" is not an aws/user`, {
    where: `auth.identities.${selection.name}.kind`,
    hints: [
      "Only IAM users have long-lived keys of their own",
      `Name one with --identity: ${users.join(", ")}`,
    ],
  });
}

function inYaml(name: string, doing: string): AuthError {
  return new AuthError("config-invalid", `Cannot ${doing}: atmos.yaml holds the keys of "${name}"`, {
    where: `auth.identities.${name}.credentials`,
    hints: [
      "Keys in atmos.yaml beat those in the keyring: remove access_key_id and secret_access_key there first",
    ],
  });
}

/** What is stored of a user; `undefined`: nothing that this version can read. */
export async function readUser({ keyring, key }: KeptUser): Promise<StoredUser | undefined> {
  const text = await keyring.get(key);
  return text === undefined ? undefined : parseStoredUser(text);
}

/** Stores a user. */
export async function writeUser({ keyring, key }: KeptUser, user: StoredUser): Promise<void> {
  await keyring.set(key, printStoredUser(user));
}

/** Removes the session that was made with keys which are no longer the user's. */
export async function dropSession(context: Context, { name, step }: KeptUser): Promise<void> {
  const { linksOf } = await import("../chain/digest.ts");
  const { removeSession } = await import("../files/aws_files.ts");
  const [link] = await linksOf(context.host, { provider: undefined, identities: [step] });
  if (link === undefined) return;
  const files = await context.filesIn(context.directory({ provider: undefined }));
  await removeSession(context.host, files, name, link.digest);
}

/** Where the user's service is spoken to. */
export function placeOf({ step }: KeptUser) {
  return { region: step.region, endpointUrl: step.endpointUrl };
}

/** A person to ask, or the error that says that there is none. */
export function somebody(host: Host, what: string, ...hints: readonly string[]) {
  const { prompt, tell, screen } = host;
  if (prompt !== undefined) return { prompt, tell, screen };
  throw new AuthError("person-needed", `${what}, and nobody can be asked`, { hints });
}
