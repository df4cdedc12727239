/**
 * `atmos auth logout`: removes what is kept of an identity, a provider, or all of them.
 *
 * @module
 */
import { isOffWord } from "../../../switch.ts";
import { resolveName } from "../../../chain/select.ts";
import type { AuthConfig } from "../../../config/types.ts";
import { AuthError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { SECRET_VARIABLES } from "../../../session_variables.ts";
import { logoutJson, logoutText } from "../../../output/logout.ts";
import { warningText } from "../../../output/problem.ts";
import { styleOf } from "../../../output/style.ts";
import { type Call, command } from "../../../cli/line/command.ts";
import { openContext } from "../../../cli/run/context.ts";
import { outputFormat, text, texts, toggle, usage, type Values } from "../../../cli/line/flags.ts";
import type { GlobalInput } from "../../../cli/line/globals.ts";
import { removeScope } from "./remove.ts";
import { type LogoutScope, type LogoutTarget, scopeOf } from "./scope.ts";
import { somebody } from "../../../cli/run/stored_user.ts";
import { FOR_COMPONENT_FLAGS, wantedComponent } from "../../../cli/line/stack_flag.ts";
import { firstNames, wordFor } from "../../../counting.ts";

const FLAGS = {
  provider: text("NAME", "Log out of a provider and of every identity behind it", { short: "p" }),
  tags: texts("TAG,...", "Log out of the providers with any of these tags"),
  all: toggle("Log out of every provider and IAM user"),
  dryRun: toggle("Show what would be removed, and remove nothing"),
  keychain: toggle("Remove the long-lived keys of IAM users from the keyring, too"),
  format: outputFormat(["text", "json"]),
  force: toggle("Do not ask before long-lived keys are removed"),
  ...FOR_COMPONENT_FLAGS,
} as const;

type Input = Values<typeof FLAGS>;

export const logout = command({
  description: "Remove what is kept of an identity, of a provider with all behind it, or of everything.\n" +
    "Sessions, tokens and browser profiles go; long-lived keys stay, unless --keychain says otherwise.",
  word: "[NAME]",
  examples: [
    ["One identity", "atmos auth logout prod-admin"],
    ["A provider, with every identity behind it", "atmos auth logout --provider my-sso"],
    ["Everything, long-lived keys included", "atmos auth logout --all --keychain"],
    ["Look first", "atmos auth logout --all --dry-run"],
  ],
  flags: FLAGS,
  run: logOut,
});

async function logOut({ host, globals, input, word }: Call<Input>): Promise<number> {
  const wish = wishedTarget(host, globals, input, word);
  await using context = await openContext(host, globals, { component: wantedComponent(input) });
  const auth = context.auth();
  const target = await targetOf(host, auth, wish);
  const scope = await scopeOf(context, target);
  const dryRun = input.dryRun === true;
  const about = { of: wordsFor(target), realm: auth.realm, dryRun };
  if (!dryRun && input.keychain === true && !await mayDropKeys(host, scope, input.force === true)) {
    host.tell("Nothing was removed\n");
    if (input.format === "json") {
      host.write(logoutJson({ ...about, removed: [], remains: [], partial: true }));
    }
    return 0;
  }
  const { removed, remains, failures } = await removeScope(context, scope, {
    dryRun,
    userKeys: input.keychain === true,
  });
  const view = {
    ...about,
    removed,
    remains: [...remains, ...inheritedWords(host)],
    partial: failures.length > 0,
  };
  const [failure, ...others] = failures;
  // The first one ends the command, and is told then.
  const messages = new Set(
    others.map(({ message }) => message).filter((message) => message !== failure?.message),
  );
  for (const message of messages) host.tell(warningText(message, host.screen));
  if (input.format === "json") host.write(logoutJson(view));
  else host.tell(logoutText(view, styleOf(host.screen)));
  if (failure !== undefined) throw failure;
  return 0;
}

/** What the command line and the environment say; nothing is looked up yet. */
type Wish = LogoutTarget | { readonly type: "tags"; readonly tags: readonly string[] } | {
  readonly type: "ask";
  readonly identitiesOnly: boolean;
};

/** @throws AuthError `usage` when several things are named */
function wishedTarget(
  host: Pick<Host, "env">,
  { identity }: Pick<GlobalInput, "identity">,
  { provider, tags, all }: Input,
  word: string | undefined,
): Wish {
  // Switching authentication off is for commands that would use it.
  const flag = typeof identity === "string" && isOffWord(identity) ? undefined : identity;
  const wishes: readonly Wish[] = [
    ...(word === undefined ? [] : [{ type: "identity", name: word } as const]),
    ...(flag === undefined || (word !== undefined && flag === word) ? [] : [flagWish(flag)]),
    ...(provider === undefined ? [] : [{ type: "providers", names: [provider] } as const]),
    ...(tags.length === 0 ? [] : [{ type: "tags", tags } as const]),
    ...(all === true ? [{ type: "all" } as const] : []),
  ];
  const [wish, other] = wishes;
  if (other !== undefined) {
    throw usage("Cannot log out: NAME, --identity, --provider, --tags and --all exclude each other");
  }
  const variable = host.env("ATMOS_IDENTITY") ?? "";
  if (wish !== undefined) return wish;
  return variable === "" || isOffWord(variable)
    ? { type: "ask", identitiesOnly: false }
    : { type: "identity", name: variable };
}

function flagWish(flag: string | true): Wish {
  return flag === true || flag === ""
    ? { type: "ask", identitiesOnly: true }
    : { type: "identity", name: flag };
}

/** @throws AuthError `not-found`, `identity-ambiguous`, `interrupted` */
async function targetOf(host: Host, auth: AuthConfig, wish: Wish): Promise<LogoutTarget> {
  switch (wish.type) {
    case "all":
      return wish;
    case "identity":
      return { type: "identity", name: resolveName(auth.identities, wish.name, "identity") };
    case "providers":
      return {
        type: "providers",
        names: wish.names.map((name) => resolveName(auth.providers, name, "provider")),
      };
    case "tags":
      return { type: "providers", names: taggedProviders(auth, wish.tags) };
    case "ask":
      return await askedTarget(host, choices(auth, wish.identitiesOnly));
  }
}

function taggedProviders({ providers }: AuthConfig, tags: readonly string[]): readonly string[] {
  const names = [...providers.values()].filter((entry) => entry.tags.some((tag) => tags.includes(tag)))
    .map(({ name }) => name);
  if (names.length > 0) return names;
  throw new AuthError("not-found", `Cannot log out: no provider has a tag of ${tags.join(", ")}`, {
    hints: ["Run `atmos auth list --providers` to see what is configured"],
  });
}

type Choices = ReadonlyMap<string, LogoutTarget>;

/** Everything that one can log out of, in the words of the question. */
function choices({ identities, providers }: AuthConfig, identitiesOnly: boolean): Choices {
  const names = [...identities.keys()].sort();
  const one = names.map((name) => [`Identity: ${name}`, { type: "identity", name }] as const);
  if (identitiesOnly) return new Map(one);
  return new Map<string, LogoutTarget>([
    ...one,
    ...[...providers.keys()].sort().map((name) =>
      [`Provider: ${name} (removes all identities)`, { type: "providers", names: [name] }] as const
    ),
    ["All identities (complete logout)", { type: "all" }],
  ]);
}

async function askedTarget(host: Host, among: Choices): Promise<LogoutTarget> {
  const { prompt, tell, screen } = host;
  if (prompt === undefined) throw nobodyToAsk(among);
  if (among.size === 0) throw new AuthError("config-invalid", "Cannot log out: no identity is configured");
  const { choose } = await import("../../../terminal/choose.ts");
  const question = "Choose what to logout from:";
  const answer = await choose({ prompt, tell, screen }, { question, options: [...among.keys()] });
  const target = among.get(answer);
  if (target === undefined) throw new TypeError(`No such choice: ${answer}`);
  return target;
}

const MAX_NAMES = 20;

function nobodyToAsk(among: Choices): AuthError {
  const names = [...among.values()].flatMap((target) => target.type === "identity" ? [target.name] : []);
  return new AuthError(
    "identity-ambiguous",
    "Cannot choose what to log out of: nothing is named, and nobody can be asked",
    {
      hints: [
        "Name an identity, or say --provider NAME or --all",
        names.length === 0 ? undefined : `It can be ${firstNames(names, MAX_NAMES)}`,
      ],
    },
  );
}

/**
 * Whether the long-lived keys may go. Nothing is removed before this is known.
 *
 * @throws AuthError `person-needed`
 */
async function mayDropKeys(host: Host, { users }: LogoutScope, force: boolean): Promise<boolean> {
  if (force || users.length === 0) return true;
  const whose = users.map((name) => JSON.stringify(name)).join(", ");
  const person = somebody(host, "Cannot remove long-lived keys: it must be confirmed", "Say --force");
  const { confirm } = await import("../../../terminal/question.ts");
  return await confirm(person, { question: `Remove the long-lived keys of ${whose} from the keyring?` });
}

function wordsFor(target: LogoutTarget): string {
  switch (target.type) {
    case "identity":
      return target.name;
    case "providers":
      return `${wordFor(target.names.length, "provider")} ${target.names.join(", ")}`;
    case "all":
      return "everything";
  }
}

/** Credentials that somebody has put into this shell, as `eval "$(atmos auth env)"` does. */
function inheritedWords({ env }: Pick<Host, "env">): readonly string[] {
  const names = SECRET_VARIABLES.filter((name) => (env(name) ?? "") !== "");
  return names.length === 0 ? [] : [`in the environment of this shell: ${names.join(", ")}`];
}
