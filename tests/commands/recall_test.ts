import assert from "node:assert/strict";
import { type KnownConfig, readOrRecall } from "../../lib/commands/recall.ts";
import { trustedFiles, trustFiles } from "../../lib/commands/trust_store.ts";
import { provisionedFile } from "../../lib/commands/provision.ts";
import { loadConfig, readConfig } from "../../lib/config/load.ts";
import type { LoadedConfig } from "../../lib/config/types.ts";
import type { Host } from "../../lib/host.ts";
import { provisionedText } from "../../lib/import/discovered.ts";
import { derived } from "../../lib/session/derive.ts";
import { componentConfig, findComponent } from "../../lib/stacks/find.ts";
import { loadProject } from "../../lib/stacks/loader.ts";
import { fakeHost } from "../fake_host.ts";

const BUILD = "a".repeat(64);
const KEPT = "/home/ana/.local/state/atmos/recall";
const CONFIG = `
import: [parts/more.yaml, "parts/*.yml"]
auth:
  realm: tests
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "https://mycompany.awsapps.com/start" }
    broken: { kind: aws/saml }
  identities:
    base:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: production } }
`;
const MORE = `auth: { identities: { base: { default: true, session: { duration: 1h } } } }\n`;

/** A world with a configuration, and how often that was read. */
function start({ config = CONFIG, ...changes }: { config?: string; workingDirectory?: string } = {}) {
  const env: Record<string, string> = { HOME: "/home/ana" };
  const host = fakeHost({
    env,
    workingDirectory: "/work/repo/below",
    ...changes,
    files: { "/work/repo/atmos.yaml": config, "/work/repo/parts/more.yaml": MORE },
    directories: ["/work/repo/below", "/work/repo/.git"],
  });
  const read = async (from: Host): Promise<LoadedConfig> => {
    const trusted = new Set((await trustedFiles(from)).map(({ sha256 }) => sha256));
    return await loadConfig(from, { trusted });
  };
  const state = { readings: 0 };
  const recalled = async (build: string | undefined = BUILD, from: Host = host, wish: unknown = {}) => {
    const { config, keep } = await readOrRecall(from, build, wish, (recorded) => {
      state.readings += 1;
      return read(recorded);
    });
    await keep();
    return config;
  };
  return { host, env, recalled, anew: async () => known(await read(host)), readings: () => state.readings };
}

function known({ auth, problems, files, directory }: KnownConfig) {
  // What is absent and what is undefined is one to who reads it.
  const plain = { providers: [...auth.providers], identities: [...auth.identities] };
  return JSON.parse(JSON.stringify({ auth: { ...auth, ...plain }, problems, files, directory }));
}

const kept = (host: ReturnType<typeof fakeHost>) =>
  Object.entries(host.tree()).filter(([path]) => path.startsWith(KEPT)).map(([, text]) => text);

Deno.test("readOrRecall() gives the second time what was read the first time, without reading it", async () => {
  const { host, recalled, anew, readings } = start();
  assert.deepEqual(known(await recalled()), await anew());
  assert.equal(readings(), 1);
  const second = await recalled();
  assert.equal(readings(), 1);
  assert.deepEqual(known(second), await anew());
  assert.ok(second.auth.identities.get("base")?.isDefault);
  assert.equal(second.problems.some(({ about }) => about?.name === "broken"), true);
  assert.deepEqual(host.changes.length, 1);
});

type World = ReturnType<typeof start>;
const CHANGES: Readonly<Record<string, (world: World) => void | Promise<unknown>>> = {
  "a file that it was read from, to one as long": ({ host }) =>
    host.put("/work/repo/atmos.yaml", CONFIG.replace("us-east-1", "us-west-2")),
  "a file that it imports": ({ host }) => host.put("/work/repo/parts/more.yaml", MORE.replace("1h", "2h")),
  "a new file that a pattern of it finds": ({ host }) =>
    host.put("/work/repo/parts/new.yml", "auth: { realm: other }"),
  "a file that is gone": ({ host }) => host.files.remove("/work/repo/parts/more.yaml"),
  "a configuration that is nearer": ({ host }) => host.put("/work/repo/below/atmos.yaml", CONFIG),
  "a configuration of the person's": ({ host }) =>
    host.put("/home/ana/.atmos/atmos.yaml", "auth: { console: { isolated: true } }"),
  "a directory of drop-ins": ({ host }) => host.put("/work/repo/.atmos.d/x.yaml", "auth: { realm: dropped }"),
  "a link in place of the file": async ({ host }) => {
    host.put("/elsewhere/atmos.yaml", CONFIG.replace("production", "elsewhere"));
    await host.files.remove("/work/repo/atmos.yaml");
    host.link("/work/repo/atmos.yaml", "/elsewhere/atmos.yaml");
  },
  "a repository that no longer is one": ({ host }) => host.files.removeTree("/work/repo/.git"),
  "a variable that was not set": ({ env }) => void (env["ATMOS_AUTH_REALM"] = "set"),
  "trust in everything": ({ env }) => void (env["ATMOS_TRUST_CONFIG"] = "true"),
  "trust in one file": async ({ host }) => {
    const { files } = await loadConfig(host);
    await trustFiles(host, files);
  },
};

for (const [change, act] of Object.entries(CHANGES)) {
  Deno.test(`readOrRecall() reads again after ${change}`, async () => {
    const world = start();
    await world.recalled();
    const before = known(await world.recalled());
    assert.equal(world.readings(), 1);
    await act(world);
    const after = await world.anew();
    assert.notDeepEqual(after, before);
    assert.deepEqual(known(await world.recalled()), after);
    assert.equal(world.readings(), 2);
    // And from then on recalls that.
    assert.deepEqual(known(await world.recalled()), after);
    assert.equal(world.readings(), 2);
  });
}

const STACKS = {
  "/work/repo/atmos.yaml": `${CONFIG.replace(/^import:.*$/m, "")}
stacks: { base_path: stacks, included_paths: ["**/*"], name_pattern: "{stage}" }
components: { terraform: { base_path: components } }
`,
  "/work/repo/stacks/dev.yaml":
    "vars: { stage: dev }\ncomponents: { terraform: { vpc: { vars: { size: 1 } } } }\n",
};

Deno.test("readOrRecall() recalls what was read for a component, while manifests and settings of stacks stay", async () => {
  const env: Record<string, string> = { HOME: "/home/ana" };
  const host = fakeHost({
    env,
    workingDirectory: "/work/repo",
    files: STACKS,
    directories: ["/work/repo/.git"],
  });
  const state = { readings: 0 };
  const realm = async () => {
    const { config, keep } = await readOrRecall(host, BUILD, {}, async (from) => {
      state.readings += 1;
      const reading = await readConfig(from);
      const found = await findComponent(await loadProject(reading), {
        name: "vpc",
        stack: "dev",
        type: undefined,
      });
      return await componentConfig(reading, found);
    });
    await keep();
    return config.auth.realm;
  };
  assert.deepEqual([await realm(), await realm(), state.readings], ["tests", "tests", 1]);
  const text = STACKS["/work/repo/stacks/dev.yaml"].replace(
    "{ vars",
    "{ auth: { realm: of-the-component }, vars",
  );
  host.put("/work/repo/stacks/dev.yaml", text);
  assert.deepEqual([await realm(), await realm(), state.readings], [
    "of-the-component",
    "of-the-component",
    2,
  ]);
  env["ATMOS_STACKS_BASE_PATH"] = "none";
  await assert.rejects(realm, { code: "not-found" });
});

Deno.test("readOrRecall() recalls the identities that a login found, until a login finds others", async () => {
  const { host, recalled, readings } = start({
    config: CONFIG.replace("region: us-east-1", "auto_provision_identities: true, region: us-east-1"),
  });
  await recalled();
  await recalled();
  assert.equal(readings(), 1);
  const { auth } = await recalled();
  const config = auth.providers.get("my-sso")?.config;
  assert.ok(config?.kind === "aws/iam-identity-center");
  const path = await provisionedFile(host, auth, { name: "my-sso", config });
  const account = { id: "111122223333", name: "found", roles: [{ name: "Admin" }] };
  host.put(path, provisionedText("my-sso", config.startUrl, [account]), 0o600);
  assert.ok((await recalled()).auth.identities.has("found/Admin"));
  assert.ok((await recalled()).auth.identities.has("found/Admin"));
  assert.equal(readings(), 2);
});

Deno.test("readOrRecall() keeps nothing for the source, which may change at any moment", async () => {
  const { host, recalled, readings } = start();
  const source = async () =>
    await (await readOrRecall(host, undefined, {}, (from) => loadConfig(from))).keep();
  await source();
  await source();
  assert.deepEqual([readings(), host.changes], [0, []]);
  await recalled();
  assert.equal(readings(), 1);
});

Deno.test("readOrRecall() takes nothing that another program, directory or wish left", async () => {
  const { host, recalled, readings } = start();
  await recalled();
  const elsewhere = derived<Host>(host, { workingDirectory: () => "/work/repo" });
  await recalled("b".repeat(64));
  await recalled(BUILD, elsewhere);
  await recalled(BUILD, host, { config: ["x"] });
  assert.equal(readings(), 4);
});

Deno.test("readOrRecall() takes nothing that others may have written, or that is damaged", async () => {
  const { host, recalled, readings } = start();
  await recalled();
  const [path = ""] = Object.keys(host.tree()).filter((name) => name.startsWith(KEPT));
  const text = host.tree()[path] ?? "";
  const bad: readonly (readonly [string, number])[] = [
    [text, 0o644],
    [text, 0o660],
    [text.slice(0, -5), 0o600],
    ["null", 0o600],
    ["", 0o600],
    ["[]", 0o600],
    ['{"key":1}', 0o600],
  ];
  for (const [index, [content, mode]] of bad.entries()) {
    host.put(path, content, mode);
    await recalled();
    assert.equal(readings(), index + 2, content.slice(0, 9));
  }
  const foreign = derived<Host>(host, {
    files: derived(host.files, {
      status: async (name) => {
        const status = await host.files.status(name);
        return status === undefined ? undefined : { ...status, owned: name !== path };
      },
    }),
  });
  await recalled(BUILD, foreign);
  assert.equal(readings(), bad.length + 2);
});

const UNKEPT = {
  "keys of a user": "bot: { kind: aws/user, credentials: { access_key_id: AKIAIOSFODNN7EXAMPLE, " +
    "secret_access_key: not-a-real-secret-key, region: us-east-1 } }",
  "a variable's value": "bot: { kind: aws/user, credentials: { mfa_arn: !env MFA, region: us-east-1 } }",
};

for (const [what, identity] of Object.entries(UNKEPT)) {
  Deno.test(`readOrRecall() does not keep a configuration with ${what}`, async () => {
    const { host, env, recalled, readings } = start({ config: `auth: { identities: { ${identity} } }\n` });
    env["MFA"] = "arn:aws:iam::111122223333:mfa/bot";
    await recalled();
    await recalled();
    assert.deepEqual([readings(), kept(host)], [2, []]);
  });
}

Deno.test("readOrRecall() keeps nothing with a memory keyring, and no text that is not of `auth`", async () => {
  const memory = start({ config: "auth: { keyring: { type: memory } }\n" });
  await memory.recalled();
  assert.deepEqual(memory.host.changes, []);
  const other = start({ config: `${CONFIG}\nsettings: { token: not-a-real-token }\n` });
  await other.recalled();
  assert.equal(kept(other.host).length, 1);
  assert.doesNotMatch(kept(other.host).join(""), /not-a-real-token/);
});

Deno.test("readOrRecall() fails as reading does, keeps nothing of it, and does without a place to keep", async () => {
  const { host, env, recalled, readings } = start();
  const fails = () =>
    readOrRecall(
      host,
      BUILD,
      { config: ["/none.yaml"] },
      (from) => loadConfig(from, { configFiles: ["/none.yaml"] }),
    );
  for (let time = 0; time < 2; time++) await assert.rejects(fails, { code: "config-invalid" });
  assert.deepEqual(host.changes, []);
  delete env["HOME"];
  await recalled();
  await recalled();
  assert.deepEqual([readings(), host.changes], [2, []]);
});

Deno.test("readOrRecall() goes on where the state directory cannot be written", async () => {
  const host = fakeHost({
    env: { HOME: "/home/ana" },
    files: { "/work/atmos.yaml": CONFIG },
    unwritable: ["/home/ana"],
  });
  const { config, keep } = await readOrRecall(host, BUILD, {}, (from) => loadConfig(from));
  await keep();
  assert.deepEqual([config.directory, host.changes], ["/work", []]);
});
