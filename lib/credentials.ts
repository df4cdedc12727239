/**
 * What one step of a chain hands to the next, and the type that keeps secrets out of sight.
 *
 * @module
 */
import type { Lifetime } from "./time.ts";

/**
 * A text that does not print: `String()`, templates, JSON and inspection all show `[secret]`.
 * JavaScript cannot wipe a string from memory; SECURITY.md says so.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: only where it leaves for AWS, a file, a child or the keyring. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("Deno.customInspect")](): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}

/** An Identity Center session: the bearer of the access portal. */
export interface SsoToken extends Lifetime {
  readonly type: "sso-token";
  readonly accessToken: Secret;
}

/** A signed statement by a CI system about its job, good for minutes. */
export interface OidcToken extends Lifetime {
  readonly type: "oidc-token";
  readonly token: Secret;
}

/** A signed SAML response in base64, good for five minutes. */
export interface SamlAssertion extends Lifetime {
  readonly type: "saml-assertion";
  readonly assertion: Secret;
  /** ARN of the IAM SAML provider to use it with, where the configuration names one. */
  readonly providerArn?: string;
}

/** AWS credentials that expire. */
export interface AwsSession extends Lifetime {
  readonly type: "aws-session";
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  /** The 12-digit account, where the answer or the request names it. */
  readonly accountId?: string;
  /** Who AWS says one is, where the answer tells. */
  readonly principalArn?: string;
}

/** Anything a step hands on. Long-lived keys are not among them: they enter `aws/user` and go no further. */
export type Credentials = SsoToken | OidcToken | SamlAssertion | AwsSession;
