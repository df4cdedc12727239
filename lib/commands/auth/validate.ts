/**
 * `atmos auth validate`: every problem of the configuration at once. It touches no network, no keyring and no session.
 *
 * @module
 */
import { assertUsable, checkChains, type Verdict } from "../../chain/check.ts";
import type {
  AuthConfig,
  Entry,
  IdentityConfig,
  LoadedConfig,
  Problem,
  ProviderConfig,
} from "../../config/types.ts";
import type { Host } from "../../host.ts";
import { styleOf } from "../../output/style.ts";
import {
  type EntryVerdict,
  validationJson,
  validationText,
  type ValidationView,
} from "../../output/validate.ts";
import { type Call, command } from "../../cli/line/command.ts";
import { stepNames } from "../../cli/run/chain_names.ts";
import { openContext } from "../../cli/run/context.ts";
import { outputFormat, readBoolean, toggle, type Values } from "../../cli/line/flags.ts";

const FLAGS = {
  strict: toggle("Fail on warnings, too"),
  format: outputFormat(["text", "json"]),
} as const;

export const validate = command({
  description:
    "Check the authentication configuration, and report every problem with its place and what to do.\n" +
    "With --verbose: each provider, identity and chain with its verdict, and where each value came from.",
  examples: [
    ["Every problem", "atmos auth validate"],
    ["How each entry was understood, and where each value came from", "atmos auth validate --verbose"],
    ["In CI", "atmos auth validate --strict --format json"],
  ],
  flags: FLAGS,
  run: validateConfiguration,
});

const INVALID = 2;

async function validateConfiguration({ host, globals, input }: Call<Values<typeof FLAGS>>): Promise<number> {
  await using context = await openContext(host, globals, { evenBroken: true });
  if (context.loaded().files.length === 0) assertUsable(context.loaded());
  const verbose = globals.verbose ?? readVariable(host, "ATMOS_AUTH_VALIDATE_VERBOSE");
  const plain = validationView(context.loaded(), input.strict === true);
  const view = verbose ? await withDrivers(context.host, context.auth(), plain) : plain;
  host.write(
    input.format === "json"
      ? validationJson(view, verbose)
      : validationText(view, styleOf(host.output), verbose),
  );
  return view.valid ? 0 : INVALID;
}

/** Which driver each SAML provider would log in with, on this machine. */
async function withDrivers(host: Host, auth: AuthConfig, view: ValidationView): Promise<ValidationView> {
  const entries = await Promise.all(view.entries.map(async (entry) => {
    const config = entry.type === "provider" ? auth.providers.get(entry.name)?.config : undefined;
    if (config?.kind !== "aws/saml") return entry;
    const { driverFor } = await import("../../saml/driver.ts");
    const { driver, reason } = await driverFor(host, { name: entry.name, config });
    return { ...entry, note: `driver ${driver}: ${reason}` };
  }));
  return { ...view, entries };
}

function readVariable(host: Pick<Host, "env">, name: string): boolean {
  const value = host.env(name) ?? "";
  return value !== "" && readBoolean(value, name);
}

function validationView(loaded: LoadedConfig, strict: boolean): ValidationView {
  const verdicts = checkChains(loaded.auth);
  const problems = [...loaded.problems, ...unreported(loaded, verdicts)];
  return {
    valid: problems.every(({ severity }) => severity === "notice" || (severity === "warning" && !strict)),
    files: loaded.files,
    problems,
    entries: [
      ...[...loaded.auth.providers.values()].map(providerVerdict),
      ...verdicts.map((verdict) => identityVerdict(loaded, verdict)),
    ],
    origins: loaded.origins(),
  };
}

/**
 * Chains that cannot be planned although nothing in the configuration is in their way: the decoder knows every reason,
 * and if it ever misses one, it must not pass in silence.
 */
function unreported({ auth, problems }: LoadedConfig, verdicts: readonly Verdict[]): readonly Problem[] {
  if (problems.some(({ blocks, severity }) => blocks && severity !== "notice")) return [];
  return verdicts.flatMap((verdict) => {
    if ("plan" in verdict || ["unsupported", "untrusted"].includes(verdict.error.code)) return [];
    const { name, error } = verdict;
    return [{
      severity: "error",
      code: "chain",
      path: error.where ?? `auth.identities.${name}`,
      at: error.at ?? auth.identities.get(name)?.at,
      reason: error.message,
      hint: error.hints[0],
      blocks: true,
      about: { type: "identity", name },
    }];
  });
}

const isNotice = ({ severity }: Problem) => severity === "notice";

function providerVerdict({ name, config, problems, declared }: Entry<ProviderConfig>): EntryVerdict {
  const verdict = config === undefined
    ? "unusable"
    : config.kind === "unsupported"
    ? "unsupported"
    : "usable";
  const isWithheld = config === undefined && problems.filter(({ blocks }) => blocks).every(isNotice);
  return {
    type: "provider",
    name,
    kind: kindOf(config) ?? declared?.kind,
    verdict: isWithheld ? "untrusted" : verdict,
    chain: [],
  };
}

function identityVerdict({ auth }: LoadedConfig, verdict: Verdict): EntryVerdict {
  const { name } = verdict;
  const entry = auth.identities.get(name);
  const kind = kindOf(entry?.config) ?? entry?.declared?.kind;
  if ("plan" in verdict) {
    return { type: "identity", name, kind, verdict: "usable", chain: stepNames(verdict.plan) };
  }
  const { code } = verdict.error;
  const reason = code === "unsupported" || code === "untrusted" ? code : "unusable";
  return { type: "identity", name, kind, verdict: reason, chain: [] };
}

function kindOf(config: ProviderConfig | IdentityConfig | undefined): string | undefined {
  return config?.kind === "unsupported" ? config.declaredKind : config?.kind;
}
