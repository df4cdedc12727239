import assert from "node:assert/strict";
import type { AuthConfig, Entry, IdentityConfig, ProviderConfig } from "../../lib/config/types.ts";
import { formatList } from "../../lib/output/list.ts";
import { type ListFilter, listView } from "../../lib/output/list_view.ts";
import { PLAIN } from "../../lib/output/style.ts";
import { COMMON_IDENTITY, COMMON_PROVIDER } from "../chain/samples.ts";
import { FAKE_NOW } from "../fake_host.ts";

const EVERYTHING: ListFilter = { providers: undefined, identities: undefined, tags: undefined };

function entry<Config>(
  name: string,
  config: Config | undefined,
  more: Partial<Entry<Config>> = {},
): [string, Entry<Config>] {
  return [name, { name, at: undefined, isDefault: false, tags: [], config, problems: [], ...more }];
}

const portal = (name: string, more: Partial<Entry<ProviderConfig>> = {}) =>
  entry<ProviderConfig>(name, {
    ...COMMON_PROVIDER,
    kind: "aws/iam-identity-center",
    startUrl: "https://example.awsapps.com/start",
    autoProvisionIdentities: false,
    sessionSeconds: 3600,
  }, more);

const set = (name: string, more: Partial<Entry<IdentityConfig>> = {}) =>
  entry<IdentityConfig>(name, {
    ...COMMON_IDENTITY,
    kind: "aws/permission-set",
    via: { provider: "my-sso" },
    permissionSet: "Admin",
    account: { id: "111122223333" },
  }, more);

const role = (name: string, via: string) =>
  entry<IdentityConfig>(name, {
    ...COMMON_IDENTITY,
    kind: "aws/assume-role",
    via: { identity: via },
    roleArn: "arn:aws:iam::111122223333:role/Deploy",
    sessionName: undefined,
    externalId: undefined,
    durationSeconds: undefined,
  });

function config(
  providers: readonly [string, Entry<ProviderConfig>][],
  identities: readonly [string, Entry<IdentityConfig>][],
): Pick<AuthConfig, "providers" | "identities"> {
  return { providers: new Map(providers), identities: new Map(identities) };
}

const SAMPLE = config([portal("my-sso", { isDefault: true, tags: ["corp"] })], [
  role("deploy", "base"),
  set("base", { isDefault: true, tags: ["prod"] }),
  entry<IdentityConfig>("breakglass", {
    ...COMMON_IDENTITY,
    kind: "aws/user",
    via: undefined,
    keys: undefined,
    mfaArn: "arn:aws:iam::111122223333:mfa/ana",
    mfaCommand: undefined,
  }),
  entry<IdentityConfig>("broken", undefined),
  entry<IdentityConfig>("azure", { kind: "unsupported", declaredKind: "azure/subscription", via: undefined }),
]);
const EXPIRIES = new Map([["base", { expiresAt: FAKE_NOW + 3_600_000 }], ["deploy", {
  expiresAt: FAKE_NOW - 1,
}]]);

Deno.test("the tree hangs identities below what they start from", () => {
  assert.equal(
    formatList("tree", listView(SAMPLE, EXPIRIES, EVERYTHING), PLAIN, FAKE_NOW),
    ` Authentication Configuration
├──my-sso (aws/iam-identity-center) [DEFAULT]
│  ├──Region: us-east-1
│  ├──Start URL: https://example.awsapps.com/start
│  ├──Session
│  │  └──Duration: 1h
│  └──Identities
│     └──● base (aws/permission-set) [DEFAULT] 1h 0m
│        ├──Principal
│        │  ├──name: Admin
│        │  └──account
│        │     └──id: 111122223333
│        └──Identities
│           └──● deploy (aws/assume-role) expired
│              └──Principal
│                 └──assume_role: arn:aws:iam::111122223333:role/Deploy
├──Standalone Identities
│  ├──○ azure (azure/subscription, unsupported)
│  └──○ breakglass (aws/user)
│     └──Credentials
│        └──mfa_arn: arn:aws:iam::111122223333:mfa/ana
└──Other Identities
   └──○ broken (invalid)
`,
  );
});

Deno.test("a session that is not used is no dot in the tree or the table, and says why", () => {
  const stored = new Map([["base", { expiresAt: undefined, flaw: "foreign" as const }]]);
  const view = listView(SAMPLE, stored, { ...EVERYTHING, identities: ["base"] });
  const reason = "atmos did not create it with this machine's session key";
  for (const format of ["tree", "table"] as const) {
    const text = formatList(format, view, PLAIN, FAKE_NOW);
    assert.match(text, new RegExp(`○ +base [^\n]*session not used: ${reason}\n`));
  }
  assert.equal(JSON.parse(formatList("json", view, PLAIN, FAKE_NOW)).identities.base.unused_session, reason);
});

Deno.test("the table has a section for providers and one for identities", () => {
  assert.equal(
    formatList("table", listView(SAMPLE, EXPIRIES, EVERYTHING), PLAIN, FAKE_NOW),
    `PROVIDERS
  NAME    KIND                     REGION     START URL / URL                    DEFAULT
  my-sso  aws/iam-identity-center  us-east-1  https://example.awsapps.com/start  ✓

IDENTITIES
     NAME        KIND                             VIA PROVIDER  VIA IDENTITY  DEFAULT  ALIAS  EXPIRES
  ○  azure       azure/subscription, unsupported  -             -             -        -      -
  ●  base        aws/permission-set               my-sso        -             ✓        -      1h 0m
  ○  breakglass  aws/user                         -             -             -        -      -
  ○  broken      invalid                          -             -             -        -      -
  ●  deploy      aws/assume-role                  -             base          -        -      expired
`,
  );
});

Deno.test("json has the keys of the configuration, and no empty section", () => {
  const view = listView(SAMPLE, EXPIRIES, { ...EVERYTHING, identities: ["base"] });
  assert.deepEqual(JSON.parse(formatList("json", view, PLAIN, FAKE_NOW)), {
    identities: {
      base: {
        kind: "aws/permission-set",
        usable: true,
        default: true,
        tags: ["prod"],
        via: { provider: "my-sso" },
        principal: { name: "Admin", account: { id: "111122223333" } },
        expiration: "2026-11-23T13:00:00Z",
      },
    },
  });
});

Deno.test("tags select providers and identities that have any of them", () => {
  const names = (tags: readonly string[]) => {
    const view = listView(SAMPLE, EXPIRIES, { ...EVERYTHING, tags });
    return [...view.providers, ...view.identities].map(({ name }) => name);
  };
  assert.deepEqual(names(["prod", "other"]), ["base"]);
  assert.deepEqual(names(["corp", "prod"]), ["my-sso", "base"]);
});

Deno.test("a provider that the filter hides is still what its identities hang from", () => {
  const view = listView(SAMPLE, EXPIRIES, { ...EVERYTHING, identities: ["base"] });
  assert.match(
    formatList("tree", view, PLAIN, FAKE_NOW),
    /^└──my-sso \(filtered\)\n {3}└──Identities\n {6}└──● base /m,
  );
});

Deno.test("a cycle, and what starts from nothing known, is listed once and does not hang", () => {
  const cyclic = config([], [role("a", "b"), role("b", "a"), role("c", "nowhere")]);
  const text = formatList("tree", listView(cyclic, new Map(), EVERYTHING), PLAIN, FAKE_NOW);
  for (const name of ["a", "b", "c"]) assert.equal(text.split(`○ ${name} (`).length, 2, text);
});
