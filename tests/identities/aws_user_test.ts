import assert from "node:assert/strict";
import type { UserIdentity } from "../../lib/config/types.ts";
import { Secret } from "../../lib/credentials.ts";
import { takeUserSession } from "../../lib/identities/aws_user.ts";
import { parseStoredUser, printStoredUser } from "../../lib/identities/user_keys.ts";
import { failureOf } from "../failing.ts";
import { type Emulator, MFA_USER, PLAIN_USER, startEmulator } from "../emulator/mod.ts";
import { type FakeHost, fakeHost, type FakeHostInit } from "../fake_host.ts";

const ANSI = { ansi: true, color: false, columns: 100 };

function user(
  keys: { accessKeyId: string; secretAccessKey: string } | undefined,
  extra: Partial<UserIdentity> = {},
): UserIdentity {
  return {
    kind: "aws/user",
    via: undefined,
    required: false,
    alias: undefined,
    env: [],
    sessionSeconds: undefined,
    endpointUrl: undefined,
    region: "us-east-1",
    mfaArn: undefined,
    mfaCommand: undefined,
    keys: keys === undefined
      ? undefined
      : { accessKeyId: keys.accessKeyId, secretAccessKey: new Secret(keys.secretAccessKey) },
    ...extra,
  };
}

/** A host whose network is the emulator's, and whose clock starts at its. */
function hostFor(aws: Emulator, init: FakeHostInit = {}): FakeHost {
  return fakeHost({ now: aws.now(), exchanges: (request) => fetch(request), ...init });
}

function take(host: FakeHost, aws: Emulator, config: UserIdentity, stored?: string) {
  const place = { region: "us-east-1", endpointUrl: aws.url };
  return takeUserSession(host, "emergency", config, place, () => Promise.resolve(stored));
}

const asked = (aws: Emulator) => aws.requests("GetSessionToken").map(({ parameters }) => ({ ...parameters }));

Deno.test("takeUserSession() exchanges keys for twelve hours, without MFA", async () => {
  await using aws = await startEmulator();
  const host = hostFor(aws);
  const session = await take(host, aws, user(PLAIN_USER));
  assert.equal(session.issuedAt, host.now());
  assert.ok(Math.abs(session.expiresAt - session.issuedAt - 43_200_000) < 60_000);
  assert.equal(asked(aws)[0]?.["DurationSeconds"], "43200");
  assert.equal(asked(aws)[0]?.["TokenCode"], undefined);
});

Deno.test("takeUserSession() takes the duration of YAML over the stored one, and the stored over the default", async () => {
  await using aws = await startEmulator();
  const stored = printStoredUser({
    keys: { accessKeyId: PLAIN_USER.accessKeyId, secretAccessKey: new Secret(PLAIN_USER.secretAccessKey) },
    next: undefined,
    mfaArn: undefined,
    sessionSeconds: 7200,
  });
  await take(hostFor(aws), aws, user(undefined), stored);
  await take(hostFor(aws), aws, user(undefined, { sessionSeconds: 900 }), stored);
  assert.deepEqual(asked(aws).map((parameters) => parameters["DurationSeconds"]), ["7200", "900"]);
});

Deno.test("takeUserSession() asks for a code in a box, says what is wrong with one, and never sends one twice", async () => {
  await using aws = await startEmulator();
  const right = await aws.totp(MFA_USER.mfaSerial);
  const wrong = right === "000000" ? "111111" : "000000";
  const keys = [..."12345", "\r", "\x7f", "\x7f", "\x7f", "\x7f", "\x7f", ...wrong, "\r", ...wrong, "\r"];
  const erase = Array.from({ length: 6 }, () => "\x7f");
  const host = hostFor(aws, { keys: [...keys, ...erase, ...right, "\r"], screen: ANSI });
  await take(host, aws, user(MFA_USER, { mfaArn: MFA_USER.mfaSerial, sessionSeconds: 129_600 }));
  for (
    const said of [
      "Enter MFA Token",
      `MFA Device: ${MFA_USER.mfaSerial}`,
      "MFA token must be 6 digits",
      "Invalid MFA token",
      "This code was used already",
    ]
  ) assert.ok(host.told.includes(said), said);
  assert.deepEqual(asked(aws).map((parameters) => parameters["TokenCode"]), [wrong, right]);
  assert.equal(asked(aws)[1]?.["DurationSeconds"], "129600");
});

Deno.test("takeUserSession() gives up after three codes", async () => {
  await using aws = await startEmulator();
  const right = await aws.totp(MFA_USER.mfaSerial);
  const wrong = ["000000", "111111", "222222", "333333"].filter((code) => code !== right).slice(0, 3);
  const keys = wrong.flatMap((code) => [...code, "\r"]);
  const error = await failureOf(
    take(hostFor(aws, { keys, screen: ANSI }), aws, user(MFA_USER, { mfaArn: MFA_USER.mfaSerial })),
  );
  assert.equal(error.code, "refused");
  assert.match(error.message, /^Invalid MFA token: /);
  assert.equal(asked(aws).length, 3);
});

Deno.test("takeUserSession() takes a code from ATMOS_MFA_TOKEN, once", async () => {
  await using aws = await startEmulator();
  const right = await aws.totp(MFA_USER.mfaSerial);
  const config = user(MFA_USER, { mfaArn: MFA_USER.mfaSerial });
  await take(hostFor(aws, { env: { ATMOS_MFA_TOKEN: right } }), aws, config);
  const error = await failureOf(take(hostFor(aws, { env: { ATMOS_MFA_TOKEN: right } }), aws, config));
  assert.equal(error.code, "refused");
  assert.match(error.message, /^Invalid MFA token: /);
  assert.ok(error.hints.some((hint) => hint.includes("Each code works once")));
  const short = await failureOf(take(hostFor(aws, { env: { ATMOS_MFA_TOKEN: "12345" } }), aws, config));
  assert.deepEqual([short.code, short.where], ["usage", "ATMOS_MFA_TOKEN"]);
  assert.match(short.message, /^MFA token must be 6 digits/);
  assert.equal(asked(aws).length, 2);
});

Deno.test("takeUserSession() takes codes from the configured program, and waits for the next one after a refusal", async () => {
  await using aws = await startEmulator();
  const right = await aws.totp(MFA_USER.mfaSerial);
  const wrong = right === "000000" ? "111111" : "000000";
  const printed = [`${wrong}\n`, `${wrong}\n`, `${right}\n`];
  const config = user(MFA_USER, { mfaArn: MFA_USER.mfaSerial, mfaCommand: ["ykman", "oath", "code"] });
  const host = hostFor(aws, { run: () => ({ code: 0, stdout: printed.shift() ?? "" }) });
  const before = host.now();
  await take(host, aws, config);
  assert.deepEqual(
    host.commands.map(({ program, args }) => [program, ...args]),
    Array(3).fill(["ykman", "oath", "code"]),
  );
  assert.deepEqual(asked(aws).map((parameters) => parameters["TokenCode"]), [wrong, right]);
  assert.equal(
    Math.floor(host.now() / 30_000),
    Math.floor(before / 30_000) + 1,
    "it waited for the next code",
  );
  const failed = await failureOf(take(hostFor(aws, { run: () => ({ code: 3, stdout: "" }) }), aws, config));
  assert.deepEqual([failed.code, failed.where], [
    "failed",
    "auth.identities.emergency.credentials.mfa_command",
  ]);
  const chatty = await failureOf(
    take(hostFor(aws, { run: () => ({ code: 0, stdout: "touch your key" }) }), aws, config),
  );
  assert.match(chatty.message, /MFA token must be 6 digits, and ykman printed something else$/);
});

Deno.test("takeUserSession() gives up on a program that prints one code for ever, and on one that cannot be run", async () => {
  await using aws = await startEmulator();
  const right = await aws.totp(MFA_USER.mfaSerial);
  const wrong = right === "000000" ? "111111" : "000000";
  const config = user(MFA_USER, { mfaArn: MFA_USER.mfaSerial, mfaCommand: ["pass", "otp"] });
  const stuck = hostFor(aws, { run: () => ({ code: 0, stdout: wrong }) });
  const error = await failureOf(take(stuck, aws, config));
  assert.deepEqual([error.code, asked(aws).length, stuck.commands.length], ["failed", 1, 4]);
  const absent = await failureOf(take(hostFor(aws), aws, config));
  assert.deepEqual([absent.code, absent.exitCode], ["failed", 1]);
  assert.match(absent.message, /^Cannot get an MFA code: Cannot run pass/);
  assert.ok(absent.hints.some((hint) => hint.includes("ATMOS_MFA_TOKEN")));
});

Deno.test("takeUserSession() reads codes with the blanks that apps show", async () => {
  await using aws = await startEmulator();
  const code = await aws.totp(MFA_USER.mfaSerial);
  const config = user(MFA_USER, { mfaArn: MFA_USER.mfaSerial });
  const env = { ATMOS_MFA_TOKEN: ` ${code.slice(0, 3)} ${code.slice(3)}\n` };
  await take(hostFor(aws, { env }), aws, config);
  assert.deepEqual(asked(aws).map((parameters) => parameters["TokenCode"]), [code]);
});

Deno.test("takeUserSession() needs a person when no code can be had", async () => {
  await using aws = await startEmulator();
  const error = await failureOf(take(hostFor(aws), aws, user(MFA_USER, { mfaArn: MFA_USER.mfaSerial })));
  assert.deepEqual([error.code, error.exitCode], ["person-needed", 3]);
  assert.ok(error.hints.some((hint) => hint.includes("ATMOS_MFA_TOKEN")));
  assert.equal(asked(aws).length, 0);
});

Deno.test("takeUserSession() does not ask again for a device that is not the user's", async () => {
  await using aws = await startEmulator();
  const device = "arn:aws:iam::123456789012:mfa/somebody-else";
  const host = hostFor(aws, { keys: [..."123456", "\r", ..."654321", "\r"], screen: ANSI });
  const error = await failureOf(take(host, aws, user(MFA_USER, { mfaArn: device })));
  assert.deepEqual([error.code, error.remoteCode], ["refused", "AccessDenied"]);
  assert.match(error.message, /^MFA device not found: /);
  assert.ok(error.requestId !== undefined, "the id of the request that AWS refused");
  assert.equal(asked(aws).length, 1);
});

Deno.test("takeUserSession() says how far the clock is off when a code is refused", async () => {
  await using aws = await startEmulator();
  const code = await aws.totp(MFA_USER.mfaSerial);
  const host = hostFor(aws, { env: { ATMOS_MFA_TOKEN: code } });
  aws.advance(150_000);
  const error = await failureOf(take(host, aws, user(MFA_USER, { mfaArn: MFA_USER.mfaSerial })));
  assert.match(error.message, /^Invalid MFA token: /);
  assert.ok(error.hints.some((hint) => /clock is 2m\d+s behind AWS's/.test(hint)), error.hints.join("\n"));
});

Deno.test("takeUserSession() tells a key that is unknown or inactive, a wrong secret and temporary keys apart", async () => {
  await using aws = await startEmulator();
  const key = aws.state.credentials.get(PLAIN_USER.accessKeyId);
  assert.ok(key !== undefined);
  key.active = false;
  const inactive = await failureOf(take(hostFor(aws), aws, user(PLAIN_USER)));
  assert.deepEqual([inactive.code, inactive.remoteCode], ["refused", "InvalidClientTokenId"]);
  assert.ok(inactive.hints[0]?.includes(PLAIN_USER.accessKeyId));
  assert.ok(inactive.requestId !== undefined);
  key.active = true;
  const wrong = await failureOf(
    take(hostFor(aws), aws, user({ ...PLAIN_USER, secretAccessKey: "not+the+secret" })),
  );
  assert.deepEqual([wrong.code, wrong.remoteCode], ["refused", "SignatureDoesNotMatch"]);
  assert.ok(wrong.hints.some((hint) => hint.includes("secret access key does not belong")));
});

Deno.test("takeUserSession() sends people without keys to user configure, and refuses what AWS would", async () => {
  await using aws = await startEmulator();
  const none = await failureOf(take(hostFor(aws), aws, user(undefined)));
  assert.deepEqual([none.code, none.hints], ["not-found", [
    "Run `atmos auth user configure --identity emergency` to store its keys in the keyring",
  ]]);
  const alien = await failureOf(take(hostFor(aws), aws, user(undefined), '{"version":99}'));
  assert.match(alien.message, /written by another version/);
  const long = await failureOf(take(hostFor(aws), aws, user(PLAIN_USER, { sessionSeconds: 86_400 })));
  assert.deepEqual([long.code, long.where], ["config-invalid", "auth.identities.emergency.session.duration"]);
  assert.equal(asked(aws).length, 0);
});

Deno.test("takeUserSession() lets the MFA device of YAML beat the stored one, and falls to the stored one", async () => {
  await using aws = await startEmulator();
  const stored = printStoredUser({
    keys: { accessKeyId: MFA_USER.accessKeyId, secretAccessKey: new Secret(MFA_USER.secretAccessKey) },
    next: undefined,
    mfaArn: MFA_USER.mfaSerial,
    sessionSeconds: undefined,
  });
  const other = "arn:aws:iam::123456789012:mfa/other";
  await failureOf(
    take(
      hostFor(aws, { env: { ATMOS_MFA_TOKEN: "123456" } }),
      aws,
      user(undefined, { mfaArn: other }),
      stored,
    ),
  );
  const right = await aws.totp(MFA_USER.mfaSerial);
  await take(hostFor(aws, { env: { ATMOS_MFA_TOKEN: right } }), aws, user(undefined), stored);
  assert.deepEqual(asked(aws).map((parameters) => parameters["SerialNumber"]), [other, MFA_USER.mfaSerial]);
});

Deno.test("a stored user reads back as it was written, and shows no secret", () => {
  const stored = {
    keys: { accessKeyId: "AKIAEMULATOREXAMPLE2", secretAccessKey: new Secret("not+a+real+secret") },
    next: undefined,
    mfaArn: undefined,
    sessionSeconds: 3600,
  };
  const next = {
    accessKeyId: "AKIAEMULATOREXAMPLE3",
    secretAccessKey: new Secret("not+a+real+secret+either"),
  };
  const rotating = parseStoredUser(printStoredUser({ ...stored, next }));
  assert.deepEqual([rotating?.next?.accessKeyId, rotating?.next?.secretAccessKey.reveal()], [
    next.accessKeyId,
    "not+a+real+secret+either",
  ]);
  const read = parseStoredUser(printStoredUser(stored));
  assert.equal(read?.keys.secretAccessKey.reveal(), "not+a+real+secret");
  assert.deepEqual([read?.keys.accessKeyId, read?.mfaArn, read?.sessionSeconds], [
    "AKIAEMULATOREXAMPLE2",
    undefined,
    3600,
  ]);
  assert.ok(!Deno.inspect(read).includes("not+a+real"));
  for (const text of ["", "null", "[]", "{}", '{"version":2}', "\u0000"]) {
    assert.equal(parseStoredUser(text), undefined);
  }
});
