import assert from "node:assert/strict";
import { keyHints, type RefusedKeys } from "../../lib/identities/key_hints.ts";

const KEYS: RefusedKeys = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  identity: "emergency",
  region: "us-east-1",
  mfaArn: undefined,
  source: "keyring",
};

function hints(
  code: string,
  keys: Partial<RefusedKeys> = {},
  message = "no reason given",
): readonly string[] {
  const failure = { code, message, status: 403, requestId: undefined, serverTime: undefined };
  return keyHints(failure, { ...KEYS, ...keys });
}

const device = (partition: string) => `arn:${partition}:iam::123456789012:mfa/username`;

Deno.test("keyHints() says of an unknown key that it is gone, or at home in another partition", () => {
  const [gone, elsewhere, remedy] = hints("InvalidClientTokenId");
  assert.match(gone ?? "", /^The access key AKIAIOSFODNN7EXAMPLE was deleted or deactivated/);
  assert.match(elsewhere ?? "", /another partition than us-east-1: .* us-gov-west-1 or cn-north-1$/);
  assert.match(remedy ?? "", /`atmos auth user configure --identity emergency`; the stored ones are left/);
  assert.match(
    hints("InvalidClientTokenId", { region: "cn-north-1" })[1] ?? "",
    /us-east-1 or us-gov-west-1$/,
  );
});

Deno.test("keyHints() lets the MFA device tell which of the two it is", () => {
  const gone = hints("InvalidClientTokenId", { mfaArn: device("aws") });
  assert.equal(gone.length, 2);
  assert.match(gone[0] ?? "", /deleted or deactivated/);
  const elsewhere = hints("InvalidClientTokenId", { mfaArn: device("aws-us-gov") });
  assert.deepEqual(elsewhere, [
    "The user's MFA device is in the partition aws-us-gov, the region us-east-1 is not: set credentials.region to a region of aws-us-gov",
  ]);
  assert.equal(hints("InvalidClientTokenId", { mfaArn: "GAHT12345678" }).length, 3);
});

Deno.test("keyHints() sends people where the keys came from", () => {
  const remedy = (source: RefusedKeys["source"]) => hints("SignatureDoesNotMatch", { source });
  assert.deepEqual(remedy("atmos.yaml"), ["Put other keys where atmos.yaml takes these from"]);
  assert.deepEqual(remedy("typed"), ["Nothing was stored"]);
  assert.match(remedy("keyring")[0] ?? "", /user configure/);
});

Deno.test("keyHints() tells temporary credentials apart, and is silent when the keys are not to blame", () => {
  for (const code of ["ExpiredToken", "ExpiredTokenException"]) {
    assert.match(hints(code)[0] ?? "", /temporary credentials that have expired/);
  }
  const session = hints("AccessDenied", {}, "Cannot call GetSessionToken with session credentials");
  assert.match(session[0] ?? "", /^These are temporary credentials;/);
  assert.deepEqual(hints("AccessDenied", {}, "explicit deny"), []);
  assert.deepEqual(hints("SignatureDoesNotMatch", {}, "Signature expired: now earlier than"), []);
  assert.deepEqual(hints("Throttling"), []);
});
