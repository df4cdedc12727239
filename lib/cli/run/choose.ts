/**
 * Which identity a command is for: the selection's rules, and a question where they leave one.
 *
 * @module
 */
import { candidates, disabledBy, type Question, selectIdentity, type Wish } from "../../chain/select.ts";
import { type AuthConfig, type Entry, type IdentityConfig, isPersistent } from "../../config/types.ts";
import { TRUST_HINT } from "../../config/untrusted.ts";
import { AuthError, isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { GlobalInput } from "../line/globals.ts";
import { keepChoice, lastChoice } from "./last_choice.ts";
import { firstNames } from "../../counting.ts";

/** What the command line and the environment say of the identity. */
export function wishOf(host: Pick<Host, "env">, globals: Pick<GlobalInput, "identity">): Wish {
  return { flag: globals.identity, variable: host.env("ATMOS_IDENTITY") };
}

/** How authentication was switched off, in the user's own words; `undefined` when it was not. */
export function disabledWords(
  host: Pick<Host, "env">,
  globals: Pick<GlobalInput, "identity">,
): string | undefined {
  const wish = wishOf(host, globals);
  switch (disabledBy(wish)) {
    case "flag":
      return `--identity=${String(wish.flag)}`;
    case "variable":
      return `ATMOS_IDENTITY=${wish.variable ?? ""}`;
    case undefined:
      return undefined;
  }
}

/** How a choice is made. */
export interface ChooseOptions {
  /** Whether the next question starts at this answer; `true` when left out. */
  readonly remember?: boolean;
}

/**
 * The name of the identity, as it is written in the configuration.
 *
 * @throws AuthError `identity-ambiguous` when somebody must choose and nobody can be asked, with the candidates;
 *   `interrupted`; and as `selectIdentity`
 */
export async function chooseIdentity(
  host: Host,
  auth: AuthConfig,
  wish: Wish,
  options: ChooseOptions = {},
): Promise<string> {
  const selection = withUnreadHint(auth, () => selectIdentity(auth, wish));
  if (selection.type === "named") return selection.name;
  if (selection.type === "disabled") throw new TypeError("Nothing is chosen when authentication is off");
  return await pick(host, auth, selection, options);
}

/** An identity that is not there may stand in a file that is not read until it is trusted. */
function withUnreadHint<Value>({ isIncomplete }: AuthConfig, choose: () => Value): Value {
  try {
    return choose();
  } catch (error) {
    if (isIncomplete !== true || !isAuthError(error)) throw error;
    throw error.with({ moreHints: [TRUST_HINT] });
  }
}

/** The entries with any of these tags, sorted by name. */
export function taggedIdentities(
  auth: Pick<AuthConfig, "identities">,
  tags: readonly string[],
): readonly Entry<IdentityConfig>[] {
  return [...auth.identities.values()].filter((entry) => tags.some((tag) => entry.tags.includes(tag)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The name of an identity with any of these tags.
 *
 * @throws AuthError `not-found` when there is none; else as {@linkcode chooseIdentity}
 */
export async function chooseTagged(host: Host, auth: AuthConfig, tags: readonly string[]): Promise<string> {
  const tagged = taggedIdentities(auth, tags);
  const [only] = tagged;
  if (only === undefined) throw nobodyTagged(auth, tags);
  if (tagged.length === 1) return only.name;
  const question = `Multiple identities match tags ${tags.join(", ")}. Select one:`;
  return await pick(host, auth, { why: "tagged", question, among: candidates(tagged) }, {});
}

/** The error of tags that no identity has. */
export function nobodyTagged(auth: Pick<AuthConfig, "identities">, tags: readonly string[]): AuthError {
  const known = [...new Set([...auth.identities.values()].flatMap((entry) => entry.tags))].sort();
  return new AuthError("not-found", `Cannot choose an identity: none has the tag ${tags.join(" or ")}`, {
    hints: [known.length === 0 ? "No identity has tags" : `Available tags: ${known.join(", ")}`],
  });
}

async function pick(
  host: Host,
  auth: Pick<AuthConfig, "keyring">,
  { why, question, among }: Question,
  { remember = true }: ChooseOptions,
): Promise<string> {
  const { prompt } = host;
  if (prompt === undefined) throw nobodyToAsk(why, among);
  const { choose } = await import("../../terminal/choose.ts");
  const ask = { prompt, tell: host.tell, screen: host.screen };
  const chosen = await choose(ask, { question, options: among, initial: await lastChoice(host, among) });
  // With a memory keyring nothing is written anywhere.
  if (remember && isPersistent(auth.keyring.type)) await keepChoice(host, chosen);
  return chosen;
}

const MAX_NAMES = 20;

const REASONS: Readonly<Record<Question["why"], string>> = {
  "several-defaults": "several are marked as default",
  "no-default": "none is marked as default",
  "tagged": "several have such a tag",
  "wished": "somebody must choose one",
};

function nobodyToAsk(why: Question["why"], among: readonly string[]): AuthError {
  return new AuthError(
    "identity-ambiguous",
    `Cannot choose an identity: ${REASONS[why]}, and nobody can be asked`,
    {
      hints: [
        "Name one with --identity NAME or ATMOS_IDENTITY",
        `It can be ${firstNames(among, MAX_NAMES)}`,
      ],
    },
  );
}
