/**
 * What a file that nobody vouches for may do with a key. Every key of the schema states it; whatever a key does not
 * allow takes effect only once a person trusts the file.
 *
 * @module
 */
import { isRegion } from "../arn.ts";
import { Secret } from "../credentials.ts";
import { ENDPOINT_VARIABLES } from "../endpoint_variables.ts";
import { isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { readClaims } from "../jwt.ts";

/** The ways in which a key can be open to an untrusted file, with the words of the table in SECURITY.md. */
export const RULES = {
  free: "any value written in the file",
  form: "any value, `!env NAME` too: its form excludes secrets",
  portal: "an AWS access portal, or an origin that AWS_ENDPOINT_URL* names",
  keys: "`!env NAME` without a default",
  device: "an ARN or serial number, or `!env NAME` unless the keys are written in an untrusted file",
  "token-variable": "a variable that holds a JWT for AWS STS",
  "keyring-directory": "`~/.atmos/keyring*` and `<data home>/atmos/keyring*`",
  "password-variable": "`ATMOS_KEYRING_PASSWORD`",
  "log-file": "a new file directly in the temporary directory; otherwise the file is ignored with a warning",
  trust: "nothing: needs trust",
  unused: "anything: the key has no effect",
} as const;

export type Rule = keyof typeof RULES;

/** The standing of one key. */
export interface Standing {
  readonly rule: Rule;
  /** What a value that needs trust would do, as a clause: "runs `pass otp aws`". */
  readonly does: (shown: string) => string;
  /** A value that trust is never bound to: changing it does not ask again. */
  readonly isUnbound?: true;
}

const uses = (shown: string) => `uses ${shown}`;

/** Any literal value. */
export const FREE: Standing = { rule: "free", does: uses };
/** Any literal value, and trust is not bound to it. */
export const UNBOUND: Standing = { rule: "free", does: uses, isUnbound: true };
/** Any value, from a variable too. */
export const FORMED: Standing = { rule: "form", does: uses };
/** Any value, from a variable too, and trust is not bound to it. */
export const FORMED_UNBOUND: Standing = { rule: "form", does: uses, isUnbound: true };
/** A key that does nothing here. */
export const UNUSED: Standing = { rule: "unused", does: uses, isUnbound: true };

/** Nothing without trust. */
export const needsTrust = (does: Standing["does"]): Standing => ({ rule: "trust", does });

/** What the rule says, and else trust. */
export const allows = (rule: Rule, does: Standing["does"]): Standing => ({ rule, does });

/** Hosts of AWS's access portals: the labels at the end of the name. */
const PORTAL_SUFFIXES: readonly string[] = [".awsapps.com"];
const PORTAL_HOSTS: readonly string[] = ["start.home.awsapps.cn", "identitycenter.amazonaws.com"];

/** Whether an address is an AWS access portal: https, no user name, the usual port. */
export function isPortalAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "https:" || url.port !== "" || url.username + url.password !== "") {
    return false;
  }
  const { hostname } = url;
  return PORTAL_HOSTS.includes(hostname) || PORTAL_SUFFIXES.some((suffix) => isBelow(hostname, suffix)) ||
    isRegionalPortal(hostname);
}

const LABELS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/** Whether a host name ends in whole labels. */
function isBelow(hostname: string, suffix: string): boolean {
  return hostname.endsWith(suffix) && LABELS.test(hostname.slice(0, -suffix.length));
}

/** `NAME.portal.REGION.app.aws` */
function isRegionalPortal(hostname: string): boolean {
  const [app, aws, region, portal, ...name] = [
    ...hostname.split(".").slice(-2),
    ...hostname.split(".").toReversed().slice(2),
  ];
  return app === "app" && aws === "aws" && region !== undefined && isRegion(region) && portal === "portal" &&
    name.length > 0 && LABELS.test(name.toReversed().join("."));
}

/** Audiences of AWS STS: the global one, and those of regional endpoints in all partitions. */
const STS_AUDIENCE = /^sts(?:-fips)?(?:\.[a-z]{2,4}(?:-[a-z]+)+-\d+)?\.amazonaws\.com(?:\.cn)?$/;

/**
 * Whether a variable holds a JWT for AWS STS and nobody else, or nothing: no other token is sent for a file that names
 * it.
 */
export function holdsStsToken(env: Host["env"], variable: string): boolean {
  const value = known(() => env(variable)) ?? "";
  if (value === "") return true;
  const audiences = readClaims(new Secret(value.trim()))?.audiences ?? [];
  return audiences.length > 0 && audiences.every((audience) => STS_AUDIENCE.test(audience));
}

/** Whether the environment names the origin of an address as the endpoint of an AWS service, as for an emulator. */
export function namesEndpoint(env: Host["env"], address: string): boolean {
  const origin = URL.parse(address)?.origin;
  if (origin === undefined || origin === "null") return false;
  if (known(() => env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))?.toLowerCase() === "true") return false;
  return ENDPOINT_VARIABLES.some((name) => URL.parse(known(() => env(name)) ?? "")?.origin === origin);
}

/** A variable; one that a sandbox withholds is not set. */
function known(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}
