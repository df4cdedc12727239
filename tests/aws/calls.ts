/** One operation of each of the three services, for tests of what they share. */
import type { ServicePlace } from "../../lib/aws/client.ts";
import { getRoleCredentials } from "../../lib/aws/sso.ts";
import { createToken } from "../../lib/aws/sso_oidc.ts";
import { assumeRole } from "../../lib/aws/sts.ts";
import { type AwsSession, Secret, type SsoToken } from "../../lib/credentials.ts";
import { FAKE_NOW, type FakeHost } from "../fake_host.ts";

const LIFE = { issuedAt: FAKE_NOW, expiresAt: FAKE_NOW + 3_600_000 };
export const TOKEN: SsoToken = { type: "sso-token", accessToken: new Secret("not-a-real-token"), ...LIFE };
export const SESSION: AwsSession = {
  type: "aws-session",
  accessKeyId: "ASIAEXAMPLEEXAMPLE22",
  secretAccessKey: new Secret("not-a-real-secret"),
  sessionToken: new Secret("not-a-real-session-token"),
  ...LIFE,
};
const REGISTRATION = {
  clientId: "client",
  clientSecret: new Secret("not-a-real-client-secret"),
  ...LIFE,
};
export const AWS: ServicePlace = { region: "eu-west-1", endpointUrl: undefined };
const ROLE = {
  roleArn: "arn:aws:iam::999999999999:role/R",
  sessionName: "me",
  externalId: undefined,
  durationSeconds: undefined,
};

/** The three services, each with one of its operations. */
export const CALLS: Readonly<
  Record<"sts" | "sso" | "oidc", (host: FakeHost, place?: ServicePlace) => Promise<unknown>>
> = {
  sts: (host, place = AWS) => assumeRole(host, place, SESSION, ROLE, { doing: "assume the role" }),
  sso: (host, place = AWS) =>
    getRoleCredentials(host, place, TOKEN, { accountId: "111122223333", name: "Admin" }, {
      doing: "get credentials",
      where: "auth.identities.admin.principal",
    }),
  oidc: (host, place = AWS) => createToken(host, place, REGISTRATION, { deviceCode: new Secret("code") }),
};

/** The request of an operation; the fake AWS answers it. */
