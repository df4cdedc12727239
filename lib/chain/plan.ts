/**
 * From a name to the chain that leads to it: order, cycles, missing names, what fits under what.
 *
 * @module
 */
import type {
  AuthConfig,
  Entry,
  IdentityConfig,
  Problem,
  ProviderConfig,
  RunnableIdentity,
  Via,
} from "../config/types.ts";
import { AuthError, type ErrorCode } from "../errors.ts";
import { chooseDuration } from "./duration.ts";
import { resolveName } from "./select.ts";
import type { ChainPlan, IdentityStep, ProviderStep } from "./types.ts";
import { firstLines, firstNames } from "../counting.ts";

const FALLBACK_REGION = "us-east-1";

interface Walked {
  readonly name: string;
  readonly config: RunnableIdentity;
  readonly inserted: boolean;
}

/**
 * Plans the chain that ends in `target`.
 *
 * @param target the identity's name as it is written in the configuration
 * @throws AuthError `not-found`, `config-invalid`, `variable-unset`, `untrusted` or `unsupported`, with the
 *   configuration path of what is in the way
 */
export function planChain(auth: AuthConfig, target: string): ChainPlan {
  const { walked, root } = walk(auth, target);
  const provider = root === undefined ? undefined : providerStep(auth, root);
  const first = walked[0];
  const chain = provider !== undefined && first !== undefined
    ? [...insertion(auth, provider, first), ...walked]
    : walked;
  if (provider !== undefined && chain[0] !== undefined) assertFits(provider, chain[0]);
  const [head, ...tail] = chain.map((item, index) => identityStep(item, chain.slice(0, index), provider));
  if (head === undefined) throw new TypeError("A chain has at least one identity");
  return { provider, identities: [head, ...tail] };
}

/** Plans a provider alone, as `login --provider` needs it. */
export function planProvider(auth: AuthConfig, name: string): ProviderStep {
  return providerStep(auth, resolveName(auth.providers, name, "provider"));
}

/** The last identity of a plan: what the chain leads to. */
export function targetOf(plan: ChainPlan): IdentityStep {
  return plan.identities.at(-1) ?? plan.identities[0];
}

function walk(
  auth: AuthConfig,
  target: string,
): { readonly walked: readonly Walked[]; readonly root: string | undefined } {
  const walked: Walked[] = [];
  const seen = new Set<string>();
  let name = resolveName(auth.identities, target, "identity");
  while (true) {
    if (seen.has(name)) throw cycle([...seen, name]);
    seen.add(name);
    const config = runnableIdentity(auth, name);
    walked.unshift({ name, config, inserted: false });
    const via: Via | undefined = config.via;
    if (via === undefined) return { walked, root: undefined };
    if ("provider" in via) return { walked, root: via.provider };
    name = via.identity;
  }
}

function cycle(names: readonly string[]): AuthError {
  const last = names.at(-1) ?? "";
  const loop = names.slice(names.indexOf(last));
  const shown = loop.length > 12 ? [...loop.slice(0, 6), "...", ...loop.slice(-5)] : loop;
  return new AuthError("config-invalid", `Cannot plan the chain: ${shown.join(" -> ")} is a cycle`, {
    where: `auth.identities.${last}.via`,
  });
}

function runnableIdentity(auth: AuthConfig, name: string): RunnableIdentity {
  const path = `auth.identities.${name}`;
  const config = usable<IdentityConfig>(auth.identities.get(name), "identity", name, path);
  if (config.kind !== "unsupported") return config;
  throw unsupported(`identity "${name}"`, config.declaredKind, path);
}

function providerStep(auth: AuthConfig, name: string): ProviderStep {
  const path = `auth.providers.${name}`;
  const config = usable<ProviderConfig>(auth.providers.get(name), "provider", name, path);
  if (config.kind !== "unsupported") return { name, config };
  throw unsupported(`provider "${name}"`, config.declaredKind, path);
}

function unsupported(what: string, kind: string, path: string): AuthError {
  return new AuthError(
    "unsupported",
    `Cannot use the ${what}: the kind "${kind}" is not supported by this program`,
    {
      where: `${path}.kind`,
      hints: ["Use Atmos itself for this kind, or another identity here"],
    },
  );
}

function usable<Config>(
  entry: Entry<Config> | undefined,
  what: "identity" | "provider",
  name: string,
  path: string,
): Config {
  if (entry === undefined) {
    throw new AuthError("config-invalid", `Cannot use the ${what} "${name}": it is not defined`, {
      where: path,
    });
  }
  if (entry.config !== undefined) return entry.config;
  throw blocked(what, entry.name, entry.problems.filter((problem) => problem.blocks), path);
}

const CODE_OF_PROBLEM: ReadonlyMap<string, ErrorCode> = new Map([
  ["unset-variable", "variable-unset"],
  ["untrusted", "untrusted"],
]);

/** Problems of one entry that an error shows. */
const MAX_SHOWN = 20;

function blocked(what: string, name: string, problems: readonly Problem[], path: string): AuthError {
  const [first, second] = problems;
  if (first === undefined) {
    return new AuthError("config-invalid", `Cannot use the ${what} "${name}"`, { where: path });
  }
  const code = problems.map((problem) => CODE_OF_PROBLEM.get(problem.code)).find((known) =>
    known !== undefined
  );
  if (second === undefined) {
    return new AuthError(code ?? "config-invalid", `Cannot use the ${what} "${name}": ${first.reason}`, {
      where: first.path,
      at: first.at,
      hints: [first.hint],
    });
  }
  return new AuthError(
    problems.every((problem) => CODE_OF_PROBLEM.get(problem.code) === code) && code !== undefined
      ? code
      : "config-invalid",
    `Cannot use the ${what} "${name}": its configuration has ${problems.length} problems`,
    {
      where: path,
      at: first.at,
      hints: [
        ...firstLines(problems, MAX_SHOWN, (problem) => `${problem.path}: ${problem.reason}`),
        "Run `atmos auth validate` to see every problem with its place",
      ],
    },
  );
}

/**
 * The permission set that an `aws/assume-role` written directly behind Identity Center starts from: the provider's
 * only one, else its only default one. The portal gives no credentials of its own to assume a role with. A blocked one
 * counts: it is what was meant, and using it says what is wrong with it.
 */
function insertion(auth: AuthConfig, provider: ProviderStep, first: Walked): readonly Walked[] {
  if (provider.config.kind !== "aws/iam-identity-center" || first.config.kind !== "aws/assume-role") {
    return [];
  }
  const candidates = permissionSetsOf(auth, provider.name);
  const defaults = candidates.filter((candidate) => candidate.isDefault);
  const chosen = candidates.length === 1 ? candidates[0] : defaults.length === 1 ? defaults[0] : undefined;
  if (chosen === undefined) {
    throw noStart(
      first.name,
      provider.name,
      candidates.map((candidate) => candidate.name),
    );
  }
  return [{ name: chosen.name, config: runnableIdentity(auth, chosen.name), inserted: true }];
}

/** The permission sets of each provider, by its name: looked for once, whatever the number of roles behind them. */
const PERMISSION_SETS = new WeakMap<AuthConfig["identities"], PermissionSets>();

type PermissionSets = ReadonlyMap<string, readonly Entry<IdentityConfig>[]>;

function permissionSetsOf({ identities }: AuthConfig, provider: string): readonly Entry<IdentityConfig>[] {
  const known = PERMISSION_SETS.get(identities) ??
    Map.groupBy(identities.values(), ({ config, declared }) => {
      const { kind, via } = config ?? declared ?? {};
      return kind === "aws/permission-set" && via !== undefined && "provider" in via ? via.provider : "";
    });
  PERMISSION_SETS.set(identities, known);
  return known.get(provider) ?? [];
}

function noStart(name: string, provider: string, candidates: readonly string[]): AuthError {
  const why = candidates.length === 0
    ? `the provider "${provider}" has no permission set to start from`
    : `the provider "${provider}" has several permission sets to start from: ${
      firstNames(candidates, MAX_SHOWN)
    }`;
  return new AuthError("config-invalid", `Cannot plan the chain of "${name}": ${why}`, {
    where: `auth.identities.${name}.via`,
    hints: [
      candidates.length === 0
        ? `Add an aws/permission-set identity via "${provider}", and name it in via.identity`
        : "Name one of them in via.identity, or mark exactly one with `default: true`",
    ],
  });
}

function assertFits(provider: ProviderStep, first: Walked): void {
  const portal = provider.config.kind === "aws/iam-identity-center";
  if (portal === (first.config.kind === "aws/permission-set")) return;
  throw new AuthError(
    "config-invalid",
    portal
      ? `Cannot plan the chain of "${first.name}": only an aws/permission-set can follow "${provider.name}"`
      : `Cannot plan the chain of "${first.name}": the first identity behind "${provider.name}" (${provider.config.kind}) must be an aws/assume-role`,
    { where: `auth.identities.${first.name}.via.provider` },
  );
}

function identityStep(
  item: Walked,
  before: readonly Walked[],
  provider: ProviderStep | undefined,
): IdentityStep {
  const named = [item, ...before.toReversed()].map(({ config }) => config.region).find((region) =>
    region !== undefined
  );
  const region = named ?? provider?.config.region;
  return {
    ...item,
    region: region ?? FALLBACK_REGION,
    regionKnown: region !== undefined,
    endpointUrl: item.config.endpointUrl ?? provider?.config.endpointUrl,
    duration: chooseDuration(item.name, item.config, provider, before.at(-1)?.config),
  };
}
