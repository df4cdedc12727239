/**
 * What the commands for IAM users have in common: whose keys, and where they are kept.
 *
 * @module
 */
import { disabledBy, selectIdentity } from "../../chain/select.ts";
import type { IdentityStep } from "../../chain/types.ts";
import type { AuthConfig, UserIdentity } from "../../config/types.ts";
import { AuthError } from "../../errors.ts";
import type { Host, Lock } from "../../host.ts";
import { parseStoredUser, printStoredUser, type StoredUser } from "../../identities/user_keys.ts";
import type { EntryKey, Keyring } from "../../keyring/types.ts";
import { chooseIdentity, wishOf } from "./choose.ts";
import type { Context } from "./context.ts";
import { usage } from "../line/flags.ts";
import type { GlobalInput } from "../line/globals.ts";

/** An IAM user whose keys the keyring keeps. */
export interface KeptUser {
  readonly name: string;
  readonly step: IdentityStep;
  readonly config: UserIdentity;
  readonly keyring: Keyring;
}

/** The same, with what is stored, while no other command changes that. */
export interface HeldUser extends KeptUser {
  /** `undefined`: nothing that this version can read. */
  readonly stored: StoredUser | undefined;
  /** Whether anything is stored, of another version too. */
  readonly isStored: boolean;
  /**
   * Stores a user in the place of what was stored, or removes it.
   *
   * @throws AuthError `failed` when something else is stored by now: it is left alone
   */
  readonly replace: (after: StoredUser | undefined) => Promise<void>;
}

/**
 * Works on what is stored of a user under its lock, which other commands wait for.
 *
 * @param doing completes "Cannot"
 * @throws AuthError as {@linkcode keptUser}; `lock-timeout`
 */
export async function withStoredUser<Result>(
  context: Context,
  globals: GlobalInput,
  doing: string,
  work: (user: HeldUser) => Promise<Result>,
): Promise<Result> {
  const kept = await keptUser(context, globals, doing);
  await using _lock = await lockUser(context, kept.name);
  const key = keyOf(kept.name);
  const known = { text: await kept.keyring.get(key) };
  return await work({
    ...kept,
    stored: known.text === undefined ? undefined : parseStoredUser(known.text),
    isStored: known.text !== undefined,
    replace: async (after) => {
      const text = after === undefined ? undefined : printStoredUser(after);
      if (!await kept.keyring.swap(key, known.text, text)) throw changedMeanwhile(kept.name, doing);
      known.text = text;
    },
  });
}

function changedMeanwhile(name: string, doing: string): AuthError {
  return new AuthError("failed", `Cannot ${doing}: another program changed the stored keys of "${name}"`, {
    hints: ["What it stored was left as it is; run the command again"],
  });
}

/** Removes the long-lived keys of a user; `false` when none were stored. */
export async function removeUser(context: Context, name: string): Promise<boolean> {
  const keyring = await context.stores({ provider: undefined }).keyring();
  await using _lock = await lockUser(context, name);
  return await keyring.remove(keyOf(name));
}

const keyOf = (name: string): EntryKey => ({ purpose: "user-keys", name });

/** Held by whoever changes a user's long-lived keys, from reading them to the end. Before any other lock. */
async function lockUser(context: Context, name: string): Promise<Lock> {
  const thing = `user-keys ${JSON.stringify([context.auth().realm ?? null, name])}`;
  return await context.stores({ provider: undefined }).lock(thing, `the keys of "${name}"`);
}

/**
 * Chooses among the `aws/user` identities and opens the keyring, before anybody is asked for a secret.
 *
 * @param doing completes "Cannot"
 * @throws AuthError `usage` when authentication is switched off; `config-invalid` when there is no such identity, the
 *   one named is of another kind, or atmos.yaml holds its keys; and as the keyring
 */
async function keptUser(context: Context, globals: GlobalInput, doing: string): Promise<KeptUser> {
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
  return { name, step, config, keyring };
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

/** Removes the session that was made with keys which are no longer the user's. */
export async function dropSession(context: Context, { name, step }: KeptUser): Promise<void> {
  const { linksOf } = await import("../../chain/digest.ts");
  const { removeSession } = await import("../../files/aws_files.ts");
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
