import assert from "node:assert/strict";
import { lineOf, linesOf, loadText, problemsOf, yaml } from "./setup.ts";

/** A provider and, behind it, one identity that is right. */
const SSO =
  "sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://example.awsapps.com/start}";
const OKTA = "okta: {kind: aws/saml, region: us-east-1, url: https://example.okta.com/app/saml}";
const GITHUB = "gh: {kind: github/oidc, region: us-east-1}";
const ADMIN =
  'admin: {kind: aws/permission-set, via: {provider: sso}, principal: {name: Admin, account: {id: "111122223333"}}}';
const ROLE = "arn:aws:iam::111122223333:role/Deploy";

/** One provider entry at line 3, column 5. */
const provider = (text: string) => problemsOf(`auth:\n  providers:\n    p: ${text}\n`);
/** One identity entry at line 7, column 5, behind a provider of each kind. */
const identity = (text: string, env: Readonly<Record<string, string>> = {}) =>
  problemsOf(
    `auth:\n  providers:\n    ${SSO}\n    ${OKTA}\n    ${GITHUB}\n  identities:\n    ${ADMIN}\n    i: ${text}\n`,
    { env },
  );

const sso = (more: string) =>
  `{kind: aws/iam-identity-center, region: us-east-1, start_url: "https://example.awsapps.com/start", ${more}}`;
const role = (more: string, via = "identity: admin") =>
  `{kind: aws/assume-role, via: {${via}}, principal: {assume_role: "${ROLE}"${more}}}`;

Deno.test("every problem of a configuration is reported at once, in file order, whole", async () => {
  const { problems } = await loadText(yaml`
    auth:
      providers:
        sso:
          kind: aws/iam-identity-centre
      identities:
        dev:
          kind: aws/permission-set
          via:
            provider: sos
          principal:
            name: Admin
            account:
              id: 1111
  `);
  assert.deepEqual(problems, [
    {
      severity: "error",
      code: "unknown-kind",
      path: "auth.providers.sso.kind",
      at: { file: "/work/atmos.yaml", line: 4, column: 13 },
      reason: '"aws/iam-identity-centre" is not a kind of provider',
      hint:
        'Did you mean "aws/iam-identity-center"? Kinds of providers: aws/iam-identity-center, aws/saml, github/oidc, oidc/token',
      blocks: true,
      about: { type: "provider", name: "sso" },
    },
    {
      severity: "error",
      code: "unknown-reference",
      path: "auth.identities.dev.via.provider",
      at: { file: "/work/atmos.yaml", line: 9, column: 19 },
      reason: '"sos" is not the name of a provider',
      hint: 'Did you mean "sso"?',
      blocks: true,
      about: { type: "identity", name: "dev" },
    },
    {
      severity: "error",
      code: "malformed-account-id",
      path: "auth.identities.dev.principal.account.id",
      at: { file: "/work/atmos.yaml", line: 13, column: 15 },
      reason: '"1111" is not an AWS account id',
      hint: 'An account id has 12 digits, in quotes: "111122223333"',
      blocks: true,
      about: { type: "identity", name: "dev" },
    },
  ]);
});

Deno.test("a broken entry disturbs no other one", async () => {
  const { auth } = await loadText(
    `auth:\n  providers:\n    ${SSO}\n    bad: {kind: github/oidc}\n  identities:\n    ${ADMIN}\n` +
      `    behind: ${role("", "provider: bad")}\n    broken: {kind: aws/assume-role}\n`,
  );
  assert.deepEqual([...auth.providers.values()].map(({ name, config }) => [name, config?.kind]), [
    ["sso", "aws/iam-identity-center"],
    ["bad", undefined],
  ]);
  assert.deepEqual([...auth.identities.values()].map(({ name, config }) => [name, config?.kind]), [
    ["admin", "aws/permission-set"],
    ["behind", "aws/assume-role"],
    ["broken", undefined],
  ]);
});

Deno.test("an auth section that is no map is one problem, where it begins", async () => {
  for (const text of ["hello", "[]", "1"]) {
    assert.deepEqual(await problemsOf(`auth: ${text}\n`), ["1:7 error wrong-type auth"]);
  }
});

Deno.test("a section or an entry that is no map is a problem of itself", async () => {
  assert.deepEqual(await problemsOf("auth:\n  providers: []\n  identities: x\n"), [
    "2:14 error wrong-type auth.providers",
    "3:15 error wrong-type auth.identities",
  ]);
  assert.deepEqual(await provider(""), ["3:5 error wrong-type auth.providers.p"]);
  assert.deepEqual(await provider("text"), ["3:8 error wrong-type auth.providers.p"]);
  assert.deepEqual(await provider("!exec ls"), ["3:14 error refused-tag auth.providers.p"]);
});

Deno.test("kind: missing, unknown, and kinds that only Atmos runs", async () => {
  assert.deepEqual(await provider("{}"), ["3:5 error missing-key auth.providers.p.kind"]);
  assert.deepEqual(await provider("{kind: }"), ["3:9 error missing-key auth.providers.p.kind"]);
  assert.deepEqual(await provider("{kind: aws/sso}"), ["3:15 error unknown-kind auth.providers.p.kind"]);
  assert.deepEqual(await provider("{kind: [a]}"), ["3:15 error wrong-type auth.providers.p.kind"]);
  assert.deepEqual(await provider("{kind: !env KIND}"), [
    "3:20 warning! unset-variable auth.providers.p.kind",
  ]);
  for (const kind of ["azure/oidc", "gcp/adc", "atmos/pro", "mock/aws"]) {
    assert.deepEqual(await provider(`{kind: ${kind}, tenant_id: x}`), [
      "3:15 warning unsupported-kind auth.providers.p.kind",
    ]);
  }
  for (const kind of ["aws/assume-root", "aws/ambient", "azure/subscription", "gcp/project"]) {
    assert.deepEqual(await identity(`{kind: ${kind}, via: {provider: nobody}}`), [
      "8:15 warning unsupported-kind auth.identities.i.kind",
    ]);
  }
});

Deno.test("a wrong kind hides nothing that is wrong with via", async () => {
  assert.deepEqual(await identity("{kind: aws/rol, via: {provider: nobody}}"), [
    "8:15 error unknown-kind auth.identities.i.kind",
    "8:40 error unknown-reference auth.identities.i.via.provider",
  ]);
});

Deno.test("an entry of a kind that only Atmos runs is kept as unsupported", async () => {
  const { auth } = await loadText(
    "auth: {providers: {az: {kind: azure/cli}}, identities: {a: {kind: azure/subscription, via: {provider: AZ}}}}\n",
  );
  assert.deepEqual(auth.providers.get("az")?.config, { kind: "unsupported", declaredKind: "azure/cli" });
  assert.deepEqual(auth.identities.get("a")?.config, {
    kind: "unsupported",
    declaredKind: "azure/subscription",
    via: { provider: "az" },
  });
});

Deno.test("missing keys are named, each where it should be", async () => {
  assert.deepEqual(await provider("{kind: aws/iam-identity-center}"), [
    "3:5 error missing-key auth.providers.p.start_url",
    "3:5 error missing-key auth.providers.p.region",
  ]);
  assert.deepEqual(await provider("{kind: aws/saml, url: }"), [
    "3:5 error missing-key auth.providers.p.region",
    "3:25 error missing-key auth.providers.p.url",
  ]);
  assert.deepEqual(await provider("{kind: github/oidc}"), ["3:5 error missing-key auth.providers.p.region"]);
  assert.deepEqual(await provider("{kind: oidc/token, region: us-east-1}"), [
    "3:5 error missing-key auth.providers.p.spec",
  ]);
  assert.deepEqual(await identity("{kind: aws/permission-set}"), [
    "8:5 error missing-key auth.identities.i.via",
    "8:5 error missing-key auth.identities.i.principal",
  ]);
  assert.deepEqual(await identity("{kind: aws/permission-set, via: {provider: sso}, principal: {}}"), [
    "8:57 error missing-key auth.identities.i.principal.name",
    "8:57 error missing-key auth.identities.i.principal.account",
  ]);
  assert.deepEqual(
    await identity("{kind: aws/permission-set, via: {provider: sso}, principal: {name: A, account: {}}}"),
    [
      "8:78 error missing-key auth.identities.i.principal.account.id",
    ],
  );
  assert.deepEqual(await identity("{kind: aws/assume-role, via: {identity: admin}, principal: {}}"), [
    "8:56 error missing-key auth.identities.i.principal.assume_role",
  ]);
});

Deno.test("via: neither, both, unknown, and names that only one side knows", async () => {
  assert.deepEqual(await identity(role("", "")), ["8:32 error via-neither auth.identities.i.via"]);
  assert.deepEqual(await identity(role("", "provider: okta, identity: admin")), [
    "8:32 error via-both auth.identities.i.via",
  ]);
  assert.deepEqual(await identity(role("", "provider: nobody")), [
    "8:48 error unknown-reference auth.identities.i.via.provider",
  ]);
  const { problems } = await loadText(
    `auth:\n  providers:\n    ${SSO}\n  identities:\n    i: ${role("", "identity: sso")}\n`,
  );
  assert.deepEqual(problems.map(({ code, hint }) => [code, hint]), [
    ["unknown-reference", "That name is in auth.providers: write via.provider"],
  ]);
});

Deno.test("via finds names without regard to case, and keeps them as the entry is written", async () => {
  const { auth, problems } = await loadText(
    `auth:\n  providers:\n    ${SSO.replace("sso", "My-SSO")}\n  identities:\n    ${
      ADMIN.replace("provider: sso", "provider: my-sso")
    }\n    i: ${role("", "identity: ADMIN")}\n`,
  );
  assert.deepEqual(problems, []);
  const [admin, chained] = [auth.identities.get("admin")?.config, auth.identities.get("i")?.config];
  assert.deepEqual([admin?.via, chained?.via], [{ provider: "My-SSO" }, { identity: "admin" }]);
});

Deno.test("a permission set is refused behind anything but Identity Center", async () => {
  const set = (via: string) =>
    `{kind: aws/permission-set, via: {${via}}, principal: {name: A, account: {name: dev}}}`;
  assert.deepEqual(await identity(set("identity: admin")), [
    "8:51 error wrong-via auth.identities.i.via.identity",
  ]);
  assert.deepEqual(await identity(set("provider: okta")), [
    "8:51 error wrong-via auth.identities.i.via.provider",
  ]);
  assert.deepEqual(await identity(set("provider: gh")), [
    "8:51 error wrong-via auth.identities.i.via.provider",
  ]);
  assert.deepEqual(await identity(set("provider: sso")), []);
});

Deno.test("a cycle is one problem that names all of it, and blocks every member but nobody else", async () => {
  const { auth, problems } = await loadText(yaml`
    auth:
      identities:
        outside: ${role("", "identity: a")}
        a: ${role("", "identity: b")}
        b: ${role("", "identity: c")}
        c: ${role("", "identity: a")}
        self: ${role("", "identity: self")}
  `);
  assert.deepEqual(problems.map(({ code, reason, about }) => [code, reason, about?.name]), [
    ["cycle", "the chain never begins: a -> b -> c -> a", "a"],
    ["cycle", "the chain never begins: self -> self", "self"],
  ]);
  const blocked = [...auth.identities.values()].filter(({ config }) => config === undefined).map(({ name }) =>
    name
  );
  assert.deepEqual(blocked, ["a", "b", "c", "self"]);
  assert.deepEqual(auth.identities.get("c")?.problems, [problems[0]]);
});

Deno.test("a role directly behind Identity Center needs one permission set to start from, or one default", async () => {
  const text = (sets: string) =>
    `auth:\n  providers:\n    ${SSO}\n  identities:\n    i: ${role("", "provider: sso")}\n${sets}`;
  const set = (name: string, more = "") =>
    `    ${ADMIN.replace("admin:", `${name}:`).replace("{kind", `{${more}kind`)}\n`;
  assert.deepEqual(await problemsOf(text(set("one"))), []);
  assert.deepEqual(await problemsOf(text(set("one") + set("two", "default: true, "))), []);
  assert.deepEqual(await problemsOf(text("")), [
    "5:48 error no-permission-set auth.identities.i.via.provider",
  ]);
  const { problems } = await loadText(text(set("one") + set("two")));
  assert.deepEqual(problems.map(({ code, reason }) => [code, reason]), [
    ["several-permission-sets", "the role can start from any of one, two"],
  ]);
});

Deno.test("ARNs: roles, SAML providers and MFA devices have each their own form", async () => {
  for (
    const arn of [
      "role/x",
      "arn:aws:iam::1111:role/x",
      "arn:aws:iam::111122223333:user/x",
      "arn:aws:iam::111122223333:role/",
      "arn:aws:sts::111122223333:assumed-role/x/y",
    ]
  ) {
    assert.deepEqual(
      await identity(`{kind: aws/assume-role, via: {provider: okta}, principal: {assume_role: "${arn}"}}`),
      [
        "8:80 error malformed-role-arn auth.identities.i.principal.assume_role",
      ],
    );
  }
  assert.deepEqual(
    await provider(
      '{kind: aws/saml, region: us-east-1, url: "https://x.example", idp_arn: "arn:aws:iam::111122223333:role/x"}',
    ),
    [
      "3:79 error malformed-saml-provider-arn auth.providers.p.idp_arn",
    ],
  );
  assert.deepEqual(await identity("{kind: aws/user, credentials: {mfa_arn: nonsense}}"), [
    "8:48 error malformed-mfa-arn auth.identities.i.credentials.mfa_arn",
  ]);
  // As `user configure` has it.
  assert.deepEqual(
    await identity('{kind: aws/user, credentials: {mfa_arn: "arn:aws:iam::111122223333:mfa/a b"}}'),
    [
      "8:48 error malformed-mfa-arn auth.identities.i.credentials.mfa_arn",
    ],
  );
  for (const serial of ["arn:aws:iam::111122223333:mfa/me", "GAHT12345678"]) {
    assert.deepEqual(await identity(`{kind: aws/user, credentials: {mfa_arn: "${serial}"}}`), []);
  }
});

Deno.test("an ARN must be of the partition of the region it is used in, wherever that comes from", async () => {
  const chinese = ROLE.replace("arn:aws:", "arn:aws-cn:");
  const code = (text: string) =>
    identity(text).then((lines) => lines.map((line) => line.split(" ").slice(1).join(" ")));
  const mismatch = "error partition-mismatch auth.identities.i.principal.assume_role";
  assert.deepEqual(await code(role("", "provider: okta").replace(ROLE, chinese)), [mismatch]);
  assert.deepEqual(await code(role("", "identity: admin").replace(ROLE, chinese)), [mismatch]);
  assert.deepEqual(await code(role(", region: cn-north-1", "provider: okta").replace(ROLE, chinese)), []);
  assert.deepEqual(await code(role(", region: us-gov-west-1", "provider: okta")), [mismatch]);
  assert.deepEqual(
    await code(
      '{kind: aws/user, credentials: {region: cn-north-1, mfa_arn: "arn:aws:iam::111122223333:mfa/x"}}',
    ),
    [
      "error partition-mismatch auth.identities.i.credentials.mfa_arn",
    ],
  );
  assert.deepEqual(
    await provider(
      '{kind: aws/saml, region: us-gov-west-1, url: "https://x.example", idp_arn: "arn:aws:iam::111122223333:saml-provider/x"}',
    ),
    [
      "3:83 error partition-mismatch auth.providers.p.idp_arn",
    ],
  );
});

Deno.test("regions: nonsense is an error, an unheard-of one a warning, a new number of a known one nothing", async () => {
  const github = (region: string) => provider(`{kind: github/oidc, region: ${region}}`);
  assert.deepEqual(await github("us_east_1"), ["3:36 error malformed-region auth.providers.p.region"]);
  assert.deepEqual(await github("us-esat-1"), ["3:36 warning unknown-region auth.providers.p.region"]);
  assert.deepEqual(await github("eu-west-9"), []);
});

Deno.test("URLs: in full, without a user name, and http only on this machine", async () => {
  const start = async (url: string) =>
    (await provider(sso("tags: []").replace("https://example.awsapps.com/start", url))).map((line) =>
      line.split(" ")[2]
    );
  for (
    const url of [
      "example.awsapps.com/start",
      "ftp://x.example",
      "https://",
      "https://me:pw@x.example",
      "//x",
    ]
  ) {
    assert.deepEqual(await start(url), ["malformed-url"], url);
  }
  assert.deepEqual(await start("http://x.example/start"), ["insecure-url"]);
  assert.deepEqual(await start("http://localhost.evil.example"), ["insecure-url"]);
  for (
    const url of ["http://127.0.0.1:1/start", "http://localhost:8080", "http://[::1]/", "https://x.example"]
  ) {
    assert.deepEqual(await start(url), [], url);
  }
  assert.deepEqual(await provider(sso("spec: {endpoint_url: http://x.example}")), [
    "3:128 error insecure-url auth.providers.p.spec.endpoint_url",
  ]);
  assert.deepEqual(await provider('{kind: aws/saml, region: us-east-1, url: "http://x.example"}'), [
    "3:49 error insecure-url auth.providers.p.url",
  ]);
});

Deno.test("durations: what cannot be read, and what AWS does not allow for the step itself", async () => {
  assert.deepEqual(await provider(sso("session: {duration: soon}")), [
    "3:127 error malformed-duration auth.providers.p.session.duration",
  ]);
  assert.deepEqual(await provider(sso("session: {duration: 0}")), [
    "3:127 error malformed-duration auth.providers.p.session.duration",
  ]);
  assert.deepEqual(await provider(sso("session: {duration: 7d}")), []);
  for (const duration of ["14m", "13h", "1d"]) {
    assert.deepEqual(await provider(sso(`console: {session_duration: ${duration}}`)), [
      "3:135 error duration-limits auth.providers.p.console.session_duration",
    ]);
    assert.deepEqual(await identity(role(`, duration: ${duration}`, "provider: okta")), [
      "8:131 error duration-limits auth.identities.i.principal.duration",
    ]);
  }
  for (const duration of ["900", "12h", "1h30m"]) {
    assert.deepEqual(await identity(role(`, duration: ${duration}`, "provider: okta")), []);
  }
  const set = ADMIN.replace("admin: ", "").replace("{kind", "{session: {duration: 30d}, kind");
  assert.deepEqual(await identity(set), []);
});

Deno.test("a role behind a role, or behind Identity Center, gets an hour and no more; behind a user it gets twelve", async () => {
  const codes = async (text: string) =>
    (await identity(text)).map((line) => line.split(" ").slice(2).join(" "));
  const tooLong = "chained-duration auth.identities.i.principal.duration";
  assert.deepEqual(await codes(role(", duration: 1h")), []);
  assert.deepEqual(await codes(role(", duration: 2h")), [tooLong]);
  assert.deepEqual(await codes(role(", duration: 2h", "provider: sso")), [tooLong]);
  assert.deepEqual(await codes(role("").replace("{kind", "{session: {duration: 61m}, kind")), [
    "chained-duration auth.identities.i.session.duration",
  ]);
  assert.deepEqual(await codes(`${role(", duration: 2h", "identity: u")}\n    u: {kind: aws/user}`), []);
});

Deno.test("aws/user: 15 minutes to 36 hours, and a warning above 12 without an MFA device in the file", async () => {
  const user = (duration: string, credentials = "{}") =>
    identity(`{kind: aws/user, session: {duration: ${duration}}, credentials: ${credentials}}`);
  assert.deepEqual(await user("12h"), []);
  assert.deepEqual(await user("15m"), []);
  assert.deepEqual(await user("36h"), ["8:45 warning duration-needs-mfa auth.identities.i.session.duration"]);
  assert.deepEqual(await user("36h", "{mfa_arn: GAHT12345678}"), []);
  assert.deepEqual(await user("37h"), ["8:45 error duration-limits auth.identities.i.session.duration"]);
  assert.deepEqual(await user("14m"), ["8:45 error duration-limits auth.identities.i.session.duration"]);
});

Deno.test("aws/user: half a key pair is an error, a secret in the file a warning that does not repeat it", async () => {
  assert.deepEqual(await identity("{kind: aws/user, credentials: {access_key_id: AKIAIOSFODNN7EXAMPLE}}"), [
    "8:25 error half-key-pair auth.identities.i.credentials.secret_access_key",
  ]);
  const literal =
    "{kind: aws/user, credentials: {access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: not-a-real-secret}}";
  assert.deepEqual(await identity(literal), [
    "8:95 warning literal-secret auth.identities.i.credentials.secret_access_key",
  ]);
  const env = { KEY: "AKIAIOSFODNN7EXAMPLE", SECRET: "not-a-real-secret" };
  const fromEnv = "{kind: aws/user, credentials: {access_key_id: !env KEY, secret_access_key: !env SECRET}}";
  assert.deepEqual(await identity(fromEnv, env), []);
  assert.deepEqual(await identity(fromEnv, { ...env, SECRET: "" }), [
    "8:88 error empty-value auth.identities.i.credentials.secret_access_key",
  ]);
  // As `user configure` has it: session keys and bearer tokens are no long-lived keys.
  for (const KEY of ["ASIAIOSFODNN7EXAMPLE", "ABIAIOSFODNN7EXAMPLE"]) {
    assert.deepEqual(await identity(fromEnv, { ...env, KEY }), [
      "8:59 error malformed-access-key-id auth.identities.i.credentials.access_key_id",
    ]);
  }
});

Deno.test("an unset variable is a warning that blocks the entry; of an MFA device it does not", async () => {
  const { auth, problems } = await loadText(yaml`
    auth:
      identities:
        u: {kind: aws/user, credentials: {access_key_id: !env KEY, secret_access_key: !env SECRET}}
        m: {kind: aws/user, credentials: {mfa_arn: !env MFA}}
        d: {kind: aws/user, credentials: {region: !env REGION eu-west-1}}
  `);
  assert.deepEqual(problems.map(lineOf), [
    "3:59 warning! unset-variable auth.identities.u.credentials.access_key_id",
    "3:88 warning! unset-variable auth.identities.u.credentials.secret_access_key",
    "4:53 warning unset-variable auth.identities.m.credentials.mfa_arn",
  ]);
  assert.equal(problems[0]?.reason, "the variable KEY is not set, and has no default");
  assert.equal(auth.identities.get("u")?.config, undefined);
  const [m, d] = [auth.identities.get("m")?.config, auth.identities.get("d")?.config];
  assert.deepEqual(m?.kind === "aws/user" && [m.mfaArn, m.keys], [undefined, undefined]);
  assert.equal(d?.kind === "aws/user" && d.region, "eu-west-1");
});

Deno.test("a value from a variable is never repeated in a problem", async () => {
  const { problems } = await loadText(
    yaml`
      auth:
        providers: {gh: {kind: github/oidc, region: !env SECRET}, odd: {kind: !env SECRET}}
        identities: {i: {kind: aws/assume-role, via: {provider: !env SECRET}, principal: {assume_role: !env SECRET}}}
    `,
    { env: { SECRET: "not-a-real-secret" } },
  );
  assert.deepEqual(problems.map(({ code, reason }) => [code, reason]), [
    ["malformed-region", "the value of `!env SECRET` is not an AWS region"],
    ["unknown-kind", "the value of `!env SECRET` is not a kind of provider"],
    ["unknown-reference", "the value of `!env SECRET` is not the name of a provider"],
    ["malformed-role-arn", "the value of `!env SECRET` is not the ARN of an IAM role"],
  ]);
  assert.equal(JSON.stringify(problems).includes("not-a-real"), false);
});

Deno.test("tags in auth are refused, each where it stands; !env must be well-formed", async () => {
  assert.deepEqual(
    await identity("{kind: aws/user, credentials: {region: !exec pwd}, alias: !random 1, tags: [!cwd ., a]}"),
    [
      "8:53 error refused-tag auth.identities.i.credentials.region",
      "8:74 error refused-tag auth.identities.i.alias",
      "8:89 error refused-tag auth.identities.i.tags[0]",
    ],
  );
  assert.deepEqual(await identity("{kind: aws/user, alias: !env A b c}"), [
    "8:37 error malformed-env auth.identities.i.alias",
  ]);
});

Deno.test("account ids: the characters of the file count; unquoted is a warning, a lost zero an error", async () => {
  const set = (account: string) => ADMIN.replace("admin: ", "").replace('{id: "111122223333"}', account);
  assert.deepEqual(await identity(set("{id: 012345678901}")), [
    "8:96 warning unquoted-account-id auth.identities.i.principal.account.id",
  ]);
  const { auth } = await loadText(
    `auth:\n  providers:\n    ${SSO}\n  identities:\n    i: ${set("{id: 012345678901}")}\n`,
  );
  const config = auth.identities.get("i")?.config;
  assert.deepEqual(config?.kind === "aws/permission-set" && config.account, { id: "012345678901" });
  assert.deepEqual(await identity(set("{id: 12345678901}")), [
    "8:96 error malformed-account-id auth.identities.i.principal.account.id",
  ]);
  assert.deepEqual(await identity(set('{id: "111122223333", name: dev}')), [
    "8:118 warning account-twice auth.identities.i.principal.account.name",
  ]);
  assert.deepEqual(await identity(set('{name: "111122223333"}')), [
    "8:98 warning account-name-is-id auth.identities.i.principal.account.name",
  ]);
});

Deno.test("unknown keys are warnings with the nearest key; keys that Atmos knows are not unknown", async () => {
  const { problems } = await loadText(
    `auth:\n  provider: {}\n  integrations: {}\n  providers:\n    ${
      SSO.replace("region", "regoin: x, region")
    }\n`,
  );
  assert.deepEqual(problems.map(({ code, path, hint, blocks }) => [code, path, hint, blocks]), [
    ["unknown-key", "auth.provider", 'Did you mean "providers"?', false],
    ["unsupported-key", "auth.integrations", undefined, false],
    ["unknown-key", "auth.providers.sso.regoin", 'Did you mean "region"?', false],
  ]);
  assert.deepEqual(
    await identity(
      "{kind: aws/user, alias: x, required: true, provider: y, credentials: {webflow_enabled: true}}",
    ),
    [],
  );
});

Deno.test("names that nobody could use are refused", async () => {
  const names = ['"false"', "No", "off", '"0"', '".."', "../x", '"~x"', '"a\\nb"', '"a\\\\b"', '""'];
  for (const name of names) {
    assert.deepEqual(
      await problemsOf(`auth:\n  identities:\n    ${name}: {kind: aws/user}\n`).then((lines) =>
        lines.map((line) => line.split(" ").slice(0, 3).join(" "))
      ),
      [
        "3:5 error bad-name",
      ],
      name,
    );
  }
  assert.deepEqual(
    await problemsOf("auth:\n  providers:\n    aws-user: {kind: github/oidc, region: us-east-1}\n"),
    [
      "3:5 error bad-name auth.providers.aws-user",
    ],
  );
});

Deno.test("names with quotes, dots, slashes and blanks keep them", async () => {
  const { auth, problems } = await loadText(
    `auth:\n  identities:\n    'a"b.c/d e': {kind: aws/user}\n    core.x: {kind: aws/user}\n`,
  );
  assert.deepEqual([problems, [...auth.identities.keys()]], [[], ['a"b.c/d e', "core.x"]]);
});

Deno.test("oidc/token: exactly one of variable and file", async () => {
  const token = (spec: string) => provider(`{kind: oidc/token, region: us-east-1, spec: ${spec}}`);
  assert.deepEqual(await token("{token_env: CI_TOKEN}"), []);
  assert.deepEqual(await token("{token_file: ./t, audience: aws}"), []);
  assert.deepEqual(await token("{}"), ["3:46 error token-source auth.providers.p.spec"]);
  assert.deepEqual(await token("{token_env: A, token_file: b}"), [
    "3:46 error token-source auth.providers.p.spec",
  ]);
  assert.deepEqual(await token("{token_env: a-b}"), [
    "3:64 error malformed-variable auth.providers.p.spec.token_env",
  ]);
});

Deno.test("aws/saml: provider_type is read as driver, with a warning; drivers are spelled in any case", async () => {
  const saml = (more: string) =>
    `auth: {providers: {p: {kind: aws/saml, region: us-east-1, url: "https://x.example", ${more}}}}\n`;
  const driver = async (more: string) => {
    const { auth } = await loadText(saml(more));
    const config = auth.providers.get("p")?.config;
    return config?.kind === "aws/saml" ? config.driver : "none";
  };
  assert.equal(await driver("driver: googleapps"), "GoogleApps");
  assert.equal(await driver("provider_type: Okta"), "Okta");
  assert.equal(await driver("provider_type: Okta, driver: ADFS"), "ADFS");
  assert.equal(await driver("username: me"), undefined);
  assert.deepEqual(
    (await problemsOf(saml("provider_type: Okta"))).map((line) => line.split(" ").slice(1).join(" ")),
    [
      "warning deprecated-key auth.providers.p.provider_type",
    ],
  );
  assert.deepEqual(
    (await problemsOf(saml("driver: Chrome"))).map((line) => line.split(" ").slice(1).join(" ")),
    [
      "error unknown-driver auth.providers.p.driver",
    ],
  );
});

Deno.test("env of an identity is a list of key and value, or a map, in order", async () => {
  const env = async (text: string) => {
    const { auth } = await loadText(`auth: {identities: {u: {kind: aws/user, env: ${text}}}}\n`);
    return auth.identities.get("u")?.config?.kind === "aws/user"
      ? auth.identities.get("u")?.config
      : undefined;
  };
  const expected = [{ key: "Foo", value: "1" }, { key: "FOO", value: "" }];
  for (const text of ['[{key: Foo, value: 1}, {key: FOO, value: ""}]', "{Foo: 1, FOO: }"]) {
    const config = await env(text);
    assert.deepEqual(config?.kind === "aws/user" && config.env, expected);
  }
  const problems = async (text: string) =>
    (await identity(`{kind: aws/user, env: ${text}}`)).map((line) => line.split(" ").slice(1).join(" "));
  assert.deepEqual(await problems("[{key: A}]"), ["error missing-key auth.identities.i.env[0].value"]);
  assert.deepEqual(await problems("text"), ["error wrong-type auth.identities.i.env"]);
  assert.deepEqual(await problems('[{key: "A=B", value: x}]'), [
    "error malformed-variable auth.identities.i.env[0].key",
  ]);
});

Deno.test("every kind decodes to its whole configuration", async () => {
  const { auth, problems } = await loadText(yaml`
    auth:
      providers:
        sso:
          kind: aws/iam-identity-center
          region: us-east-1
          start_url: https://Example.awsapps.com/start/#/
          auto_provision_identities: true
          session: {duration: 8h}
          console: {session_duration: 12h}
          spec: {files: {base_path: ~/aws}, endpoint_url: http://127.0.0.1:9}
        okta:
          kind: aws/saml
          region: us-east-1
          url: https://x.okta.com/app
          idp_arn: arn:aws:iam::111122223333:saml-provider/okta
          driver: Browser
          mfa: push
        gh: {kind: github/oidc, region: us-east-1}
        ci: {kind: oidc/token, region: us-east-1, spec: {token_file: token.jwt, audience: aws}}
      identities:
        set:
          kind: aws/permission-set
          default: true
          tags: [a, b]
          via: {provider: sso}
          principal: {name: Admin, account: {name: dev}, region: eu-west-1}
        role:
          kind: aws/assume-role
          required: true
          via: {provider: gh}
          principal:
            assume_role: ${ROLE}
            session_name: atmos-prod
            external_id: "1234"
            duration: 3600
        user:
          kind: aws/user
          alias: root
          credentials: {mfa_arn: GAHT12345678, mfa_command: [oathtool, --totp, ""], region: us-west-2}
          spec: {endpoint_url: https://sts.example}
          session: {duration: 1d}
  `);
  assert.deepEqual(problems, []);
  assert.deepEqual([...auth.providers.values()].map(({ config }) => config), [
    {
      kind: "aws/iam-identity-center",
      region: "us-east-1",
      sessionSeconds: 28_800,
      consoleSeconds: 43_200,
      filesBasePath: "/home/me/aws",
      endpointUrl: "http://127.0.0.1:9",
      startUrl: "https://example.awsapps.com/start",
      autoProvisionIdentities: true,
    },
    {
      kind: "aws/saml",
      region: "us-east-1",
      sessionSeconds: undefined,
      consoleSeconds: undefined,
      filesBasePath: undefined,
      endpointUrl: undefined,
      url: "https://x.okta.com/app",
      idpArn: "arn:aws:iam::111122223333:saml-provider/okta",
      driver: "Browser",
      username: undefined,
      password: undefined,
      mfa: "push",
      browserType: undefined,
      browserExecutablePath: undefined,
      downloadBrowserDriver: false,
    },
    {
      kind: "github/oidc",
      region: "us-east-1",
      sessionSeconds: undefined,
      consoleSeconds: undefined,
      filesBasePath: undefined,
      endpointUrl: undefined,
      audience: "sts.amazonaws.com",
    },
    {
      kind: "oidc/token",
      region: "us-east-1",
      sessionSeconds: undefined,
      consoleSeconds: undefined,
      filesBasePath: undefined,
      endpointUrl: undefined,
      source: { file: "/work/token.jwt" },
      audience: "aws",
    },
  ]);
  const common = {
    required: false,
    alias: undefined,
    env: [],
    sessionSeconds: undefined,
    endpointUrl: undefined,
  };
  assert.deepEqual([...auth.identities.values()].map(({ config }) => config), [
    {
      ...common,
      kind: "aws/permission-set",
      via: { provider: "sso" },
      permissionSet: "Admin",
      account: { name: "dev" },
      region: "eu-west-1",
    },
    {
      ...common,
      kind: "aws/assume-role",
      required: true,
      via: { provider: "gh" },
      roleArn: ROLE,
      sessionName: "atmos-prod",
      externalId: "1234",
      durationSeconds: 3600,
      region: undefined,
    },
    {
      ...common,
      kind: "aws/user",
      alias: "root",
      via: undefined,
      keys: undefined,
      mfaArn: "GAHT12345678",
      mfaCommand: ["oathtool", "--totp", ""],
      region: "us-west-2",
      endpointUrl: "https://sts.example",
      sessionSeconds: 86_400,
    },
  ]);
  const set = auth.identities.get("set");
  assert.deepEqual([set?.isDefault, set?.tags, set?.at], [true, ["a", "b"], {
    file: "/work/atmos.yaml",
    line: 21,
    column: 5,
  }]);
});

Deno.test("a broken default is still the default", async () => {
  const loaded = await loadText("auth: {identities: {u: {kind: aws/nobody, default: true, tags: [x]}}}\n");
  const entry = loaded.auth.identities.get("u");
  assert.deepEqual([entry?.isDefault, entry?.tags, entry?.config, linesOf(loaded).length], [
    true,
    ["x"],
    undefined,
    1,
  ]);
});

Deno.test("decodeAuth() reads a command as a list of words, or as one text that no shell will read", async () => {
  const commandOf = async (written: string) => {
    const text =
      `auth: {identities: {u: {kind: aws/user, credentials: {region: us-east-1, mfa_command: ${written}}}}}\n`;
    const { auth, problems } = await loadText(text);
    const config = auth.identities.get("u")?.config;
    return config?.kind === "aws/user"
      ? config.mfaCommand
      : problems.map(({ code, reason }) => [code, reason]);
  };
  assert.deepEqual(await commandOf("[ykman, oath, code]"), ["ykman", "oath", "code"]);
  assert.deepEqual(await commandOf("ykman oath accounts code -s aws"), [
    "ykman",
    "oath",
    "accounts",
    "code",
    "-s",
    "aws",
  ]);
  assert.deepEqual(await commandOf(`'op item get "AWS root" --otp'`), [
    "op",
    "item",
    "get",
    "AWS root",
    "--otp",
  ]);
  assert.deepEqual(await commandOf(`'echo "open'`), [[
    "malformed-command",
    `"echo \\"open" is not a command`,
  ]]);
});
