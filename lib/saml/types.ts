/**
 * The interface between the provider and the four drivers.
 *
 * @module
 */
import type { SamlProvider } from "../config/types.ts";
import type { Secret } from "../credentials.ts";
import type { Host } from "../host.ts";

/** The parts of the host that a driver uses. */
export type SamlHost = Pick<
  Host,
  | "browse"
  | "env"
  | "fetch"
  | "files"
  | "interrupted"
  | "now"
  | "os"
  | "prompt"
  | "random"
  | "screen"
  | "sleep"
  | "tell"
>;

/** A provider and its name in the configuration. */
export interface NamedSamlProvider {
  readonly name: string;
  readonly config: SamlProvider;
}

/**
 * The user who logs in, prompted as late as possible. Every member throws `person-needed` when it has to
 * prompt and cannot, and `interrupted` when the user presses Esc or Ctrl-C.
 */
export interface SamlPerson {
  /** `username` of the configuration, else what the user types; the same at every call. */
  readonly username: () => Promise<string>;
  /**
   * `password` of the configuration, else `ATMOS_SAML_PASSWORD`, else what the user types. Never resent
   * automatically: identity providers lock people out.
   */
  readonly password: () => Promise<Secret>;
  /** Prompts for a one-time code at every call, and trims it. `question` ends without a colon. */
  readonly code: (question: string) => Promise<string>;
  /** The index of the chosen option; does not prompt when there is only one. */
  readonly choose: (question: string, options: readonly string[]) => Promise<number>;
  /** Shows the user a line, such as "Approve the push notification", without its line end. */
  readonly tell: (text: string) => void;
}

/**
 * A driver: talks to the identity provider until it returns the SAML response.
 *
 * @returns the base64 of the whole `Response`, as the identity provider would post it to AWS: entities
 * decoded, nothing else changed
 * @throws AuthError `refused` when the identity provider refuses; `login-not-approved` when the user did, or
 * took too long; `person-needed`; `bad-answer` for an unknown page; `unreachable`, `unsupported`
 */
export type SamlDriverRun = (
  host: SamlHost,
  provider: NamedSamlProvider,
  person: SamlPerson,
) => Promise<Secret>;
