/** The schema of `atmos auth import --format json`. @module */
import * as v from "valibot";
import { flag, text } from "./parts.ts";

const KIND = text("Its kind.");

const PROVIDER = v.strictObject({
  kind: KIND,
  region: text("The region of the provider."),
  start_url: v.optional(text("The address of the access portal.")),
  url: v.optional(text("The page that a SAML login starts at.")),
  driver: v.optional(text("How a SAML login is driven.")),
  username: v.optional(text("Who logs in.")),
  mfa: v.optional(text("The preferred second factor.")),
  spec: v.optional(v.pipe(
    v.strictObject({ token_file: text("The file that holds the token.") }),
    v.description("Settings of the kind."),
  )),
});

const VIA = v.union([
  v.strictObject({ provider: text("A provider.") }),
  v.strictObject({ identity: text("Another identity.") }),
]);

const IDENTITY = v.strictObject({
  kind: KIND,
  default: v.optional(flag("Whether it is used when nothing is named.")),
  via: v.optional(v.pipe(VIA, v.description("What it starts from; absent for an aws/user."))),
  principal: v.optional(v.pipe(
    v.strictObject({
      name: v.optional(text("The permission set.")),
      account: v.optional(v.pipe(
        v.strictObject({ id: text("12 digits.") }),
        v.description("The account."),
      )),
      assume_role: v.optional(text("The ARN of the role.")),
      session_name: v.optional(text("The role session name.")),
      external_id: v.optional(text("The external id that the role asks for.")),
      duration: v.optional(text("How long the role's session lasts, such as 1h.")),
      region: v.optional(text("The region that the identity works in.")),
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
});

export const IMPORT = v.pipe(
  v.strictObject({
    auth: v.pipe(
      v.strictObject({
        providers: v.optional(v.pipe(
          v.record(v.string(), PROVIDER),
          v.description("The providers by name; absent when there is none."),
        )),
        identities: v.optional(v.pipe(
          v.record(v.string(), IDENTITY),
          v.description("The identities by name; absent when there is none."),
        )),
      }),
      v.description("What belongs below auth in atmos.yaml."),
    ),
  }),
  v.title("atmos auth import"),
  v.description("What was made of the configuration of other tools, or of what an Identity Center offers."),
);
