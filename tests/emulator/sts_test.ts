import assert from "node:assert/strict";
import { type Emulator, MFA_USER, PLAIN_USER, startEmulator } from "./mod.ts";
import { callSts, type Keys, keysIn, outcome, permissionSetKeys, postForm, textIn } from "./test_client.ts";

const HOUR = 3_600_000;
const PRODUCTION_ADMIN = "arn:aws:iam::999999999999:role/ProductionAdmin";
const DEPLOYER = "arn:aws:iam::123456789012:role/Deployer";
const PARTNER = "arn:aws:iam::777788889999:role/PartnerAccess";
const BREAK_GLASS = "arn:aws:iam::123456789012:role/BreakGlass";

function assume(emulator: Emulator, keys: Keys, RoleArn: string, form: Record<string, string> = {}) {
  return callSts(emulator, keys, "AssumeRole", { RoleArn, RoleSessionName: "test", ...form });
}

Deno.test("GetCallerIdentity says who signed, in STS's own XML", async () => {
  await using emulator = await startEmulator();
  const { status, text, headers } = await callSts(emulator, PLAIN_USER, "GetCallerIdentity");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "text/xml");
  const requestId = headers.get("x-amzn-requestid") ?? "";
  assert.match(requestId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(
    text.replace(/AIDA[A-Z0-9]{17}/, "AIDA"),
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      `<Arn>${PLAIN_USER.arn}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  );
});

Deno.test("a refusal is STS's ErrorResponse, dated by the emulator's clock", async () => {
  await using emulator = await startEmulator();
  emulator.setClock(Date.UTC(2030, 0, 2, 3, 4, 5));
  const { status, text, headers } = await postForm(emulator.url, {
    Action: "GetCallerIdentity",
    Version: "2011-06-15",
  });
  assert.equal(status, 403);
  assert.match(headers.get("date") ?? "", /^Wed, 02 Jan 2030 03:04:0\d GMT$/);
  assert.equal(
    text,
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
      "<Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message></Error>" +
      `<RequestId>${headers.get("x-amzn-requestid")}</RequestId></ErrorResponse>`,
  );
  const unknown = await callSts(emulator, PLAIN_USER, "DoSomething");
  assert.equal(outcome(unknown), "400 InvalidAction");
});

Deno.test("AssumeRole gives a session of the role, whose ARN drops the path", async () => {
  await using emulator = await startEmulator();
  const admin = keysIn(
    await assume(emulator, permissionSetKeys(emulator, "111122223333", "AdminAccess"), PRODUCTION_ADMIN),
  );
  const reply = await assume(emulator, admin, "arn:aws:iam::999999999999:role/audit/ProductionAuditor");
  assert.equal(textIn(reply.text, "Arn"), "arn:aws:sts::999999999999:assumed-role/ProductionAuditor/test");
  const { accessKeyId, expiresAt } = keysIn(reply);
  assert.match(accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.ok(Math.abs(expiresAt - emulator.now() - HOUR) < 2000);
});

Deno.test("AssumeRole answers AccessDenied alike for a role that refuses and one that is not there", async () => {
  await using emulator = await startEmulator();
  const readOnly = permissionSetKeys(emulator, "111122223333", "ReadOnlyAccess");
  const messages = [];
  for (const role of [PRODUCTION_ADMIN, "arn:aws:iam::999999999999:role/NoSuchRole"]) {
    const reply = await assume(emulator, readOnly, role);
    assert.equal(outcome(reply), "403 AccessDenied");
    messages.push(textIn(reply.text, "Message")?.replace(role, "ROLE"));
  }
  assert.equal(messages[0], messages[1]);
  assert.equal(
    messages[0],
    `User: ${readOnly.arn} is not authorized to perform: sts:AssumeRole on resource: ROLE`,
  );
});

Deno.test("a policy of the caller that allows no role closes even a role that trusts the account", async () => {
  await using emulator = await startEmulator();
  const caller = permissionSetKeys(emulator, "123456789012", "ReadOnlyAccess");
  assert.equal(outcome(await assume(emulator, caller, DEPLOYER)), "200");
  caller.mayAssume = [];
  assert.equal(outcome(await assume(emulator, caller, DEPLOYER)), "403 AccessDenied");
  caller.mayAssume = ["arn:aws:iam::*:role/Dep*"];
  assert.equal(outcome(await assume(emulator, caller, DEPLOYER)), "200");
});

Deno.test("an external id must be the one in the trust policy", async () => {
  await using emulator = await startEmulator();
  const keys = permissionSetKeys(emulator, "111122223333", "AdminAccess");
  assert.equal(outcome(await assume(emulator, keys, PARTNER)), "403 AccessDenied");
  assert.equal(
    outcome(await assume(emulator, keys, PARTNER, { ExternalId: "partner-4712" })),
    "403 AccessDenied",
  );
  assert.equal(outcome(await assume(emulator, keys, PARTNER, { ExternalId: "partner-4711" })), "200");
});

Deno.test("role chaining ends at an hour, a direct session at the role's maximum", async () => {
  await using emulator = await startEmulator();
  const chained = (DurationSeconds: string) =>
    assume(emulator, permissionSetKeys(emulator, "111122223333", "AdminAccess"), PRODUCTION_ADMIN, {
      DurationSeconds,
    });
  assert.equal(outcome(await chained("3600")), "200");
  const refused = await chained("3601");
  assert.equal(outcome(refused), "400 ValidationError");
  assert.equal(
    textIn(refused.text, "Message"),
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
  );
  const direct = (DurationSeconds: string) => assume(emulator, PLAIN_USER, DEPLOYER, { DurationSeconds });
  const { expiresAt } = keysIn(await direct("43200"));
  assert.ok(Math.abs(expiresAt - emulator.now() - 12 * HOUR) < 2000);
  const role = emulator.state.seed.roles.find(({ arn }) => arn === DEPLOYER);
  assert.ok(role);
  role.maxSessionDuration = 7200;
  assert.equal(
    textIn((await direct("7201")).text, "Message"),
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
  );
});

Deno.test("parameters outside the service's limits are ValidationError and name themselves", async () => {
  await using emulator = await startEmulator();
  const cases: [Record<string, string>, RegExp][] = [
    [{ RoleSessionName: "x" }, /'roleSessionName' failed .* length greater than or equal to 2/],
    [{ RoleSessionName: "x".repeat(65) }, /length less than or equal to 64/],
    [
      { RoleSessionName: "with space" },
      /'roleSessionName' failed .* regular expression pattern: \[\\w\+=,\.@-\]\*/,
    ],
    [{ DurationSeconds: "899" }, /'durationSeconds' failed .* value greater than or equal to 900/],
    [{ DurationSeconds: "43201" }, /value less than or equal to 43200/],
    [{ ExternalId: "a b" }, /'externalId'/],
    [{ TokenCode: "12345" }, /'tokenCode'/],
    [{ RoleArn: "arn:aws:iam::123456789012:user/nobody" }, /is invalid/],
    [{ RoleArn: "arn:aws-us-gov:iam::123456789012:role/Deployer" }, /Request ARN is invalid/],
  ];
  for (const [form, message] of cases) {
    const reply = await assume(emulator, PLAIN_USER, DEPLOYER, form);
    assert.equal(outcome(reply), "400 ValidationError", JSON.stringify(form));
    assert.match((textIn(reply.text, "Message") ?? "").replaceAll("&#39;", "'"), message);
  }
  const policy = await assume(emulator, PLAIN_USER, DEPLOYER, { Policy: "{" });
  assert.equal(outcome(policy), "400 MalformedPolicyDocument");
});

Deno.test("a source identity stays along the chain and cannot be changed", async () => {
  await using emulator = await startEmulator();
  const admin = permissionSetKeys(emulator, "111122223333", "AdminAccess");
  const first = await assume(emulator, admin, PRODUCTION_ADMIN, { SourceIdentity: "jane" });
  assert.equal(textIn(first.text, "SourceIdentity"), "jane");
  const auditor = "arn:aws:iam::999999999999:role/audit/ProductionAuditor";
  assert.equal(textIn((await assume(emulator, keysIn(first), auditor)).text, "SourceIdentity"), "jane");
  const changed = await assume(emulator, keysIn(first), auditor, { SourceIdentity: "john" });
  assert.equal(outcome(changed), "403 AccessDenied");
});

Deno.test("credentials end when they say, and are known only as they were issued", async () => {
  await using emulator = await startEmulator();
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = keysIn(
    await assume(emulator, PLAIN_USER, DEPLOYER),
  );
  const keys = { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? "" };
  const whoami = async (changed: Keys) => outcome(await callSts(emulator, changed, "GetCallerIdentity"));
  assert.equal(await whoami(keys), "200");
  assert.equal(
    await whoami({ ...keys, sessionToken: keys.sessionToken.slice(1) }),
    "403 InvalidClientTokenId",
  );
  assert.equal(await whoami({ accessKeyId, secretAccessKey }), "403 InvalidClientTokenId");
  assert.equal(await whoami({ ...keys, accessKeyId: "ASIAAAAAAAAAAAAAAAAA" }), "403 InvalidClientTokenId");
  assert.equal(await whoami({ ...PLAIN_USER, sessionToken: "x" }), "403 InvalidClientTokenId");
  emulator.setClock(expiresAt - 1000);
  assert.equal(await whoami(keys), "200");
  emulator.setClock(expiresAt);
  assert.equal(await whoami(keys), "403 ExpiredToken");
});

Deno.test("GetSessionToken is for long-lived keys, and its sessions may only assume roles and say who they are", async () => {
  await using emulator = await startEmulator();
  const session = keysIn(await callSts(emulator, PLAIN_USER, "GetSessionToken"));
  assert.ok(Math.abs(session.expiresAt - emulator.now() - 12 * HOUR) < 2000);
  const call = async (keys: Keys, action: string, form: Record<string, string> = {}) =>
    outcome(await callSts(emulator, keys, action, form));
  assert.equal(await call(session, "GetCallerIdentity"), "200");
  assert.equal(
    outcome(await assume(emulator, session, DEPLOYER, { DurationSeconds: "7200" })),
    "200",
    "not chaining",
  );
  assert.equal(await call(session, "GetSessionToken"), "403 AccessDenied");
  assert.equal(
    await call(session, "GetAccessKeyInfo", { AccessKeyId: PLAIN_USER.accessKeyId }),
    "403 AccessDenied",
  );
  const role = keysIn(await assume(emulator, PLAIN_USER, DEPLOYER));
  assert.equal(await call(role, "GetSessionToken"), "403 AccessDenied");
  const info = await callSts(emulator, role, "GetAccessKeyInfo", { AccessKeyId: PLAIN_USER.accessKeyId });
  assert.equal(textIn(info.text, "Account"), "123456789012");
  assert.equal(await call(PLAIN_USER, "GetSessionToken", { DurationSeconds: "129600" }), "200");
  assert.equal(
    await call(PLAIN_USER, "GetSessionToken", { DurationSeconds: "129601" }),
    "400 ValidationError",
  );
});

Deno.test("an MFA code works once, and its three failures have AWS's three messages", async () => {
  await using emulator = await startEmulator();
  const session = (SerialNumber: string, TokenCode: string) =>
    callSts(emulator, MFA_USER, "GetSessionToken", { SerialNumber, TokenCode });
  const code = await emulator.totp(MFA_USER.mfaSerial);
  assert.equal(outcome(await session(MFA_USER.mfaSerial, code)), "200");
  const message = async (serial: string, code: string) => {
    const reply = await session(serial, code);
    assert.equal(outcome(reply), "403 AccessDenied");
    return textIn(reply.text, "Message");
  };
  assert.match(await message(MFA_USER.mfaSerial, code) ?? "", /failed with invalid MFA one time pass code/);
  assert.match(await message(MFA_USER.arn, code) ?? "", /unable to validate MFA code/);
  const half = await callSts(emulator, MFA_USER, "GetSessionToken", { SerialNumber: MFA_USER.mfaSerial });
  assert.match(
    textIn(half.text, "Message") ?? "",
    /must provide both MFA serial number and one time pass code/,
  );
  emulator.advance(30_000);
  assert.equal(outcome(await session(MFA_USER.mfaSerial, await emulator.totp(MFA_USER.mfaSerial))), "200");
});

Deno.test("a role that requires MFA opens with a code in the call, or with a session made by one", async () => {
  await using emulator = await startEmulator();
  assert.equal(outcome(await assume(emulator, MFA_USER, BREAK_GLASS)), "403 AccessDenied");
  const code = async () => ({
    SerialNumber: MFA_USER.mfaSerial,
    TokenCode: await emulator.totp(MFA_USER.mfaSerial),
  });
  assert.equal(outcome(await assume(emulator, MFA_USER, BREAK_GLASS, await code())), "200");
  const plain = keysIn(await callSts(emulator, MFA_USER, "GetSessionToken"));
  assert.equal(outcome(await assume(emulator, plain, BREAK_GLASS)), "403 AccessDenied");
  emulator.advance(30_000);
  const session = keysIn(await callSts(emulator, MFA_USER, "GetSessionToken", await code()));
  assert.equal(outcome(await assume(emulator, session, BREAK_GLASS)), "200");
});
