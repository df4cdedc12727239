/**
 * The smallest parts of the schemas: texts of one kind each. Every value arrives as the characters that stand in the
 * file; a check's message is a code that {@linkcode explainLeaf} turns into a sentence.
 *
 * @module
 */
import * as v from "valibot";
import { isAccountId, isMfaDevice, isRegion, KNOWN_REGIONS, parseArn } from "../arn.ts";
import { formatDuration, parseDuration } from "../duration.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { FREE, type Standing, UNUSED } from "./standing.ts";
import { isLoopback } from "../loopback.ts";

/** What `overrideAction` of the JSON Schema generator, and the shape check, find on a schema. */
export interface LeafMetadata {
  /** What a file that is not trusted may do with the key. */
  readonly standing: Standing;
  /** How an editor should see a value that arrives here as text. */
  readonly editor?: "boolean" | "duration";
  /** The words that an editor should offer. */
  readonly words?: readonly string[];
  /** A key of Atmos that does nothing here: silently, or with a warning because somebody may count on it. */
  readonly unused?: "silent" | "warn";
}

/** Any text that is not empty. */
export function text(description: string, standing: Standing) {
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ standing } satisfies LeafMetadata),
    v.nonEmpty("empty"),
  );
}

/** A text that may be empty. */
export function anyText(description: string, standing: Standing) {
  return v.pipe(v.string(), v.description(description), v.metadata({ standing } satisfies LeafMetadata));
}

export function flag(description: string, standing: Standing) {
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ editor: "boolean", standing } satisfies LeafMetadata),
    v.regex(/^(?:true|false)$/i, "malformed-boolean"),
    v.transform((word) => word.toLowerCase() === "true"),
  );
}

/** A duration in whole seconds; with limits where they do not depend on anything else. */
export function duration(
  description: string,
  standing: Standing,
  limits?: { readonly least: number; readonly most: number },
) {
  const { least, most } = limits ?? { least: 1, most: Infinity };
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ editor: "duration", standing } satisfies LeafMetadata),
    v.check((word) => parseDuration(word) !== undefined, "malformed-duration"),
    v.transform((word) => parseDuration(word) ?? 0),
    v.check((seconds) => seconds >= least && seconds <= most, `duration-limits ${least} ${most}`),
  );
}

export function region(description: string, standing: Standing) {
  return checked(description, standing, isRegion, "malformed-region");
}

export function accountId(description: string, standing: Standing) {
  return checked(description, standing, isAccountId, "malformed-account-id");
}

/** ARN of an IAM role, a SAML provider or an MFA device (IAM User Guide, "IAM identifiers"). */
export function iamArn(description: string, standing: Standing, type: "role" | "saml-provider") {
  return checked(description, standing, (word) => isIamArn(word, type), `malformed-${type}-arn`);
}

/** ARN of a virtual device, or the serial number of a hardware one (STS GetSessionToken, `SerialNumber`). */
export function mfaSerial(description: string, standing: Standing) {
  return checked(
    description,
    standing,
    isMfaDevice,
    "malformed-mfa-arn",
  );
}

function isIamArn(word: string, type: string): boolean {
  const arn = parseArn(word);
  return arn !== undefined && arn.service === "iam" && arn.region === "" && isAccountId(arn.accountId) &&
    arn.resource.startsWith(`${type}/`) && !/[\s/]$/.test(arn.resource);
}

/** An absolute https URL; http on loopback only, since what is sent there is secret. */
export function url(description: string, standing: Standing) {
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ standing } satisfies LeafMetadata),
    v.check((word) => httpUrl(word) !== undefined, "malformed-url"),
    v.check((word) => isPrivate(word), "insecure-url"),
  );
}

function httpUrl(word: string): URL | undefined {
  const parsed = URL.parse(word);
  const usable = parsed !== null && /^https?:\/\//i.test(word) && parsed.username === "" &&
    parsed.password === "";
  return usable ? parsed : undefined;
}

function isPrivate(word: string): boolean {
  const parsed = httpUrl(word);
  return parsed?.protocol !== "http:" || isLoopback(parsed);
}

/** The name of an environment variable. */
export function variableName(description: string, standing: Standing) {
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ standing } satisfies LeafMetadata),
    v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "malformed-variable"),
  );
}

/** One of some words, in any case; the result is spelled as listed. */
export function word<const Words extends readonly string[]>(
  description: string,
  standing: Standing,
  words: Words,
  code: string,
) {
  const find = (given: string): Words[number] | undefined =>
    words.find((known) => known.toLowerCase() === given.toLowerCase());
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ words, standing } satisfies LeafMetadata),
    v.check((given) => find(given) !== undefined, `${code} ${words.join(" ")}`),
    v.transform((given) => find(given) ?? given),
    v.picklist(words, code),
  );
}

/** A text that matches a pattern. */
export function matching(description: string, standing: Standing, pattern: RegExp, code: string) {
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ standing } satisfies LeafMetadata),
    v.regex(pattern, code),
  );
}

/** One fixed text: the kind that a schema is for. */
export function constant<const Text extends string>(description: string, text: Text) {
  return v.pipe(
    v.literal(text),
    v.description(description),
    v.metadata({ standing: FREE } satisfies LeafMetadata),
  );
}

function checked(description: string, standing: Standing, isRight: (word: string) => boolean, code: string) {
  return v.pipe(
    v.string(),
    v.description(description),
    v.metadata({ standing } satisfies LeafMetadata),
    v.check(isRight, code),
  );
}

/** A key that Atmos knows and this program does not use. */
export function unused(description: string, loudness: "silent" | "warn" = "warn") {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.description(`Not used here. ${description}`),
      v.metadata({ unused: loudness, standing: UNUSED } satisfies LeafMetadata),
    ),
  );
}

/** What a sentence needs. */
export interface Explanation {
  readonly code: string;
  readonly reason: string;
  readonly hint: string | undefined;
}

/**
 * The sentence for a failed check.
 *
 * @param message the check's message: a code, with its arguments behind blanks
 * @param shown the value, ready to be shown: quoted, or the name of the variable it came from
 * @param given the value itself, for suggestions; `undefined` when it must not be repeated
 */
export function explainLeaf(message: string, shown: string, given: string | undefined): Explanation {
  const [code = "", ...details] = message.split(" ");
  const say = (reason: string, hint?: string): Explanation => ({ code, reason, hint });
  switch (code) {
    case "empty":
      return { code: "empty-value", reason: "the value is empty", hint: undefined };
    case "malformed-boolean":
      return say(`${shown} is neither true nor false`);
    case "malformed-duration":
      return say(`${shown} is not a duration`, "Write seconds (3600), or units: 1h30m, 12h, 1d, 1d12h");
    case "duration-limits":
      return say(`${shown} is outside of what AWS allows here: ${limits(details)}`);
    case "malformed-region":
      return say(`${shown} is not an AWS region`, regionHint(given));
    case "malformed-account-id":
      return say(`${shown} is not an AWS account id`, accountHint(given));
    case "malformed-role-arn":
      return say(
        `${shown} is not the ARN of an IAM role`,
        "It looks like arn:aws:iam::111122223333:role/NAME",
      );
    case "malformed-saml-provider-arn":
      return say(
        `${shown} is not the ARN of a SAML provider`,
        "It looks like arn:aws:iam::111122223333:saml-provider/NAME",
      );
    case "malformed-mfa-arn":
      return say(`${shown} is not an MFA device for STS`, "It looks like arn:aws:iam::111122223333:mfa/NAME");
    case "malformed-url":
      return say(`${shown} is not a web address`, "Write it in full, without a user name: https://host/path");
    case "insecure-url":
      return say(`${shown} would carry secrets unencrypted`, "Use https, or an address on this machine");
    case "malformed-variable":
      return say(`${shown} is not the name of an environment variable`, "Letters, digits and _");
    case "reserved-variable":
      return say(
        `${shown} cannot be the variable with the password: no child gets it, and children need that one`,
        "Name a variable that only holds the password, such as MY_KEYRING_PASSWORD",
      );
    case "malformed-realm":
      return say(
        `${shown} is not a realm`,
        "Up to 64 of a-z, 0-9, - and _, with neither of the last two doubled, first or last",
      );
    case "malformed-session-name":
      return say(`${shown} is not a role session name`, "2 to 64 letters, digits and any of _+=,.@-");
    case "malformed-external-id":
      return say(`${shown} is not an external id`, "2 to 1224 letters, digits and any of _+=,.@:/-");
    case "malformed-access-key-id":
      return say(
        "this is not the id of a long-lived access key",
        "It begins with AKIA and has 20 letters and digits",
      );
    case "malformed-command":
      return say(`${shown} is not a command`, "Words divided by blanks; a quote that is opened is closed");
    default:
      return say(`${shown} is not known here`, oneOf(given, details));
  }
}

const limits = ([least, most]: readonly string[]) =>
  `${formatDuration(Number(least))} to ${formatDuration(Number(most))}`;

function regionHint(given: string | undefined): string {
  return didYouMean(given ?? "", KNOWN_REGIONS) ?? "It looks like us-east-1";
}

function accountHint(given: string | undefined): string {
  return given !== undefined && /^\d{9,11}$/.test(given)
    ? 'An account id has 12 digits; if zeros in front were lost, write it in full and in quotes: "012345678901"'
    : 'An account id has 12 digits, in quotes: "111122223333"';
}

function oneOf(given: string | undefined, words: readonly string[]): string {
  const near = given === undefined ? [] : nearest(given, words);
  const list = `One of: ${words.join(", ")}`;
  return near.length === 1 ? `Did you mean "${near[0]}"? ${list}` : list;
}
