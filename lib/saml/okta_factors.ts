/**
 * Okta's second factors: which of them a terminal can serve, and the steps for each.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { type AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { type Json, linkOf, objectOf, type Okta, shownText, step, type Transaction } from "./okta_api.ts";
import { browserHint, loginFailure } from "./outcome.ts";
import { chooseFactor, CLOCK_HINT, type Factor, MOST_CODES } from "./second_factor.ts";
import type { NamedSamlProvider, SamlPerson } from "./types.ts";

/** How to verify a factor: on the phone, with a code, with a code that Okta sends first, with an answer. */
type Flow = "push" | "code" | "sent" | "question";

interface OktaFactor extends Factor {
  readonly flow: Flow;
  /** The prompt. */
  readonly question: string;
  readonly verify: URL;
}

type FactorHost = Pick<Host, "now" | "sleep" | "interrupted">;

const POLL_MILLIS = 3_000;
/** Okta ends a push after five minutes; this is for an organization that never does. */
const LONGEST_PUSH_MILLIS = 6 * 60_000;

/**
 * Verifies the factor that the configuration or the user chooses.
 *
 * @throws AuthError `unsupported` when all factors need a browser; `login-not-approved` when the user
 * rejected it or did not answer; `refused` when the codes were wrong
 */
export async function proveFactor(
  okta: Okta,
  host: FactorHost,
  person: SamlPerson,
  transaction: Transaction,
): Promise<Transaction> {
  const { stateToken } = transaction;
  const all = listOf(transaction.embedded["factors"]);
  const [first, ...others] = all.flatMap(readFactor);
  if (stateToken === undefined || first === undefined) throw noneUsable(okta.provider, all);
  const factor = await chooseFactor(okta.provider, person, [first, ...others]);
  switch (factor.flow) {
    case "push":
      return await provePush(okta, host, person, factor, stateToken);
    case "code":
      return await proveCode(okta, person, factor, factor.verify, stateToken, "passCode");
    case "question":
      return await proveCode(okta, person, factor, factor.verify, stateToken, "answer");
    case "sent": {
      const sent = await step(okta, factor.verify, { stateToken });
      const next = linkOf(sent.links, "next") ?? factor.verify;
      return await proveCode(okta, person, factor, next, stateToken, "passCode");
    }
  }
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/**
 * Returns nothing for a factor that needs a browser (`webauthn`, `u2f`, Duo's `web`) or has no verify link.
 */
function readFactor(factor: Json): readonly OktaFactor[] {
  const verify = linkOf(objectOf(factor["_links"]), "verify");
  const type = shownText(factor["factorType"])?.toLowerCase();
  const provider = shownText(factor["provider"])?.toLowerCase() ?? "okta";
  const kind = type === undefined ? undefined : kindOf(type, provider, objectOf(factor["profile"]));
  if (verify === undefined || type === undefined || kind === undefined) return [];
  const { flow, short, label, question = label } = kind;
  return [{
    flow,
    label,
    question,
    verify,
    names: [short, type, `${provider} ${short}`, `${type} ${provider}`],
  }];
}

interface FactorKind {
  readonly flow: Flow;
  /** Its name in `mfa`. */
  readonly short: string;
  readonly label: string;
  readonly question?: string;
}

function kindOf(type: string, provider: string, profile: Json): FactorKind | undefined {
  const app = { okta: "Okta Verify", google: "Google Authenticator" }[provider] ?? provider;
  const phone = shownText(profile["phoneNumber"]) ?? "your phone";
  switch (type) {
    case "push": {
      const device = shownText(profile["name"]);
      return {
        flow: "push",
        short: "push",
        label: `Push to Okta Verify${device === undefined ? "" : ` on ${device}`}`,
      };
    }
    case "token:software:totp":
      return { flow: "code", short: "totp", label: `Code from ${app}` };
    case "token:hotp":
    case "token":
    case "token:hardware":
      return { flow: "code", short: "token", label: `Code from your ${provider} token` };
    case "sms":
      return { flow: "sent", short: "sms", label: `Code by SMS to ${phone}` };
    case "call":
      return { flow: "sent", short: "call", label: `Code by a call to ${phone}` };
    case "email":
      return {
        flow: "sent",
        short: "email",
        label: `Code by email to ${shownText(profile["email"]) ?? "you"}`,
      };
    case "question": {
      const question = shownText(profile["questionText"])?.replace(/[?:]\s*$/, "") ?? "Security question";
      return { flow: "question", short: "question", label: "Security question", question };
    }
    default:
      return undefined;
  }
}

function noneUsable(provider: NamedSamlProvider, factors: readonly Json[]): AuthError {
  const types = factors.map((factor) => shownText(factor["factorType"]) ?? "unknown");
  return loginFailure(
    "unsupported",
    provider,
    `Okta wants a second factor that only a browser can serve: ${types.join(", ") || "none is named"}`,
    [browserHint(provider), "Or enrol Okta Verify or another app that shows codes, in Okta's settings"],
  );
}

async function provePush(
  okta: Okta,
  host: FactorHost,
  person: SamlPerson,
  factor: OktaFactor,
  stateToken: Secret,
): Promise<Transaction> {
  person.tell("Approve the login in Okta Verify on your phone");
  const giveUpAt = host.now() + LONGEST_PUSH_MILLIS;
  let shown: string | undefined;
  let answer = await step(okta, factor.verify, { stateToken });
  while (answer.status === "MFA_CHALLENGE") {
    if (answer.factorResult !== "WAITING") throw pushFailure(okta.provider, answer.factorResult);
    const number = numberOf(answer);
    if (number !== undefined && number !== shown) person.tell(`Choose the number ${number} on your phone`);
    shown = number;
    if (host.now() >= giveUpAt) throw pushFailure(okta.provider, "TIMEOUT");
    await host.sleep(POLL_MILLIS, host.interrupted);
    answer = await step(okta, linkOf(answer.links, "next") ?? factor.verify, { stateToken });
  }
  return answer;
}

/** The number to choose on the phone; only later responses have it. */
function numberOf({ embedded }: Transaction): string | undefined {
  const { challenge } = objectOf(objectOf(embedded["factor"])["_embedded"]);
  const { correctAnswer } = objectOf(challenge);
  return typeof correctAnswer === "number" ? String(correctAnswer) : shownText(correctAnswer);
}

function pushFailure(provider: NamedSamlProvider, result: string | undefined): AuthError {
  const details = { remoteCode: result };
  switch (result) {
    case "REJECTED":
      return loginFailure("login-not-approved", provider, "the login was rejected on the phone", [
        "If it was not you who rejected it, tell your Okta administrator",
      ], details);
    case "TIMEOUT":
      return loginFailure("login-not-approved", provider, "nobody approved the login on the phone in time", [
        "Run the command again",
      ], details);
    default:
      return loginFailure("refused", provider, "Okta could not verify the login by push", [
        "Run the command again, or choose another factor by `mfa`",
      ], details);
  }
}

/** Prompts for a code until Okta accepts it, up to three times. */
async function proveCode(
  okta: Okta,
  person: SamlPerson,
  factor: OktaFactor,
  url: URL,
  stateToken: Secret,
  member: "passCode" | "answer",
): Promise<Transaction> {
  for (let count = 1;; count++) {
    const code = new Secret(await person.code(factor.question));
    const answer = await step(okta, url, { stateToken, [member]: code }).catch(wrongCode);
    if (!isAuthError(answer) && answer.factorResult === undefined) return answer;
    const cause = isAuthError(answer) ? answer : undefined;
    const remoteCode = cause?.remoteCode ?? (isAuthError(answer) ? undefined : answer.factorResult);
    if (count === MOST_CODES) throw codeFailure(okta.provider, remoteCode, cause);
    person.tell(complaintOf(remoteCode));
  }
}

/** Passes on the refusals after which the user may try another code. */
function wrongCode(error: unknown): AuthError {
  if (isAuthError(error) && error.remoteCode === "E0000068") return error;
  throw error;
}

function complaintOf(remoteCode: string | undefined): string {
  return remoteCode === "PASSCODE_REPLAYED"
    ? "That code was used already: wait for the next one"
    : "Okta did not accept that: try again";
}

function codeFailure(
  provider: NamedSamlProvider,
  remoteCode: string | undefined,
  cause: AuthError | undefined,
): AuthError {
  return loginFailure(
    "refused",
    provider,
    `Okta did not accept the code, ${MOST_CODES} times`,
    [CLOCK_HINT],
    { remoteCode, requestId: cause?.requestId, cause },
  );
}
