import assert from "node:assert/strict";
import fc from "fast-check";
import type { AssumeRoleIdentity } from "../../lib/config/types.ts";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import {
  type AssumeRoleDuration,
  defaultSessionName,
  takeRole,
} from "../../lib/identities/aws_assume_role.ts";
import { type FakeAws, fakeAws, keyId, stsError } from "../aws/fake_aws.ts";
import { role } from "../chain/samples.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";

const PLACE = { region: "us-east-1", endpointUrl: undefined };
const LIFE = { issuedAt: FAKE_NOW, expiresAt: FAKE_NOW + 3_600_000 };
const BASE: AwsSession = {
  type: "aws-session",
  accessKeyId: keyId(99),
  secretAccessKey: new Secret("not-a-real-secret"),
  sessionToken: new Secret("not-a-real-session-token"),
  accountId: "111122223333",
  ...LIFE,
};
const ANY: AssumeRoleDuration = { seconds: undefined, own: false };

function take(
  aws: FakeAws,
  config: Partial<AssumeRoleIdentity> = {},
  duration: AssumeRoleDuration = ANY,
  base: AwsSession = BASE,
) {
  const host = fakeHost({ exchanges: (request) => aws.answer(request, host.now()) });
  return takeRole(host, "prod", role({ identity: "admin" }, config), PLACE, base, duration);
}

/** What STS says of a duration beyond the role's maximum. */
const TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";

function refusingBeyond(seconds: number): FakeAws {
  const aws = fakeAws();
  aws.on.AssumeRole = ({ parameters }) =>
    Number(parameters["DurationSeconds"] ?? 0) > seconds
      ? stsError("ValidationError", TOO_LONG, 400)
      : undefined;
  return aws;
}

const asked = (aws: FakeAws) => aws.calls.map(({ parameters }) => parameters["DurationSeconds"]);

Deno.test("takeRole() assumes the role as the identity is configured", async () => {
  const aws = fakeAws();
  const config = { sessionName: "jane", externalId: "partner-4711" };
  const session = await take(aws, config, { seconds: 1800, own: true });
  assert.equal(session.principalArn, "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/jane");
  assert.deepEqual([session.accountId, session.expiresAt], ["999999999999", FAKE_NOW + 1_800_000]);
  assert.deepEqual(aws.calls, [{
    operation: "AssumeRole",
    origin: "https://sts.us-east-1.amazonaws.com",
    caller: keyId(99),
    parameters: {
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: "arn:aws:iam::999999999999:role/ProductionAdmin",
      RoleSessionName: "jane",
      ExternalId: "partner-4711",
      DurationSeconds: "1800",
    },
  }]);
});

Deno.test("takeRole() names the session after the identity and the time, and leaves the length to AWS", async () => {
  const aws = fakeAws();
  await take(aws);
  const { RoleSessionName, DurationSeconds, ExternalId } = aws.calls[0]?.parameters ?? {};
  assert.deepEqual([RoleSessionName, DurationSeconds, ExternalId], [
    `atmos-prod-${FAKE_NOW / 1000}`,
    undefined,
    undefined,
  ]);
});

Deno.test("defaultSessionName() always is what STS takes, with the identity's beginning and the whole time", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(4_102_444_800), (identity, seconds) => {
    const name = defaultSessionName(identity, seconds * 1000 + 999);
    assert.match(name, /^[\w+=,.@-]{2,64}$/);
    assert.ok(name.startsWith("atmos-") && name.endsWith(`-${seconds}`));
  }));
  assert.equal(defaultSessionName("a/b c_d.é@x", FAKE_NOW), `atmos-a-b-c_d.-@x-${FAKE_NOW / 1000}`);
  assert.equal(defaultSessionName("x".repeat(100), FAKE_NOW), `atmos-${"x".repeat(47)}-${FAKE_NOW / 1000}`);
});

Deno.test("takeRole() lets an inherited duration give way to the role's own maximum", async () => {
  const aws = refusingBeyond(3600);
  const session = await take(aws, {}, { seconds: 28_800, own: false });
  assert.equal(session.expiresAt, FAKE_NOW + 3_600_000);
  assert.deepEqual(asked(aws), ["28800", undefined]);
});

Deno.test("takeRole() fails for a duration of the identity's own that the role does not allow", async () => {
  const aws = refusingBeyond(3600);
  await assert.rejects(take(aws, {}, { seconds: 28_800, own: true }), {
    code: "refused",
    exitCode: 4,
    remoteCode: "ValidationError",
    where: "auth.identities.prod.principal",
    hints: ["Lower the duration of this identity, or raise the role's maximum session duration"],
  });
  assert.deepEqual(asked(aws), ["28800"]);
});

Deno.test("takeRole() asks for no less than STS gives when a shorter duration was inherited", async () => {
  const inherited = fakeAws();
  await take(inherited, {}, { seconds: 600, own: false });
  assert.deepEqual(asked(inherited), ["900"]);
  const own = fakeAws();
  await take(own, {}, { seconds: 600, own: true });
  assert.deepEqual(asked(own), ["600"]);
});

Deno.test("takeRole() asks once more for a shorter session only when the length was the trouble", async () => {
  const aws = fakeAws();
  aws.on.AssumeRole = () => stsError("ValidationError", "1 validation error: RoleSessionName", 400);
  await assert.rejects(take(aws, {}, { seconds: 3600, own: false }), { code: "refused" });
  assert.equal(aws.calls.length, 1);
});

Deno.test("takeRole() says who was refused, and what the trust policy may want", async () => {
  const refused = async (config: Partial<AssumeRoleIdentity>, base: AwsSession) => {
    const aws = fakeAws();
    aws.on.AssumeRole = () =>
      stsError("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole");
    const error: unknown = await take(aws, config, ANY, base).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error && "hints" in error && Array.isArray(error.hints) && "code" in error);
    assert.equal(error.code, "refused");
    assert.equal(aws.calls.length, 1, "a refusal is not tried again");
    return error.hints.slice(0, 2);
  };
  assert.deepEqual(
    await refused({}, { ...BASE, principalArn: "arn:aws:sts::111122223333:assumed-role/A/jane" }),
    [
      "Check that the role exists and that its trust policy lets arn:aws:sts::111122223333:assumed-role/A/jane in",
      "If the trust policy asks for an external id, set principal.external_id",
    ],
  );
  assert.deepEqual(await refused({ externalId: "partner-4711" }, BASE), [
    "Check that the role exists and that its trust policy lets the session in 111122223333 in",
    "Check principal.external_id against the trust policy",
  ]);
});

Deno.test("takeRole() tells a session that is over from a refusal", async () => {
  const aws = fakeAws();
  aws.dead.add(keyId(99));
  await assert.rejects(take(aws), { code: "session-rejected", remoteCode: "ExpiredToken" });
});
