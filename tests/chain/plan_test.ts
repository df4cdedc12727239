import assert from "node:assert/strict";
import fc from "fast-check";
import { planChain, planProvider, targetOf } from "../../lib/chain/plan.ts";
import type { ChainPlan } from "../../lib/chain/types.ts";
import type { AuthConfig, IdentityConfig } from "../../lib/config/types.ts";
import { isAuthError } from "../../lib/errors.ts";
import { auth, blocked, permissionSet, problem, role, saml, sso, threeLinks, user } from "./samples.ts";

const namesOf = (plan: ChainPlan) => [
  ...(plan.provider === undefined ? [] : [plan.provider.name]),
  ...plan.identities.map(({ name, inserted }) => inserted ? `+${name}` : name),
];

Deno.test("planChain() orders a chain from its provider to its target", () => {
  const plan = planChain(threeLinks(), "audit");
  assert.deepEqual(namesOf(plan), ["sso", "admin", "prod", "audit"]);
  assert.equal(targetOf(plan).name, "audit");
});

Deno.test("planChain() gives a whole step with all that it inherits", () => {
  const config = auth(
    { admin: permissionSet("sso"), prod: role({ identity: "admin" }, { region: "eu-west-1" }) },
    { sso: sso({ sessionSeconds: 28_800, region: "us-west-2" }) },
  );
  assert.deepEqual(planChain(config, "prod"), {
    provider: { name: "sso", config: sso({ sessionSeconds: 28_800, region: "us-west-2" }) },
    identities: [
      {
        name: "admin",
        config: permissionSet("sso"),
        inserted: false,
        region: "us-west-2",
        regionKnown: true,
        endpointUrl: undefined,
        duration: {
          seconds: 28_800,
          from: "auth.providers.sso.session.duration",
          own: false,
          limitSeconds: 43_200,
          limitReason: "the permission set's own session duration decides",
          shortenedFrom: undefined,
        },
      },
      {
        name: "prod",
        config: role({ identity: "admin" }, { region: "eu-west-1" }),
        inserted: false,
        region: "eu-west-1",
        regionKnown: true,
        endpointUrl: undefined,
        duration: {
          seconds: 3600,
          from: "auth.providers.sso.session.duration",
          own: false,
          limitSeconds: 3600,
          limitReason: "role chaining: a role assumed by a role session lasts 1h at most",
          shortenedFrom: 28_800,
        },
      },
    ],
  });
});

Deno.test("planChain() starts at a user when no provider is named", () => {
  const config = auth({ keys: user(), prod: role({ identity: "keys" }) }, {});
  const plan = planChain(config, "prod");
  assert.equal(plan.provider, undefined);
  assert.deepEqual(namesOf(plan), ["keys", "prod"]);
});

Deno.test("planChain() takes the target's name in any case", () => {
  assert.equal(targetOf(planChain(threeLinks(), "PROD")).name, "prod");
});

Deno.test("planChain() refuses a cycle and names it", () => {
  const config = auth({
    a: role({ identity: "b" }),
    b: role({ identity: "c" }),
    c: role({ identity: "a" }),
    outside: role({ identity: "b" }),
    self: role({ identity: "self" }),
  });
  const message = (target: string) => {
    try {
      planChain(config, target);
    } catch (error) {
      assert.ok(isAuthError(error, "config-invalid"));
      return [error.message, error.where];
    }
    throw new Error("planned");
  };
  assert.deepEqual(message("a"), [
    "Cannot plan the chain: a -> b -> c -> a is a cycle",
    "auth.identities.a.via",
  ]);
  assert.deepEqual(message("outside"), [
    "Cannot plan the chain: b -> c -> a -> b is a cycle",
    "auth.identities.b.via",
  ]);
  assert.deepEqual(message("self"), [
    "Cannot plan the chain: self -> self is a cycle",
    "auth.identities.self.via",
  ]);
});

Deno.test("planChain() refuses a cycle of 500 in a message that can be read", () => {
  const size = 500;
  const config = auth(Object.fromEntries(
    Array.from({ length: size }, (_, index) => [`i${index}`, role({ identity: `i${(index + 1) % size}` })]),
  ));
  assert.throws(() => planChain(config, "i0"), {
    code: "config-invalid",
    message:
      "Cannot plan the chain: i0 -> i1 -> i2 -> i3 -> i4 -> i5 -> ... -> i496 -> i497 -> i498 -> i499 -> i0 is a cycle",
  });
});

Deno.test("planChain() plans a chain of 500", () => {
  const names = Array.from({ length: 500 }, (_, index) => `i${index}`);
  const config = auth(Object.fromEntries(
    names.map((name, index) => [
      name,
      index === 0 ? permissionSet("sso") : role({ identity: `i${index - 1}` }),
    ]),
  ));
  assert.deepEqual(planChain(config, "i499").identities.map(({ name }) => name), names);
});

Deno.test("planChain() refuses an unknown target with the nearest names", () => {
  assert.throws(() => planChain(threeLinks(), "prd"), {
    code: "not-found",
    hints: ['Did you mean "prod"?', "Run `atmos auth list` to see what is configured"],
  });
});

Deno.test("planChain() refuses names in via that nobody defined", () => {
  const config = auth({ a: role({ identity: "gone" }), b: permissionSet("nowhere") });
  assert.throws(() => planChain(config, "a"), {
    code: "config-invalid",
    message: 'Cannot use the identity "gone": it is not defined',
    where: "auth.identities.gone",
  });
  assert.throws(() => planChain(config, "b"), {
    code: "config-invalid",
    message: 'Cannot use the provider "nowhere": it is not defined',
    where: "auth.providers.nowhere",
  });
});

Deno.test("planChain() refuses kinds that this program cannot run, wherever they stand in the chain", () => {
  const config = auth(
    {
      root: { kind: "unsupported", declaredKind: "aws/assume-root", via: { provider: "sso" } },
      below: role({ identity: "root" }),
      azure: role({ provider: "entra" }),
    },
    { sso: sso(), entra: { kind: "unsupported", declaredKind: "azure/oidc" } },
  );
  for (const target of ["root", "below"]) {
    assert.throws(() => planChain(config, target), {
      code: "unsupported",
      exitCode: 2,
      message: 'Cannot use the identity "root": the kind "aws/assume-root" is not supported by this program',
      where: "auth.identities.root.kind",
    });
  }
  assert.throws(() => planChain(config, "azure"), {
    code: "unsupported",
    where: "auth.providers.entra.kind",
  });
  assert.throws(() => planProvider(config, "entra"), { code: "unsupported" });
});

Deno.test("planChain() says why a blocked entry cannot be used, with the code of its kind", () => {
  const because = (name: string, ...codes: string[]) =>
    blocked(name, {
      problems: [
        problem(name, { code: "unknown-key", severity: "warning", blocks: false, reason: "odd key" }),
        ...codes.map((code) => problem(name, { code, reason: `${code} it is` })),
      ],
    });
  const config = auth({
    unset: because("unset", "unset-variable"),
    distrusted: because("distrusted", "untrusted"),
    wrong: because("wrong", "missing-key"),
    twice: because("twice", "unset-variable", "unset-variable"),
    mixed: because("mixed", "unset-variable", "missing-key"),
    below: role({ identity: "unset" }),
  });
  const at = { file: "/repo/atmos.yaml", line: 7, column: 5 };
  for (
    const [name, reason, code] of [
      ["unset", "unset-variable", "variable-unset"],
      ["distrusted", "untrusted", "untrusted"],
      ["wrong", "missing-key", "config-invalid"],
    ] as const
  ) {
    assert.throws(() => planChain(config, name), {
      code,
      exitCode: 2,
      message: `Cannot use the identity "${name}": ${reason} it is`,
      where: `auth.identities.${name}.principal`,
      at,
      hints: ["Add principal.name"],
    });
  }
  assert.throws(() => planChain(config, "below"), { code: "variable-unset", at });
  assert.throws(() => planChain(config, "twice"), { code: "variable-unset" });
  assert.throws(() => planChain(config, "mixed"), {
    code: "config-invalid",
    message: 'Cannot use the identity "mixed": its configuration has 2 problems',
    hints: [
      "auth.identities.mixed.principal: unset-variable it is",
      "auth.identities.mixed.principal: missing-key it is",
      "Run `atmos auth validate` to see every problem with its place",
    ],
  });
});

Deno.test("planChain() plans around a blocked entry that the chain does not touch", () => {
  const config = auth({ broken: blocked("broken"), sound: permissionSet("sso") });
  assert.deepEqual(namesOf(planChain(config, "sound")), ["sso", "sound"]);
});

Deno.test("planChain() inherits the region from the nearest parent, then the provider, then us-east-1", () => {
  const regions = (config: AuthConfig, target: string) =>
    planChain(config, target).identities.map(({ region, regionKnown }) => [region, regionKnown]);
  const config = auth(
    {
      admin: permissionSet("sso", { region: "eu-west-1" }),
      prod: role({ identity: "admin" }),
      audit: role({ identity: "prod" }, { region: "ap-south-1" }),
      last: role({ identity: "audit" }),
      plain: permissionSet("sso"),
      keys: user(),
    },
    { sso: sso({ region: "us-west-2" }) },
  );
  assert.deepEqual(regions(config, "last"), [
    ["eu-west-1", true],
    ["eu-west-1", true],
    ["ap-south-1", true],
    ["ap-south-1", true],
  ]);
  assert.deepEqual(regions(config, "plain"), [["us-west-2", true]]);
  assert.deepEqual(regions(config, "keys"), [["us-east-1", false]]);
});

Deno.test("planChain() takes an identity's endpoint over its provider's, and inherits none from parents", () => {
  const config = auth(
    {
      admin: permissionSet("sso", { endpointUrl: "http://127.0.0.1:1" }),
      prod: role({ identity: "admin" }),
    },
    { sso: sso({ endpointUrl: "http://127.0.0.1:2" }) },
  );
  assert.deepEqual(
    planChain(config, "prod").identities.map(({ endpointUrl }) => endpointUrl),
    ["http://127.0.0.1:1", "http://127.0.0.1:2"],
  );
});

Deno.test("planProvider() takes a name in any case and refuses an unknown one", () => {
  assert.deepEqual(planProvider(threeLinks(), "SSO"), { name: "sso", config: sso() });
  assert.throws(() => planProvider(threeLinks(), "ssso"), {
    code: "not-found",
    message: 'Cannot find the provider "ssso": it is not defined in auth.providers',
    hints: ['Did you mean "sso"?', "Run `atmos auth list` to see what is configured"],
  });
});

const NAMES = ["a", "b", "c", "d", "e"] as const;
const anyName = fc.constantFrom(...NAMES);
const anyProvider = fc.constantFrom("sso", "okta", "nowhere");
const anyIdentity: fc.Arbitrary<IdentityConfig> = fc.oneof(
  anyProvider.map((provider) => permissionSet(provider)),
  anyProvider.map((provider) => role({ provider })),
  anyName.map((identity) => role({ identity })),
  fc.constant(user()),
);
const anyConfig = fc.record({
  a: anyIdentity,
  b: anyIdentity,
  c: anyIdentity,
  d: anyIdentity,
  e: anyIdentity,
});

Deno.test("planChain() plans a chain that can run, or refuses, and does the same each time", () => {
  fc.assert(fc.property(anyConfig, anyName, (identities, target) => {
    const config = auth(identities, { sso: sso(), okta: saml() });
    const attempt = () => {
      try {
        return planChain(config, target);
      } catch (error) {
        assert.ok(isAuthError(error, "config-invalid"));
        return error.message;
      }
    };
    const plan = attempt();
    assert.deepEqual(attempt(), plan);
    if (typeof plan === "string") return;
    const [first, ...rest] = plan.identities;
    assert.equal(
      first.config.kind,
      plan.provider === undefined
        ? "aws/user"
        : plan.provider.config.kind === "aws/saml"
        ? "aws/assume-role"
        : "aws/permission-set",
    );
    assert.ok(rest.every(({ config, inserted }) => config.kind === "aws/assume-role" && !inserted));
    assert.equal(targetOf(plan).name, target);
    const names = plan.identities.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  }));
});
