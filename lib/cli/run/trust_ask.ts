/**
 * Asks a person whether what a configuration wants is trusted, and keeps the answer.
 *
 * @module
 */
import type { AuthConfig, LoadedConfig } from "../../config/types.ts";
import type { Need } from "../../config/need.ts";
import { TRUST_HINT, trustHint } from "../../config/untrusted.ts";
import type { TrustRecord } from "../../config/need.ts";
import { AuthError, isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { firstLines } from "../../counting.ts";

/**
 * Trusts what is needed, as it is now.
 *
 * @returns the files
 * @throws AuthError `untrusted` where it cannot be kept: a state home that a checkout could have brought along, a pipe
 */
export async function giveTrust(
  host: Host,
  loaded: LoadedConfig,
  needs: readonly Need[],
): Promise<readonly string[]> {
  const foreign = loaded.foreignHomes.find(({ home }) => home === "state");
  if (foreign !== undefined) {
    throw new AuthError(
      "untrusted",
      `Cannot keep what is trusted: ${foreign.path} is inside ${foreign.tree}`,
      {
        hints: [`Set ATMOS_XDG_STATE_HOME to a directory outside ${foreign.tree}`],
      },
    );
  }
  const records = await loaded.trusting(needs);
  if (records === undefined) {
    throw new AuthError("untrusted", "Cannot keep what is trusted: a configuration from a pipe has no path", {
      hints: [PIPE_HINT],
    });
  }
  await kept(host, records);
  return [...new Set(records.map(({ path }) => path))];
}

async function kept(host: Host, records: readonly TrustRecord[]): Promise<void> {
  const { addTrust } = await import("./trust_store.ts");
  try {
    await addTrust(host, records);
  } catch (cause) {
    if (!isAuthError(cause, "file-failed", "config-invalid")) throw cause;
    throw cause.with({
      code: "untrusted",
      message: `Cannot keep what is trusted. ${cause.message}`,
      hints: ["Set ATMOS_XDG_STATE_HOME to a directory that you can write"],
      cause,
    });
  }
}

/**
 * What a person would do to trust what is needed.
 *
 * @param component whose manifests are trusted by naming it
 */
export function remedyOf(
  { files }: LoadedConfig,
  needs: readonly Need[],
  component: { readonly name: string; readonly stack: string } | undefined,
): string {
  const isPiped = needs.some((need) =>
    need.files.some((path) => files.some((file) => file.path === path && file.isPipe === true))
  );
  if (isPiped) return PIPE_HINT;
  return component === undefined
    ? TRUST_HINT
    : trustHint(`atmos auth trust --component ${component.name} --stack ${component.stack}`);
}

const PIPE_HINT = "Set ATMOS_TRUST_CONFIG=true if you agree with what it says, or write it to a file";

/** What is to be used. */
export interface TrustTarget {
  readonly type: "identity" | "provider";
  readonly name: string;
  /** Whether commands are started that get the top-level `env:`. */
  readonly forCommands?: boolean;
}

/** The unmet needs of an identity, or a provider, with all that it uses. */
export function needsFor(
  { needs, asWritten }: Pick<LoadedConfig, "needs" | "asWritten">,
  target: TrustTarget,
): readonly Need[] {
  const used = usedBy(asWritten, target);
  return needs.filter(({ unit }) => {
    switch (unit.type) {
      case "provider":
      case "identity":
        return used.has(`${unit.type} ${unit.name.toLowerCase()}`);
      case "settings":
      case "keyring":
      case "file":
        return true;
      case "env":
        return target.forCommands === true;
      case "logs":
        return false;
    }
  });
}

function usedBy(
  auth: AuthConfig,
  { type, name }: TrustTarget,
): ReadonlySet<string> {
  const used = new Set<string>();
  const [identities, providers] = [new Map(folded(auth.identities)), new Map(folded(auth.providers))];
  const visit = (identity: string): void => {
    const key = identity.toLowerCase();
    if (used.has(`identity ${key}`)) return;
    used.add(`identity ${key}`);
    const entry = identities.get(key);
    const via = entry?.config?.via ?? entry?.declared?.via;
    if (via === undefined) return;
    if ("identity" in via) return visit(via.identity);
    used.add(`provider ${via.provider.toLowerCase()}`);
    if ((entry?.config?.kind ?? entry?.declared?.kind) !== "aws/assume-role") return;
    // The permission set that is put before it is one of these.
    if (providers.get(via.provider.toLowerCase())?.config?.kind !== "aws/iam-identity-center") return;
    for (const { name: other, config } of identities.values()) {
      if (config?.kind === "aws/permission-set" && config.via.provider === via.provider) visit(other);
    }
  };
  if (type === "provider") used.add(`provider ${name.toLowerCase()}`);
  else visit(name);
  return used;
}

const folded = <Value>(entries: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] =>
  [...entries].map(([key, value]) => [key.toLowerCase(), value]);

/** What is told when nobody can be asked, or somebody said no. */
export function untrustedError(needs: readonly [Need, ...Need[]], hint = TRUST_HINT): AuthError {
  const [{ values: [first] }] = needs;
  const all = needs.flatMap(({ values }) => values);
  return new AuthError("untrusted", `Cannot use untrusted settings: this configuration ${first.does}`, {
    where: first.path,
    at: first.at,
    hints: [
      hint,
      ...firstLines(
        all.slice(1),
        MAX_MORE,
        ({ path, does }) => `${path} ${does}`,
        "; run `atmos auth validate`",
      ),
    ],
  });
}

/** Beside the first, which is the message. */
const MAX_MORE = 4;

/** A project whose settings mean nothing needs nothing: whoever uses it is told what is wrong. */
export async function projectNeeds(
  context: { readonly projectNeeds: () => Promise<readonly Need[]> },
): Promise<readonly Need[]> {
  try {
    return await context.projectNeeds();
  } catch (error) {
    if (isAuthError(error, "config-invalid")) return [];
    throw error;
  }
}
