import assert from "node:assert/strict";
import { planChain } from "../../lib/chain/plan.ts";
import { selectIdentity } from "../../lib/chain/select.ts";
import type { AuthConfig, LoadedConfig } from "../../lib/config/types.ts";
import { lineOf } from "../config/setup.ts";
import { BY_STAGE, configOf, yaml } from "./setup.ts";

const DEV = "stacks/deploy/dev.yaml";
const ATMOS = BY_STAGE + yaml`
  auth:
    providers:
      my-sso:
        kind: aws/iam-identity-center
        region: us-east-1
        start_url: https://example.awsapps.com/start
    identities:
      admin:
        kind: aws/permission-set
        default: true
        via: { provider: my-sso }
        principal: { name: Admin, account: { id: "111122223333" } }
`;
const READER = yaml`
      reader:
        kind: aws/permission-set
        via: { provider: my-sso }
        principal: { name: Reader, account: { id: "111122223333" } }
`.replaceAll(/^(?=.)/gm, "    ");

/** The configuration of the component `it` in `dev`; `atmos` goes on below \`identities:\`. */
async function authOf(
  manifest: string,
  { atmos = "", name = "it", files = {}, env = {} } = {},
): Promise<LoadedConfig> {
  return await configOf(
    { "atmos.yaml": ATMOS + atmos, [DEV]: `vars: { stage: dev }\n${manifest}`, ...files },
    { name, stack: "dev" },
    { env },
  );
}

const defaultsOf = ({ identities }: AuthConfig) =>
  [...identities.values()].filter(({ isDefault }) => isDefault).map(({ name }) => name);

const CUSTOM_ROLE = yaml`
  components:
    terraform:
      it:
        auth:
          identities:
            custom-role:
              kind: aws/assume-role
              via:
                provider: my-sso
              principal:
                assume_role: arn:aws:iam::123456789012:role/MyAppRole
      other: {}
`;

Deno.test("a component has identities of its own, as the manual's custom-role", async () => {
  const { auth, problems } = await authOf(CUSTOM_ROLE);
  assert.deepEqual(problems, []);
  assert.deepEqual(planChain(auth, "custom-role").identities.map(({ name, inserted }) => [name, inserted]), [
    ["admin", true],
    ["custom-role", false],
  ]);
  assert.deepEqual(defaultsOf(auth), ["admin"]);
  assert.deepEqual([...(await authOf(CUSTOM_ROLE, { name: "other" })).auth.identities.keys()], ["admin"]);
});

Deno.test("a component's default is the only one, for that component alone", async () => {
  const manifest = yaml`
    components:
      terraform:
        it: { auth: { identities: { Reader: { default: true } } } }
        other: {}
  `;
  const { auth } = await authOf(manifest, { atmos: READER });
  // Names differ in case only: they are one identity.
  assert.deepEqual(defaultsOf(auth), ["Reader"]);
  assert.deepEqual(selectIdentity(auth, { flag: undefined, variable: undefined }), {
    type: "named",
    name: "Reader",
  });
  assert.deepEqual(defaultsOf((await authOf(manifest, { atmos: READER, name: "other" })).auth), ["admin"]);
});

Deno.test("the nearest layer that marks a default counts: manifest, type, base component, component, overrides", async () => {
  const layers = [
    "auth: { identities: { one: { default: true } } }",
    "terraform: { auth: { identities: { two: { default: true } } } }",
    "base: { auth: { identities: { three: { default: true } } } }",
    "it: { metadata: { inherits: [base] }, auth: { identities: { four: { default: true } } } }",
  ];
  const atmos = ["one", "two", "three", "four", "five"].map((name) => READER.replace("reader", name)).join(
    "",
  );
  const defaults = async (count: number, overrides = "") => {
    const [top = "", type = "", base = "base: {}", own = "it: { metadata: { inherits: [base] } }"] = layers
      .slice(0, count);
    const manifest = `${top}\n${type}\ncomponents:\n  terraform:\n    ${base}\n    ${own}\n${overrides}`;
    return defaultsOf((await authOf(manifest, { atmos })).auth);
  };
  assert.deepEqual(
    [await defaults(0), await defaults(1), await defaults(2), await defaults(3), await defaults(4)],
    [["admin"], ["one"], ["two"], ["three"], ["four"]],
  );
  assert.deepEqual(
    await defaults(4, "overrides: { auth: { identities: { five: { default: true } } } }\n"),
    ["five"],
  );
});

Deno.test("default: false takes a mark away, and means nothing for an identity that nobody defines", async () => {
  const { auth, problems } = await authOf(
    "components: { terraform: { it: { auth: { identities: { admin: { default: false }, ghost: { default: false } } } } } }\n",
  );
  assert.deepEqual([defaultsOf(auth), [...auth.identities.keys()], problems], [[], ["admin"], []]);
});

Deno.test("default: true for an identity that nobody defines is a problem, and nothing is taken in its place", async () => {
  const { auth, problems } = await authOf(
    "components: { terraform: { it: { auth: { identities: { admn: { default: true } } } } } }\n",
  );
  assert.deepEqual(
    problems.filter(({ code }) => code === "undefined-default").map((problem) => [
      lineOf(problem),
      problem.hint,
    ]),
    [[
      `/work/${DEV}:2:73 error undefined-default auth.identities.admn.default`,
      'Did you mean "admin"?',
    ]],
  );
  assert.deepEqual(selectIdentity(auth, { flag: undefined, variable: undefined }), {
    type: "named",
    name: "admn",
  });
  assert.throws(() => planChain(auth, "admn"), { code: "config-invalid" });
});

Deno.test("a role goes on starting from the provider's default set when the role becomes the default", async () => {
  const manifest = CUSTOM_ROLE.replace("custom-role:\n", "custom-role:\n            default: true\n");
  const { auth, problems } = await authOf(manifest, { atmos: READER });
  assert.deepEqual(problems, []);
  assert.deepEqual(defaultsOf(auth), ["custom-role"]);
  assert.deepEqual(planChain(auth, "custom-role").identities.map(({ name }) => name), [
    "admin",
    "custom-role",
  ]);
});

Deno.test("a component may have providers of its own, and change a part of an identity", async () => {
  const { auth, problems } = await authOf(yaml`
    components:
      terraform:
        it:
          auth:
            providers:
              ci: { kind: github/oidc, region: eu-west-1 }
            identities:
              deploy:
                kind: aws/assume-role
                via: { provider: ci }
                principal: { assume_role: "arn:aws:iam::123456789012:role/Deploy" }
              admin: { principal: { account: { id: "444455556666" } } }
  `);
  assert.deepEqual(problems, []);
  assert.equal(planChain(auth, "deploy").provider?.name, "ci");
  const admin = auth.identities.get("admin")?.config;
  assert.ok(admin?.kind === "aws/permission-set");
  assert.deepEqual([admin.permissionSet, admin.account], ["Admin", { id: "444455556666" }]);
});

Deno.test("what is wrong with a component's identity is told with the manifest's line", async () => {
  const { problems } = await authOf(
    "components: { terraform: { it: { auth: { identities: { admin: { principal: { account: { id: 12 } } } } } } } }\n",
  );
  assert.deepEqual(problems.map(lineOf), [
    `/work/${DEV}:2:93 error malformed-account-id auth.identities.admin.principal.account.id`,
  ]);
});

Deno.test("a manifest needs trust to name a program, in a repository or not", async () => {
  const manifest = yaml`
    components:
      terraform:
        it:
          auth:
            identities:
              me: { kind: aws/user, credentials: { region: us-east-1, mfa_command: [code] } }
  `;
  const codes = async (files: Readonly<Record<string, string>>, env = {}) =>
    (await authOf(manifest, { files, env })).problems.map(({ code }) => code);
  for (const files of [{}, { "/work/.git/HEAD": "ref: refs/heads/main\n" }]) {
    assert.deepEqual(await codes(files), ["untrusted"]);
    assert.deepEqual(await codes(files, { ATMOS_TRUST_CONFIG: "true" }), []);
  }
});

Deno.test("only the manifests that say something of the authentication are files of the configuration", async () => {
  const { files } = await authOf("import: [catalog/auth, catalog/vars]\n" + CUSTOM_ROLE, {
    files: {
      "stacks/catalog/auth.yaml": "auth: { logs: { level: Debug } }\n",
      "stacks/catalog/vars.yaml": "vars: { x: 1 }\n",
    },
  });
  assert.deepEqual(files.map(({ path }) => path).sort(), [
    "/work/atmos.yaml",
    "/work/stacks/catalog/auth.yaml",
    `/work/${DEV}`,
  ]);
});

Deno.test("!env in a component's auth is its own variable first, and an unset one blocks that identity alone", async () => {
  const manifest = yaml`
    components:
      terraform:
        it:
          env: { ROLE: "arn:aws:iam::123456789012:role/Own" }
          auth:
            identities:
              own: { kind: aws/assume-role, via: { identity: admin }, principal: { assume_role: !env ROLE } }
              unset: { kind: aws/assume-role, via: { identity: admin }, principal: { assume_role: !env NOWHERE } }
  `;
  const { auth, problems } = await authOf(manifest, {
    env: { ROLE: "arn:aws:iam::123456789012:role/Other" },
  });
  const own = auth.identities.get("own")?.config;
  assert.ok(own?.kind === "aws/assume-role");
  assert.equal(own.roleArn, "arn:aws:iam::123456789012:role/Own");
  assert.deepEqual(problems.map(({ code, about }) => [code, about?.name]), [["unset-variable", "unset"]]);
});

Deno.test("a component without any auth of its own has that of atmos.yaml", async () => {
  const { auth, problems } = await authOf("components: { terraform: { it: {} } }\n");
  assert.deepEqual([[...auth.identities.keys()], defaultsOf(auth), problems], [["admin"], ["admin"], []]);
});
