/**
 * What every driver is given, and what it gives: the seam between the provider and the four conversations.
 *
 * @module
 */
import type { SamlProvider } from "../config/types.ts";
import type { Secret } from "../credentials.ts";
import type { Host } from "../host.ts";

/** The world of a driver. */
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

/** A provider by its name in the configuration. */
export interface NamedSamlProvider {
  readonly name: string;
  readonly config: SamlProvider;
}

/**
 * Whoever logs in, asked as late as possible. Every member throws `person-needed` when it has to ask and nobody can be
 * asked, and `interrupted` when the person presses Esc or Ctrl-C.
 */
export interface SamlPerson {
  /** `username` of the configuration, else what the person types; the same at every call. */
  readonly username: () => Promise<string>;
  /**
   * `password` of the configuration, else `ATMOS_SAML_PASSWORD`, else what the person types. Never sent twice by itself:
   * identity providers lock people out.
   */
  readonly password: () => Promise<Secret>;
  /** A one-time code, as typed, without space around it; asked anew at every call. `question` ends without a colon. */
  readonly code: (question: string) => Promise<string>;
  /** The index of the chosen option; the only one is taken without asking. */
  readonly choose: (question: string, options: readonly string[]) => Promise<number>;
  /** Words for the person, such as "Approve the push notification"; a line without its end. */
  readonly tell: (text: string) => void;
}

/**
 * A driver: a conversation with the identity provider that ends in the SAML response.
 *
 * @returns the base64 of the whole `Response`, as the identity provider would post it to AWS: entities decoded, nothing
 *   else changed
 * @throws AuthError `refused` when the identity provider says no; `login-not-approved` when the person did, or took too
 *   long; `person-needed`; `bad-answer` for a page that is not understood; `unreachable`, `unsupported`
 */
export type SamlDriverRun = (
  host: SamlHost,
  provider: NamedSamlProvider,
  person: SamlPerson,
) => Promise<Secret>;
