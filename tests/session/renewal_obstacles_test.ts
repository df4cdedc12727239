import assert from "node:assert/strict";
import { planChain } from "../../lib/chain/plan.ts";
import type { AuthConfig } from "../../lib/config/types.ts";
import { Secret } from "../../lib/credentials.ts";
import { codeNeeded, needsKeyring, personIn, storedTarget } from "../../lib/session/renewal_obstacles.ts";
import { auth, permissionSet, role, saml, sso, user } from "../chain/samples.ts";

const KEYS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: new Secret("not-a-real-secret") };
const DEVICE = "arn:aws:iam::111122223333:mfa/ana";
const nothingSet = { env: () => undefined };
const withPassword = { env: (name: string) => name === "ATMOS_SAML_PASSWORD" ? "not-a-real-one" : undefined };

/** The plan of the last identity. */
function planOf(config: AuthConfig) {
  return planChain(config, [...config.identities.keys()].at(-1) ?? "");
}

Deno.test("personIn() finds nobody where a token, a token of CI or keys alone renew", () => {
  for (
    const config of [
      auth({ a: permissionSet("sso") }),
      auth({ a: user({ keys: KEYS }) }, {}),
      auth({ a: user({ mfaArn: DEVICE, mfaCommand: ["code"] }) }, {}),
      auth({ a: user({ mfaArn: DEVICE }), b: role({ identity: "a" }) }, {}),
    ]
  ) {
    assert.equal(personIn(nothingSet, planOf(config)), undefined);
  }
});

Deno.test("personIn() names the device of a user, and the site of a SAML login without a password", () => {
  const mfa = planOf(auth({ a: user({ mfaArn: DEVICE }) }, {}));
  assert.match(personIn(nothingSet, mfa) ?? "", new RegExp(DEVICE));
  const site = (with_: Parameters<typeof saml>[0]) =>
    planOf(auth({ a: role({ provider: "idp" }) }, { idp: saml(with_) }));
  assert.match(personIn(nothingSet, site({})) ?? "", /log in at /);
  assert.match(personIn(withPassword, site({ driver: "Browser" })) ?? "", /log in at /);
  assert.equal(personIn(withPassword, site({ driver: "Okta" })), undefined);
  assert.equal(
    personIn(nothingSet, site({ driver: "Okta", password: new Secret("not-a-real-one") })),
    undefined,
  );
});

Deno.test("needsKeyring() says so of a portal, and of a user whose keys are not in YAML", () => {
  assert.equal(needsKeyring(planOf(auth({ a: permissionSet("sso") }, { sso: sso() }))), true);
  assert.equal(needsKeyring(planOf(auth({ a: user({}), b: role({ identity: "a" }) }, {}))), true);
  assert.equal(needsKeyring(planOf(auth({ a: user({ keys: KEYS }) }, {}))), false);
  assert.equal(needsKeyring(planOf(auth({ a: role({ provider: "idp" }) }, { idp: saml({}) }))), false);
});

Deno.test("storedTarget() is the user whose entry says whether codes are needed, and codeNeeded() reads that", () => {
  const stored = user({});
  assert.equal(storedTarget(planOf(auth({ a: stored }, {}))), stored);
  assert.equal(storedTarget(planOf(auth({ a: stored, b: role({ identity: "a" }) }, {}))), undefined);
  assert.equal(storedTarget(planOf(auth({ a: user({ keys: KEYS }) }, {}))), undefined);
  assert.equal(codeNeeded(stored, undefined), undefined);
  assert.match(codeNeeded(stored, DEVICE) ?? "", /mfa\/ana is needed each time/);
  assert.equal(codeNeeded(user({ mfaCommand: ["code"] }), DEVICE), undefined);
});
