import assert from "node:assert/strict";
import { type FoundFor, provisionedPath } from "../../lib/config/provisioned_file.ts";
import { provisionedText } from "../../lib/import/discovered.ts";
import { LIMITS } from "../../lib/limits.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";
import { FILE, linesOf, loadText, yaml } from "./setup.ts";

const START_URL = "https://acme.awsapps.com/start";
const WHOSE: FoundFor = {
  realm: undefined,
  provider: "sso",
  startUrl: START_URL,
  region: "us-east-1",
  endpointUrl: undefined,
};
const pathOf = (changes: Partial<FoundFor> = {}) =>
  provisionedPath(fakeHost({ env: { HOME: "/home/me" } }), { ...WHOSE, ...changes });
const FOUND = provisionedText("sso", START_URL, [
  { id: "111122223333", name: "core", roles: [{ name: "Admin" }, { name: "Read" }] },
]);

const config = (identities = "", provider = "") =>
  yaml`
  auth:
    providers:
      sso:
        kind: aws/iam-identity-center
        region: us-east-1
        start_url: ${START_URL}
        auto_provision_identities: true
        ${provider}
    ${identities}
`;

async function loaded(text: string, found = FOUND, init: FakeHostInit = {}) {
  return await loadText(text, { ...init, files: { [await pathOf()]: found, ...init.files } });
}

Deno.test("loadConfig() takes the identities that a login found, below the person's own", async () => {
  const { auth, problems, files } = await loaded(config(`identities:
      core/admin: { default: true }
      core/Read: { kind: aws/user }
      mine: { kind: aws/user }`));
  assert.deepEqual(problems, []);
  assert.deepEqual(files.map(({ path }) => path), [FILE]);
  assert.deepEqual([...auth.identities.keys()], ["core/admin", "core/Read", "mine"]);
  const [admin, read] = [auth.identities.get("core/admin"), auth.identities.get("core/Read")];
  assert.equal(admin?.isDefault, true);
  assert.equal(admin?.config?.kind, "aws/permission-set");
  assert.equal(read?.config?.kind, "aws/user");
  const bare = await loaded(config());
  assert.deepEqual([...bare.auth.identities.keys()], ["core/Admin", "core/Read"]);
});

Deno.test("loadConfig() looks for the file only where a provider wants it, and finds only that provider's", async () => {
  const asked: string[] = [];
  const host = fakeHost({ env: { HOME: "/home/me" }, files: { [FILE]: config().replace("true", "false") } });
  const { loadConfig } = await import("../../lib/config/load.ts");
  await loadConfig({
    ...host,
    files: { ...host.files, status: (path) => (asked.push(path), host.files.status(path)) },
  });
  assert.ok(asked.every((path) => !path.includes(".cache")));
  for (
    const other of [
      config().replace("us-east-1", "eu-west-1"),
      config().replace("acme.awsapps", "evil.awsapps"),
      config().replace("sso:", "sso2:"),
      config("realm: other"),
      config().replace("aws/iam-identity-center", "aws/saml"),
    ]
  ) assert.deepEqual([...(await loaded(other)).auth.identities.keys()], [], other);
  assert.deepEqual(
    [...(await loaded(config(), FOUND, { env: { ATMOS_AUTH_REALM: "r" } })).auth.identities],
    [],
  );
  // Another spelling of the same address is the same portal.
  const same = await loaded(config().replace(START_URL, `${START_URL}/#/`));
  assert.equal(same.auth.identities.size, 2);
});

Deno.test("provisionedPath() keeps realms, providers, portals and endpoints apart", async () => {
  const paths = await Promise.all([
    pathOf(),
    pathOf({ realm: "r" }),
    pathOf({ provider: "SSO" }),
    pathOf({ provider: "../../x" }),
    pathOf({ startUrl: "https://b.awsapps.com/start" }),
    pathOf({ region: "eu-west-1" }),
    pathOf({ endpointUrl: "https://x" }),
  ]);
  assert.equal(new Set(paths).size, paths.length);
  const pattern = /^\/home\/me\/\.cache\/atmos\/auth\/[\w-]+-[0-9a-f]{16}\/provisioned-identities\.yaml$/;
  for (const path of paths) assert.match(path, pattern);
});

Deno.test("loadConfig() ignores whatever else stands in the file, and says so", async () => {
  const path = await pathOf();
  const { auth, problems } = await loaded(
    config(),
    yaml`
    logs: { file: /tmp/x }
    auth:
      keyring: { type: memory }
      providers: { sso: { kind: aws/saml } }
      identities:
        good: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { id: "111122223333" } } }
        role: { kind: aws/assume-role, via: { provider: sso }, principal: { assume_role: "arn:aws:iam::111122223333:role/R" } }
        other: { kind: aws/permission-set, via: { provider: else }, principal: { name: A, account: { id: "111122223333" } } }
        env: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { id: "111122223333" } }, env: { PATH: /x } }
        end: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { id: "1" } } }
        tag: { kind: aws/permission-set, via: { provider: sso }, principal: { name: !env HOME, account: { id: "111122223333" } } }
        default: { kind: aws/permission-set, default: true, via: { provider: sso }, principal: { name: A, account: { id: "111122223333" } } }
        "../x": { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { id: "111122223333" } } }
  `,
  );
  assert.deepEqual([...auth.identities.keys()], ["good"]);
  assert.equal(auth.keyring.type, "system");
  assert.equal(auth.logs.file, undefined);
  assert.ok(
    problems.every(({ severity, blocks, code, at }) =>
      severity === "warning" && !blocks && code === "provisioned-identities" && at?.file === path
    ),
  );
  assert.deepEqual(problems.map((problem) => problem.path), [
    "logs",
    "auth.keyring",
    "auth.providers",
    "auth.identities.role",
    "auth.identities.other",
    "auth.identities.env",
    "auth.identities.end",
    "auth.identities.tag",
    "auth.identities.default",
    'auth.identities["../x"]',
  ]);
});

Deno.test("loadConfig() goes on without a file that is damaged, unreadable, a link, or too large", async () => {
  const path = await pathOf();
  const cases: readonly FakeHostInit[] = [
    { files: { [path]: "auth: [" } },
    { files: { [path]: FOUND }, unreadable: [path] },
    { files: { [path]: `# ${"x".repeat(LIMITS.fileBytes.most)}` } },
    { files: { "/home/me/elsewhere.yaml": FOUND }, links: { [path]: "/home/me/elsewhere.yaml" } },
  ];
  for (const init of cases) {
    const result = await loadText(config("identities: { mine: { kind: aws/user } }"), init);
    assert.deepEqual([...result.auth.identities.keys()], ["mine"]);
    assert.deepEqual(linesOf(result).map((line) => line.replace(/^\S+ /, "")), [
      "warning provisioned-identities",
    ]);
  }
});

Deno.test("loadConfig() starts a role written behind the provider from the permission set that was meant", async () => {
  const role = `
      custom: { kind: aws/assume-role, via: { provider: sso }, principal: { assume_role: "arn:aws:iam::111122223333:role/R" } }`;
  const set = (name: string, more = "") => `
      ${name}: { kind: aws/permission-set, via: { provider: sso }, principal: { name: ${name}, account: { id: "111122223333" } }${more} }`;
  for (const sets of [set("base"), set("base", ", default: true") + set("other")]) {
    const { auth, problems } = await loaded(config(`identities:${role}${sets}`));
    assert.deepEqual(problems, []);
    const custom = auth.identities.get("custom")?.config;
    assert.deepEqual(custom?.kind === "aws/assume-role" && custom.via, { identity: "base" });
  }
  const several = await loaded(config(`identities:${role}${set("a")}${set("b")}`));
  assert.deepEqual(several.problems.map(({ code }) => code), ["several-permission-sets"]);
});
