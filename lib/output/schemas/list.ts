/** The schema of `atmos auth list --format json`. @module */
import * as v from "valibot";
import { type Document, flag, instant, text, texts } from "./parts.ts";

const HEAD = {
  kind: v.optional(text("Its kind; absent when the configuration is too broken to tell.")),
  usable: flag("Whether this program can use it."),
  needs_trust: v.optional(flag("Whether it could be used if it were trusted.")),
  default: v.optional(v.pipe(v.literal(true), v.description("It is used when nothing is named."))),
  tags: v.optional(texts("Its tags.")),
};

const SESSION = v.pipe(
  v.strictObject({ duration: v.optional(text("How long a session lasts, such as 12h.")) }),
  v.description("Its sessions."),
);

/** The settings of a provider, by the keys of atmos.yaml. */
const PROVIDER_DETAILS = {
  region: v.optional(text("The region of the provider.")),
  start_url: v.optional(text("The address of the access portal.")),
  url: v.optional(text("The page that a SAML login starts at.")),
  idp_arn: v.optional(text("The ARN of the SAML provider in AWS.")),
  username: v.optional(text("Who logs in.")),
  driver: v.optional(text("How a SAML login is driven.")),
  spec: v.optional(v.pipe(
    v.strictObject({
      audience: v.optional(text("Whom the OIDC token is for.")),
      token_env: v.optional(text("The variable that holds the token.")),
      token_file: v.optional(text("The file that holds the token.")),
    }),
    v.description("Settings of the kind."),
  )),
  session: v.optional(SESSION),
  console: v.optional(v.pipe(
    v.strictObject({ session_duration: v.optional(text("How long a console session lasts, such as 12h.")) }),
    v.description("Its console sessions."),
  )),
};

/** The settings of an identity, by the keys of atmos.yaml. */
const IDENTITY_DETAILS = {
  principal: v.optional(v.pipe(
    v.strictObject({
      name: v.optional(text("The permission set.")),
      account: v.optional(v.pipe(
        v.strictObject({
          id: v.optional(text("12 digits.")),
          name: v.optional(text("Its name.")),
        }),
        v.description("The account, by id or by name."),
      )),
      assume_role: v.optional(text("The ARN of the role.")),
      session_name: v.optional(text("The role session name.")),
      duration: v.optional(text("How long the role's session lasts, such as 1h.")),
    }),
    v.description("Whom one becomes."),
  )),
  credentials: v.optional(v.pipe(
    v.strictObject({
      mfa_arn: v.optional(text("The MFA device.")),
      region: v.optional(text("The region that the keys are used in.")),
    }),
    v.description("An IAM user's own settings, without its keys."),
  )),
  session: v.optional(SESSION),
};

const VIA = v.union([
  v.strictObject({ provider: text("A provider.") }),
  v.strictObject({ identity: text("Another identity.") }),
]);

const PROVIDER = v.strictObject({ ...HEAD, ...PROVIDER_DETAILS });

const IDENTITY = v.strictObject({
  ...HEAD,
  alias: v.optional(text("Another name of it.")),
  via: v.optional(v.pipe(VIA, v.description("What it starts from; absent for an aws/user."))),
  ...IDENTITY_DETAILS,
  expiration: v.optional(instant("When the session in hand ends; absent: there is none")),
  unused_session: v.optional(text("Why the session that is stored is not used.")),
});

export const LIST = v.pipe(
  v.strictObject({
    identities: v.optional(v.pipe(
      v.record(v.string(), IDENTITY),
      v.description("The identities by name; absent when none is listed."),
    )),
    providers: v.optional(v.pipe(
      v.record(v.string(), PROVIDER),
      v.description("The providers by name; absent when none is listed."),
    )),
  }),
  v.title("atmos auth list"),
  v.description("What is configured, by the keys of atmos.yaml, and until when sessions are in hand."),
);

const PROVIDER_SETTINGS = v.strictObject(PROVIDER_DETAILS);
const IDENTITY_SETTINGS = v.strictObject(IDENTITY_DETAILS);

export type ProviderDetails = Document<typeof PROVIDER_SETTINGS>;
export type IdentityDetails = Document<typeof IDENTITY_SETTINGS>;
export type ListDocument = Document<typeof LIST>;
