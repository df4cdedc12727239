/**
 * What running a chain would do, told from its plan and from what is stored, without doing any of it.
 *
 * @module
 */
import type { RunnableProvider } from "../config/types.ts";
import type { AwsSession } from "../credentials.ts";
import { type EpochMillis, isAlive, isFresh } from "../time.ts";
import type { ChainPlan, IdentityStep } from "./types.ts";

/** What is in hand of a step. */
export type Holding = "fresh" | "stale" | "expired" | "absent";

/** One identity of the chain. */
export interface StepForecast {
  readonly step: IdentityStep;
  readonly holding: Holding;
  readonly expiresAt: EpochMillis | undefined;
  /** What a login does with it. */
  readonly action: "use" | "make" | "nothing";
}

/** A whole login. */
export interface Forecast {
  readonly steps: readonly StepForecast[];
  /** Whether the provider is asked for anything. */
  readonly needsProvider: boolean;
  /** Whether `env` and `exec` would take the session in hand as it is. */
  readonly isReady: boolean;
}

/** @param stored what is stored of each link, from the root to the target */
export function forecast(
  plan: ChainPlan,
  stored: readonly (AwsSession | undefined)[],
  now: EpochMillis,
): Forecast {
  const holdings = plan.identities.map((_, index) => holdingOf(stored[index], now));
  const target = plan.identities.length - 1;
  // A login makes the target anew, and what is before it only as far back as nothing fresh is in hand.
  const from = holdings.findLastIndex((holding, index) => index < target && holding === "fresh");
  const steps = plan.identities.map((step, index): StepForecast => ({
    step,
    holding: holdings[index] ?? "absent",
    expiresAt: stored[index]?.expiresAt,
    action: index > from ? "make" : index === from ? "use" : "nothing",
  }));
  return {
    steps,
    needsProvider: plan.provider !== undefined && from < 0,
    isReady: holdings[target] === "fresh",
  };
}

function holdingOf(session: AwsSession | undefined, now: EpochMillis): Holding {
  if (session === undefined) return "absent";
  return isFresh(session, now) ? "fresh" : isAlive(session, now) ? "stale" : "expired";
}

/** What decides who is asked for what. */
export interface AskingFacts {
  /** The variable of the keyring's password, when the keyring is a file and that is not set. */
  readonly missingPassword: string | undefined;
  /** `ATMOS_MFA_TOKEN` is set. */
  readonly hasMfaToken: boolean;
  /** Whether a browser of this machine would open. */
  readonly hasBrowser: boolean;
  /** Whether the keyring may hold the portal's session from an earlier login. */
  readonly keepsPortal: boolean;
}

/** What a person would be asked in a login, in the order of the questions. */
export function questionsOf(
  plan: ChainPlan,
  { steps, needsProvider }: Forecast,
  facts: AskingFacts,
): readonly string[] {
  const user = steps.find(({ step, action }) => step.config.kind === "aws/user" && action === "make");
  const providerQuestion = plan.provider === undefined || !needsProvider
    ? undefined
    : askedByProvider(plan.provider.config, facts);
  const opensKeyring = (needsProvider && plan.provider?.config.kind === "aws/iam-identity-center") ||
    (user?.step.config.kind === "aws/user" && user.step.config.keys === undefined);
  const questions = [
    opensKeyring && facts.missingPassword !== undefined
      ? `the password of the keyring, unless ${facts.missingPassword} holds it`
      : undefined,
    providerQuestion,
    user === undefined ? undefined : mfaQuestion(user.step, facts),
  ];
  return questions.flatMap((question) => question === undefined ? [] : [question]);
}

function askedByProvider(
  config: RunnableProvider,
  { hasBrowser, keepsPortal }: AskingFacts,
): string | undefined {
  switch (config.kind) {
    case "aws/iam-identity-center": {
      const unless = keepsPortal ? ", unless the portal's session in the keyring still lasts" : "";
      return hasBrowser
        ? `to approve the login in the browser that opens${unless}`
        : `to approve a code in a browser${unless}`;
    }
    case "aws/saml":
      return `to log in at ${new URL(config.url).host}, with whatever it asks`;
    case "github/oidc":
    case "oidc/token":
      return undefined;
  }
}

function mfaQuestion({ config }: IdentityStep, { hasMfaToken }: AskingFacts): string | undefined {
  if (config.kind !== "aws/user" || hasMfaToken || config.mfaCommand !== undefined) return undefined;
  return config.mfaArn === undefined
    ? "a code of the MFA device, if one is stored with the user's keys"
    : `a code of the MFA device ${config.mfaShown ?? config.mfaArn}`;
}
