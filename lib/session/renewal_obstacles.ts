/**
 * What stands in the way of renewing a session behind a child's back, told from its plan: each as the reason in a
 * sentence.
 *
 * @module
 */
import type { ChainPlan, IdentityStep } from "../chain/types.ts";
import type { SamlProvider, UserIdentity } from "../config/types.ts";
import type { Host } from "../host.ts";

/** What only a person can do at every renewal; `undefined`: nothing that can be told from the plan. */
export function personIn(host: Pick<Host, "env">, { provider, identities }: ChainPlan): string | undefined {
  // A role behind the first session is renewed as long as that one lasts.
  if (identities.length > 1) return undefined;
  const [step] = identities;
  if (provider?.config.kind === "aws/saml") return personAtSite(host, provider.config);
  return step.config.kind === "aws/user" ? codeNeeded(step.config, undefined) : undefined;
}

/**
 * The device whose code every session of a user takes.
 *
 * @param stored the one in the keyring; the configuration's wins
 */
export function codeNeeded(
  { mfaCommand, mfaArn, mfaShown }: UserIdentity,
  stored: string | undefined,
): string | undefined {
  const device = mfaShown ?? mfaArn ?? stored;
  if (mfaCommand !== undefined || device === undefined) return undefined;
  return `a code of the MFA device ${device} is needed each time`;
}

function personAtSite(host: Pick<Host, "env">, { url, driver, password }: SamlProvider): string | undefined {
  const hasPassword = password !== undefined || (host.env("ATMOS_SAML_PASSWORD") ?? "") !== "";
  return hasPassword && driver !== "Browser" ? undefined : `somebody must log in at ${new URL(url).host}`;
}

/** Whether renewing may take something out of the keyring. */
export function needsKeyring({ provider, identities: [first] }: ChainPlan): boolean {
  return provider?.config.kind === "aws/iam-identity-center" || isStoredUser(first);
}

/** The only step, when that is a user whose keys, and perhaps whose device, stand in the keyring. */
export function storedTarget({ identities }: ChainPlan): UserIdentity | undefined {
  const [{ config }] = identities;
  return identities.length === 1 && config.kind === "aws/user" && config.keys === undefined
    ? config
    : undefined;
}

const isStoredUser = ({ config }: IdentityStep): boolean =>
  config.kind === "aws/user" && config.keys === undefined;
