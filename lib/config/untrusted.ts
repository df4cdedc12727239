/**
 * Takes out of a decoded configuration what needs trust and does not have it. An entry is taken out whole: a key of it
 * that is ignored would leave an entry that nobody wrote.
 *
 * @module
 */
import type { Decoded } from "./decode.ts";
import type { Need, NeedingValue } from "./need.ts";
import type { AuthConfig, Entry, IdentityConfig, Problem, ProviderConfig } from "./types.ts";

/** How a file becomes trusted, by this line. */
export const trustHint = (line: string): string => `Read the file; if you agree with it, run \`${line}\``;

/** The same for a whole configuration: always among the hints of what fails for the want of trust. */
export const TRUST_HINT = trustHint("atmos auth trust");

/** The configuration without what is not trusted, and with a notice for each value. */
export function withoutTrust(
  { auth, problems }: Decoded,
  unmet: readonly Need[],
): Pick<Decoded, "auth" | "problems"> {
  if (unmet.length === 0) return { auth, problems };
  const of = (type: Need["unit"]["type"]) => unmet.filter(({ unit }) => unit.type === type);
  const keyring = of("keyring");
  const settings = of("settings");
  const named = (type: "provider" | "identity", name: string) =>
    unmet.filter(({ unit }) => unit.type === type && unit.name === name);
  const trusted: AuthConfig = {
    ...auth,
    isIncomplete: of("file").length > 0,
    realm: settings.length > 0 ? undefined : auth.realm,
    logs: { ...auth.logs, file: of("logs").length > 0 ? undefined : auth.logs.file },
    keyring: { ...auth.keyring, isUntrusted: keyring.length > 0 },
    providers: mapped(auth.providers, (entry) => {
      const needs = [...named("provider", entry.name), ...settings];
      return withheld(entry, "provider", opensKeyring(entry.config) ? [...needs, ...keyring] : needs);
    }),
    identities: mapped(auth.identities, (entry) => {
      const needs = [...named("identity", entry.name), ...settings];
      return withheld(entry, "identity", opensKeyring(entry.config) ? [...needs, ...keyring] : needs);
    }),
  };
  return { auth: trusted, problems: [...problems, ...unmet.flatMap(notices)] };
}

/** Whether using it opens the keyring: for a portal's tokens, or for keys that are not in the configuration. */
function opensKeyring(config: ProviderConfig | IdentityConfig | undefined): boolean {
  return config?.kind === "aws/iam-identity-center" ||
    (config?.kind === "aws/user" && config.keys === undefined);
}

function mapped<Config>(
  entries: ReadonlyMap<string, Entry<Config>>,
  change: (entry: Entry<Config>) => Entry<Config>,
): ReadonlyMap<string, Entry<Config>> {
  return new Map([...entries].map(([name, entry]) => [name, change(entry)]));
}

function withheld<Config extends ProviderConfig | IdentityConfig>(
  entry: Entry<Config>,
  type: "provider" | "identity",
  needs: readonly Need[],
): Entry<Config> {
  if (needs.length === 0) return entry;
  const about = { type, name: entry.name };
  const found = needs.flatMap(({ values }) => values.map((value) => noticeOf(value, true, about)));
  const problems = [...entry.problems, ...found];
  const { config } = entry;
  if (config === undefined) return { ...entry, problems };
  const kind = config.kind === "unsupported" ? config.declaredKind : config.kind;
  const via = "via" in config ? config.via : undefined;
  return { ...entry, config: undefined, isUntrusted: true, problems, declared: { kind, via } };
}

function notices({ unit, values }: Need): readonly Problem[] {
  const about = aboutOf(unit);
  return values.map((value) => noticeOf(value, about?.name !== undefined, about));
}

function aboutOf(unit: Need["unit"]): Problem["about"] {
  if (unit.type === "provider" || unit.type === "identity") return { type: unit.type, name: unit.name };
  return unit.type === "logs" ? { type: "logs" } : undefined;
}

function noticeOf({ path, at, does }: NeedingValue, blocks: boolean, about: Problem["about"]): Problem {
  return {
    severity: "notice",
    code: "untrusted",
    path,
    at,
    reason: `needs trust: ${does}`,
    hint: TRUST_HINT,
    blocks,
    about,
  };
}
