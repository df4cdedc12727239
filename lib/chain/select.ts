/**
 * Which identity is meant: flag, variable and configuration to one answer.
 *
 * @module
 */
import type { AuthConfig, Entry, IdentityConfig } from "../config/types.ts";
import { didYouMean } from "../config/nearest.ts";
import { AuthError } from "../errors.ts";
import { isOffWord } from "../switch.ts";

/** The answer to "which identity?". */
export type Selection =
  | { readonly type: "named"; readonly name: string }
  | { readonly type: "ask" } & Question
  /** Authentication is switched off, by the flag or by the variable. */
  | { readonly type: "disabled"; readonly by: "flag" | "variable" };

/** A person must choose. */
export interface Question {
  /** What leaves a choice: the person wished for one, or the configuration or the tags do not say which. */
  readonly why: "wished" | "no-default" | "several-defaults" | "tagged";
  /** In these words. */
  readonly question: string;
  /** Among these names. */
  readonly among: readonly string[];
}

/** What the command line and the environment say. */
export interface Wish {
  /** The value of `--identity`; `true` or `""` when it was given without one; `undefined` when it was not given. */
  readonly flag: string | true | undefined;
  /** `ATMOS_IDENTITY`; empty counts as not set. */
  readonly variable: string | undefined;
}

/** Whether authentication is off, and by what; needs no configuration. The flag beats the variable. */
export function disabledBy(wish: Wish): "flag" | "variable" | undefined {
  if (typeof wish.flag === "string" && isOffWord(wish.flag)) return "flag";
  if (wish.flag === undefined && wish.variable !== undefined && isOffWord(wish.variable)) return "variable";
  return undefined;
}

/**
 * Chooses: the flag, else the variable, else the only identity, else the only default, else a question.
 *
 * A default, and an only identity, is chosen even where it cannot be used: that is an error, and no question.
 *
 * @throws AuthError `not-found` for an unknown name, with the nearest; `identity-ambiguous` when a name fits two
 *   entries that differ in case; `config-invalid` when there is no identity at all, or none to ask about
 */
export function selectIdentity(auth: AuthConfig, wish: Wish): Selection {
  const by = disabledBy(wish);
  if (by !== undefined) return { type: "disabled", by };
  const all = [...auth.identities.values()];
  if (all.length === 0) {
    throw new AuthError("config-invalid", "Cannot choose an identity: the configuration has none", {
      where: "auth.identities",
      hints: ["Add an entry below `auth.identities` in atmos.yaml"],
    });
  }
  if (wish.flag === true || wish.flag === "") {
    return { type: "ask", why: "wished", question: "Select an identity:", among: candidates(all) };
  }
  const name = wish.flag ?? (wish.variable === "" ? undefined : wish.variable);
  if (name !== undefined) return { type: "named", name: resolveName(auth.identities, name, "identity") };
  return selectDefault(all);
}

function selectDefault(all: readonly Entry<IdentityConfig>[]): Selection {
  const defaults = all.filter((entry) => entry.isDefault);
  const only = all.length === 1 ? all[0] : defaults.length === 1 ? defaults[0] : undefined;
  if (only !== undefined) return { type: "named", name: only.name };
  return defaults.length > 1
    ? {
      type: "ask",
      why: "several-defaults",
      question: "Multiple default identities found. Please choose one:",
      among: candidates(defaults),
    }
    : {
      type: "ask",
      why: "no-default",
      question: "No default identity configured. Please choose an identity:",
      among: candidates(all),
    };
}

/**
 * Names to choose from, sorted, without what could not be used once it is chosen.
 *
 * @throws AuthError `config-invalid` when nothing is left
 */
export function candidates(entries: readonly Entry<IdentityConfig>[]): readonly string[] {
  const usable = entries.filter(({ config, isUntrusted }) =>
    isUntrusted === true || (config !== undefined && config.kind !== "unsupported")
  );
  if (usable.length > 0) return usable.map(({ name }) => name).sort();
  throw new AuthError("config-invalid", "Cannot choose an identity: none of them can be used", {
    where: "auth.identities",
    hints: ["Run `atmos auth validate --verbose` to see what is wrong with each"],
  });
}

/**
 * The name of an entry as it is written: matched exactly, then without regard to case.
 *
 * @throws AuthError `not-found`, `identity-ambiguous`
 */
export function resolveName(
  entries: ReadonlyMap<string, Entry<unknown>>,
  name: string,
  what: "identity" | "provider",
): string {
  if (entries.has(name)) return name;
  const folded = name.toLowerCase();
  const matches = [...entries.keys()].filter((key) => key.toLowerCase() === folded);
  const [first, second] = matches;
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined) {
    throw new AuthError(
      "identity-ambiguous",
      `Cannot choose the ${what} "${name}": ${
        matches.map((match) => `"${match}"`).join(" and ")
      } differ only in case`,
      { hints: ["Write the name exactly as it stands in the configuration"] },
    );
  }
  throw notFound(entries, name, what);
}

function notFound(
  entries: ReadonlyMap<string, unknown>,
  name: string,
  what: "identity" | "provider",
): AuthError {
  const near = didYouMean(name, [...entries.keys()]);
  const section = what === "identity" ? "auth.identities" : "auth.providers";
  return new AuthError("not-found", `Cannot find the ${what} "${name}": it is not defined in ${section}`, {
    hints: [near, "Run `atmos auth list` to see what is configured"],
  });
}
