import assert from "node:assert/strict";
import {
  assumeRole,
  type AssumeRoleRequest,
  assumeRoleWithWebIdentity,
  getCallerIdentity,
  getSessionToken,
} from "../../lib/aws/sts.ts";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { keyId, xml } from "./fake_aws.ts";

const PLACE = { region: "us-east-1", endpointUrl: undefined };
const LIFE = { issuedAt: FAKE_NOW, expiresAt: FAKE_NOW + 3_600_000 };
const BASE: AwsSession = {
  type: "aws-session",
  accessKeyId: keyId(1),
  secretAccessKey: new Secret("not-a-real-secret"),
  sessionToken: new Secret("not-a-real-session-token"),
  ...LIFE,
};
const KEYS = { accessKeyId: "AKIAEXAMPLEEXAMPLE22", secretAccessKey: new Secret("not-a-real-secret") };
const REQUEST: AssumeRoleRequest = {
  roleArn: "arn:aws-us-gov:iam::999999999999:role/path/R",
  sessionName: "me",
  externalId: undefined,
  durationSeconds: undefined,
};
const ATTEMPT = { doing: "assume the role" };
const CREDENTIALS = `<Credentials><AccessKeyId>${keyId(2)}</AccessKeyId>` +
  "<SecretAccessKey>not/a+real=secret</SecretAccessKey><SessionToken>not-a-real-token</SessionToken>" +
  "<Expiration>2026-11-23T13:00:00Z</Expiration></Credentials>";
const ASSUMED = "<AssumedRoleUser><AssumedRoleId>AROA:me</AssumedRoleId>" +
  "<Arn>arn:aws-us-gov:sts::999999999999:assumed-role/R/me</Arn></AssumedRoleUser>";

/** A host that answers one action, and the form that it received. */
function answering(action: string, result: string) {
  const host = fakeHost({ exchanges: () => xml(action, result) });
  const form = async () => Object.fromEntries(new URLSearchParams(await host.requests[0]?.text()));
  return { host, form };
}

const shown = (session: AwsSession) => ({
  ...session,
  secretAccessKey: session.secretAccessKey.reveal(),
  sessionToken: session.sessionToken.reveal(),
});

const SHOWN = {
  type: "aws-session",
  accessKeyId: keyId(2),
  secretAccessKey: "not/a+real=secret",
  sessionToken: "not-a-real-token",
  ...LIFE,
};

Deno.test("assumeRole() returns the session, its account and its principal", async () => {
  const { host, form } = answering("AssumeRole", CREDENTIALS + ASSUMED);
  assert.deepEqual(shown(await assumeRole(host, PLACE, BASE, REQUEST, ATTEMPT)), {
    ...SHOWN,
    accountId: "999999999999",
    principalArn: "arn:aws-us-gov:sts::999999999999:assumed-role/R/me",
  });
  assert.deepEqual(await form(), {
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: REQUEST.roleArn,
    RoleSessionName: "me",
  });
});

Deno.test("assumeRole() sends an external id and a duration only if requested", async () => {
  const { host, form } = answering("AssumeRole", CREDENTIALS);
  const session = await assumeRole(
    host,
    PLACE,
    BASE,
    { ...REQUEST, externalId: "partner-4711", durationSeconds: 900 },
    ATTEMPT,
  );
  assert.deepEqual(shown(session), SHOWN, "an answer that names nobody");
  const { ExternalId, DurationSeconds } = await form();
  assert.deepEqual([ExternalId, DurationSeconds], ["partner-4711", "900"]);
});

Deno.test("assumeRole() rejects an incomplete session, or one with an unreadable expiry", async () => {
  const broken = [
    CREDENTIALS.replace(/<SessionToken>.*<\/SessionToken>/, ""),
    CREDENTIALS.replace(/<Expiration>.*<\/Expiration>/, ""),
    "",
  ];
  for (const result of broken) {
    const { host } = answering("AssumeRole", result);
    await assert.rejects(assumeRole(host, PLACE, BASE, REQUEST, ATTEMPT), {
      code: "bad-answer",
      exitCode: 5,
    });
  }
});

Deno.test("assumeRoleWithWebIdentity() is unsigned", async () => {
  const { host, form } = answering("AssumeRoleWithWebIdentity", CREDENTIALS + ASSUMED);
  const token = { type: "oidc-token", token: new Secret("not.a.token"), ...LIFE } as const;
  const session = await assumeRoleWithWebIdentity(host, PLACE, token, REQUEST, ATTEMPT);
  assert.equal(session.accountId, "999999999999");
  assert.equal(host.requests[0]?.headers.get("authorization"), null);
  assert.equal((await form())["WebIdentityToken"], "not.a.token");
});

Deno.test("getSessionToken() is signed with the user's own keys, and sends a code only with its device", async () => {
  const serialNumber = "arn:aws:iam::123456789012:mfa/username";
  for (const mfa of [undefined, { serialNumber, code: "123456" }]) {
    const { host, form } = answering("GetSessionToken", CREDENTIALS);
    const session = await getSessionToken(host, PLACE, KEYS, { durationSeconds: 43_200, mfa }, ATTEMPT);
    assert.deepEqual(shown(session), SHOWN);
    const [request] = host.requests;
    assert.match(request?.headers.get("authorization") ?? "", /Credential=AKIAEXAMPLEEXAMPLE22\//);
    assert.equal(request?.headers.get("x-amz-security-token"), null);
    const { SerialNumber, TokenCode, DurationSeconds } = await form();
    assert.deepEqual([SerialNumber, TokenCode, DurationSeconds], [mfa?.serialNumber, mfa?.code, "43200"]);
  }
});

Deno.test("getCallerIdentity() returns the identity of a session", async () => {
  const { host } = answering(
    "GetCallerIdentity",
    "<Account>999999999999</Account><Arn>arn:aws:sts::999999999999:assumed-role/R/me</Arn><UserId>AROA:me</UserId>",
  );
  assert.deepEqual(await getCallerIdentity(host, PLACE, BASE), {
    accountId: "999999999999",
    arn: "arn:aws:sts::999999999999:assumed-role/R/me",
    userId: "AROA:me",
  });
  const { host: mute } = answering("GetCallerIdentity", "");
  await assert.rejects(getCallerIdentity(mute, PLACE, BASE), { code: "bad-answer" });
});
