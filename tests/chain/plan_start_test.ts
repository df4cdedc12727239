/** What a chain starts with: the permission set that is put in behind Identity Center, and what fits behind what. */
import assert from "node:assert/strict";
import { planChain, targetOf } from "../../lib/chain/plan.ts";
import type { ChainPlan } from "../../lib/chain/types.ts";
import type { AuthConfig, Entry, IdentityConfig } from "../../lib/config/types.ts";
import { auth, entry, permissionSet, role, saml, sso } from "./samples.ts";

const namesOf = (plan: ChainPlan) => [
  ...(plan.provider === undefined ? [] : [plan.provider.name]),
  ...plan.identities.map(({ name, inserted }) => inserted ? `+${name}` : name),
];

/** A role directly behind Identity Center, and the permission sets it may start from. */
function direct(...candidates: readonly Entry<IdentityConfig>[]): AuthConfig {
  return auth(
    {
      "custom-role": role({ provider: "sso" }),
      elsewhere: permissionSet("other"),
      ...Object.fromEntries(candidates.map((candidate) => [candidate.name, candidate])),
    },
    { sso: sso(), other: sso({ startUrl: "https://other.awsapps.com/start" }) },
  );
}

Deno.test("planChain() starts a role directly behind Identity Center from its only permission set", () => {
  const plan = planChain(direct(entry("admin", permissionSet("sso"))), "custom-role");
  assert.deepEqual(namesOf(plan), ["sso", "+admin", "custom-role"]);
  assert.equal(targetOf(plan).duration.limitSeconds, 3600, "it is role chaining now");
});

Deno.test("planChain() starts such a role from the only default among several permission sets", () => {
  const config = direct(
    entry("admin", permissionSet("sso")),
    entry("reader", permissionSet("sso"), { isDefault: true }),
  );
  assert.deepEqual(namesOf(planChain(config, "custom-role")), ["sso", "+reader", "custom-role"]);
});

Deno.test("planChain() inserts the start for a longer chain, too", () => {
  const config = auth({
    admin: permissionSet("sso"),
    first: role({ provider: "sso" }),
    second: role({ identity: "first" }),
  });
  assert.deepEqual(namesOf(planChain(config, "second")), ["sso", "+admin", "first", "second"]);
});

Deno.test("planChain() lists the candidates when the start cannot be told", () => {
  assert.throws(() => planChain(direct(), "custom-role"), {
    code: "config-invalid",
    message: 'Cannot plan the chain of "custom-role": the provider "sso" has no permission set to start from',
    where: "auth.identities.custom-role.via",
    hints: ['Add an aws/permission-set identity via "sso", and name it in via.identity'],
  });
  for (const isDefault of [false, true]) {
    const several = direct(
      entry("admin", permissionSet("sso"), { isDefault }),
      entry("reader", permissionSet("sso"), { isDefault }),
    );
    assert.throws(() => planChain(several, "custom-role"), {
      code: "config-invalid",
      message:
        'Cannot plan the chain of "custom-role": the provider "sso" has several permission sets to start from: admin, reader',
      hints: ["Name one of them in via.identity, or mark exactly one with `default: true`"],
    });
  }
});

Deno.test("planChain() inserts nothing behind SAML: the assertion is for the role itself", () => {
  const config = auth({ admin: role({ provider: "okta" }) }, { okta: saml() });
  const plan = planChain(config, "admin");
  assert.deepEqual(namesOf(plan), ["okta", "admin"]);
  assert.equal(targetOf(plan).duration.limitSeconds, 43_200);
});

Deno.test("planChain() refuses a permission set behind anything but Identity Center", () => {
  const config = auth({ admin: permissionSet("okta") }, { okta: saml() });
  assert.throws(() => planChain(config, "admin"), {
    code: "config-invalid",
    message:
      'Cannot plan the chain of "admin": the first identity behind "okta" (aws/saml) must be an aws/assume-role',
    where: "auth.identities.admin.via.provider",
  });
});
