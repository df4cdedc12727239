import assert from "node:assert/strict";
import { type AwsSession, Secret } from "../../lib/credentials.ts";
import {
  childEnvironment,
  keysEnvironment,
  onlyInherited,
  ownSecretVariables,
  pointersEnvironment,
} from "../../lib/output/environment.ts";
import { FAKE_NOW } from "../fake_host.ts";

const SESSION: AwsSession = {
  type: "aws-session",
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: new Secret("not-a-real-secret"),
  sessionToken: new Secret("not-a-real-token"),
  issuedAt: FAKE_NOW,
  expiresAt: FAKE_NOW + 3_600_000,
};
const POINTERS = { credentialsFile: "/f/credentials", configFile: "/f/config", profile: "prod" };
const AROUND = { region: "eu-west-1", env: [{ key: "TF_VAR_stage", value: "prod" }] };

Deno.test("keysEnvironment() sets the keys, the region, the end and the identity's own variables, in this order", () => {
  assert.deepEqual(Object.entries(keysEnvironment(SESSION, AROUND).set), [
    ["AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"],
    ["AWS_SECRET_ACCESS_KEY", "not-a-real-secret"],
    ["AWS_SESSION_TOKEN", "not-a-real-token"],
    ["AWS_REGION", "eu-west-1"],
    ["AWS_DEFAULT_REGION", "eu-west-1"],
    ["AWS_CREDENTIAL_EXPIRATION", "2026-11-23T13:00:00Z"],
    ["TF_VAR_stage", "prod"],
  ]);
});

Deno.test("keysEnvironment() removes what would win over keys in some SDK", () => {
  assert.deepEqual(keysEnvironment(SESSION, AROUND).unset, [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
  ]);
});

Deno.test("an unknown region leaves the inherited one alone", () => {
  const { set, unset } = keysEnvironment(SESSION, { region: undefined, env: [] });
  assert.equal("AWS_REGION" in set, false);
  assert.equal(unset.includes("AWS_REGION"), false);
});

Deno.test("pointersEnvironment() names files and profile, holds no secret and removes keys", () => {
  const { set, unset } = pointersEnvironment(POINTERS, AROUND);
  assert.deepEqual(set, {
    AWS_SHARED_CREDENTIALS_FILE: "/f/credentials",
    AWS_CONFIG_FILE: "/f/config",
    AWS_PROFILE: "prod",
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    TF_VAR_stage: "prod",
  });
  for (
    const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE"]
  ) {
    assert.ok(unset.includes(name), name);
  }
});

Deno.test("an identity's own variable is never removed again, whatever its name", () => {
  const env = [{ key: "AWS_ROLE_ARN", value: "arn:aws:iam::111122223333:role/x" }];
  const { set, unset } = pointersEnvironment(POINTERS, { region: undefined, env });
  assert.equal(set.AWS_ROLE_ARN, "arn:aws:iam::111122223333:role/x");
  assert.equal(unset.includes("AWS_ROLE_ARN"), false);
});

Deno.test("childEnvironment() names the identity, shuts the instance's metadata out and takes our own secrets away", () => {
  const secrets = ownSecretVariables("MY_KEYRING_PASSWORD");
  const { set, unset } = childEnvironment(pointersEnvironment(POINTERS, AROUND), "prod", secrets);
  assert.equal(set.ATMOS_IDENTITY, "prod");
  assert.equal(set.AWS_EC2_METADATA_DISABLED, "true");
  assert.equal(set.AWS_SDK_LOAD_CONFIG, "1");
  assert.equal(set.AWS_PROFILE, "prod");
  for (
    const name of [
      "ATMOS_KEYRING_PASSWORD",
      "MY_KEYRING_PASSWORD",
      "ATMOS_MFA_TOKEN",
      "ATMOS_SAML_PASSWORD",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      "AWS_CREDENTIAL_EXPIRATION",
    ]
  ) assert.ok(unset.includes(name), name);
  assert.equal(new Set(unset).size, unset.length);
});

Deno.test("childEnvironment() takes our own secrets away even when the identity's env sets one", () => {
  const env = [{ key: "ATMOS_MFA_TOKEN", value: "123456" }];
  const edits = childEnvironment(
    pointersEnvironment(POINTERS, { region: undefined, env }),
    "prod",
    ownSecretVariables("MY_PASSWORD"),
  );
  assert.equal("ATMOS_MFA_TOKEN" in edits.set, false);
  assert.ok(edits.unset.includes("ATMOS_MFA_TOKEN"));
});

Deno.test("onlyInherited() keeps only removals of what is there", () => {
  const edits = { set: { A: "1" }, unset: ["B", "C"] };
  assert.deepEqual(onlyInherited(edits, (name) => name === "C" ? "" : undefined), {
    set: { A: "1" },
    unset: ["C"],
  });
});
