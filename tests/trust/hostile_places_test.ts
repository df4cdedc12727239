/** Where a configuration comes from: only the person's own places are theirs. */
import assert from "node:assert/strict";
import { type Arena, openArena } from "./arena.ts";
import { type Hostile, hostile } from "./cases.ts";
import { userConfig } from "./configs.ts";
import { isRoot } from "./tree.ts";

/** Needs trust. */
const NEEDY = userConfig("env: { GREETING: hello }");

hostile([
  {
    name: "an unpacked archive needs trust: no Git is around it",
    git: false,
    files: { "atmos.yaml": NEEDY },
  },
  {
    name: "a clone of Mercurial needs trust",
    git: false,
    files: { ".hg/hgrc": "[paths]\n", "atmos.yaml": NEEDY },
  },
  {
    name: "a clone of Jujutsu needs trust",
    git: false,
    files: { ".jj/repo/store/type": "git", "atmos.yaml": NEEDY },
  },
  {
    name: "a configuration above the working directory needs trust",
    git: false,
    files: { "atmos.yaml": NEEDY, "below/deeper/README.md": "\n" },
    directory: "home/clone/below/deeper",
  },
  {
    name: "a configuration in the home itself needs trust: that is no place of ours",
    git: false,
    around: { "home/atmos.yaml": NEEDY },
    directory: "home",
  },
  {
    name: "a configuration with a dot before its name needs trust",
    git: false,
    files: { ".atmos.yaml": NEEDY },
  },
  {
    name: "a configuration that --config names needs trust",
    around: { "home/other/auth.yaml": NEEDY },
    refused: [
      "auth env --config @ROOT@/home/other/auth.yaml",
      "auth exec --config ../other/auth.yaml -- leave-mark",
    ],
    works: ["auth validate --config @ROOT@/home/other/auth.yaml"],
  },
  {
    name: "a configuration that --config-path names needs trust",
    around: { "home/other/atmos.yaml": NEEDY },
    refused: ["auth env --config-path ../other"],
    works: ["auth validate --config-path ../other"],
  },
  ...["ATMOS_CONFIG", "ATMOS_CONFIG_PATH", "ATMOS_CLI_CONFIG_PATH"].map((name): Hostile => ({
    name: `a configuration that ${name} names needs trust`,
    around: { "home/other/atmos.yaml": NEEDY },
    env: { [name]: `@ROOT@/home/other${name === "ATMOS_CONFIG" ? "/atmos.yaml" : ""}` },
  })),
  {
    name: "an import of the person's own configuration is trusted no further than itself",
    files: { "part.yaml": NEEDY },
    around: { "home/.atmos/atmos.yaml": "import: [@ROOT@/home/clone/part.yaml]\n" },
  },
  {
    name: "a file of the person's own is trusted no further than the clone that imports it",
    files: { "atmos.yaml": `import: [~/.atmos/extra.yaml]\n${userConfig()}` },
    around: { "home/.atmos/extra.yaml": "auth: { identities: { dev: { env: { GREETING: hello } } } }\n" },
  },
  {
    name: "a person's configuration that is a link into a clone is the clone's",
    files: { "own.yaml": NEEDY },
    around: { "home/.atmos/atmos.yaml": { link: "../clone/own.yaml" } },
  },
  {
    name: "a person's directory that is a link into a clone is not theirs",
    files: { "dotatmos/atmos.yaml": NEEDY },
    around: { "home/.atmos": { link: "clone/dotatmos" } },
    fails: ["env"],
    works: [],
  },
  {
    name: "a person's configuration that others may write is not theirs",
    around: { "home/.atmos/atmos.yaml": { text: NEEDY, mode: 0o666 } },
  },
  {
    name: "a person's configuration in a directory that others may write is not theirs",
    around: {
      "home/.atmos/atmos.yaml": NEEDY,
      "home/.atmos": { directory: true, mode: 0o777 },
    },
  },
  {
    name: "a person's configuration in a directory that others may write is not theirs, sticky or not",
    around: {
      "home/.atmos/atmos.yaml": NEEDY,
      "home/.atmos": { directory: true, mode: 0o1777 },
    },
  },
  {
    name: "a drop-in of the person's own in a directory that others may write is not theirs",
    around: {
      "home/.atmos/atmos.yaml": userConfig(),
      "home/.atmos/atmos.d/env.yaml": "auth: { identities: { dev: { env: { GREETING: hello } } } }\n",
      "home/.atmos/atmos.d": { directory: true, mode: 0o777 },
    },
  },
]);

if (isRoot) {
  const theirs = (text: string) => ({ text, owner: 1234 });
  const stranger = {
    "tmp/x/atmos.yaml": theirs(NEEDY),
    "tmp/x/below": { directory: true },
    "tmp/x": { directory: true, mode: 0o777, owner: 1234 },
  } as const;
  hostile([
    {
      name: "somebody else's configuration above the working directory is trusted by nobody's variable",
      around: stranger,
      directory: "tmp/x/below",
      env: { ATMOS_TRUST_CONFIG: "true" },
      works: ["list"],
    },
    {
      name: "somebody else's configuration that --config names is trusted by nobody's variable",
      around: stranger,
      env: { ATMOS_TRUST_CONFIG: "1" },
      refused: ["auth env --config @ROOT@/tmp/x/atmos.yaml"],
      works: ["auth list --config @ROOT@/tmp/x/atmos.yaml"],
    },
    {
      name: "somebody else's configuration needs trust where they and we both work",
      around: stranger,
      directory: "tmp/x",
    },
    {
      name: "a person's configuration that a group of others may write is not theirs",
      around: { "home/.atmos/atmos.yaml": { text: NEEDY, mode: 0o664, group: 1234 } },
    },
    {
      name: "a person's configuration that somebody else owns is not theirs",
      around: { "home/.atmos/atmos.yaml": theirs(NEEDY) },
    },
    {
      name: "a person's configuration in a directory that somebody else owns is not theirs",
      around: {
        "home/.atmos/atmos.yaml": NEEDY,
        "home/.atmos": { directory: true, owner: 1234 },
      },
    },
  ]);
}

/** Copies what a run left in the person's state into the clone, and takes it away from the person. */
async function ship(arena: Arena, from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", {
    args: ["-a", `${arena.root}/${from}`, `${arena.root}/${to}`],
  }).output();
  assert.ok(success);
}

for (const name of ["ATMOS_XDG_STATE_HOME", "XDG_STATE_HOME"]) {
  Deno.test(`a list of what is trusted that comes with the clone counts for nothing: ${name} in the tree`, async () => {
    await using arena = await openArena({ files: { "atmos.yaml": NEEDY } });
    await arena.works("auth trust");
    await arena.works("env", { printsSession: true });
    await ship(arena, "home/.local/state", "home/clone/.state");
    await Deno.remove(`${arena.root}/home/.local`, { recursive: true });
    await Deno.remove(`${arena.root}/home/.config/atmos`, { recursive: true });
    await arena.takeChanges();
    const before = arena.aws.requests().length;
    for (const more of [{}, { CI: "true" }]) {
      const env = { [name]: "@ROOT@/home/clone/.state", ...more };
      const { stderr } = await arena.refuses("env", { env });
      assert.match(stderr, /XDG_STATE_HOME/);
      await arena.refuses("exec", { env });
      await arena.fails("auth trust", { env });
      await arena.works("list", { env });
    }
    assert.equal(arena.aws.requests().length, before);
    assert.deepEqual(await arena.takeChanges(), []);
    assert.deepEqual(await arena.takeMarks(), []);
    await arena.assertNoLeaks();
  });
}

Deno.test("sessions and their key that come with the clone are not used, and none is stored beside them", async () => {
  await using arena = await openArena({ files: { "atmos.yaml": userConfig() } });
  const first = await arena.works("env", { printsSession: true });
  await ship(arena, "home/.local/state", "home/clone/.state");
  await ship(arena, "home/.config", "home/clone/.config");
  await Deno.remove(`${arena.root}/home/.local`, { recursive: true });
  await Deno.remove(`${arena.root}/home/.config/atmos`, { recursive: true });
  await arena.takeChanges();
  const env = {
    ATMOS_XDG_STATE_HOME: "@ROOT@/home/clone/.state",
    ATMOS_XDG_CONFIG_HOME: "@ROOT@/home/clone/.config",
    ATMOS_XDG_DATA_HOME: "@ROOT@/home/clone/.data",
    ATMOS_XDG_CACHE_HOME: "@ROOT@/home/clone/.cache",
  };
  const second = await arena.works("env", { env, printsSession: true });
  assert.notEqual(keyOf(second.stdout), keyOf(first.stdout));
  assert.equal(arena.aws.calls("GetSessionToken"), 2);
  await arena.works("exec", { env });
  assert.equal(arena.aws.calls("GetSessionToken"), 3);
  assert.deepEqual(await arena.takeChanges(), []);
});

const keyOf = (stdout: string) => /AWS_ACCESS_KEY_ID="(\w+)"/.exec(stdout)?.[1];

hostile([
  {
    name: "a home in the clone is nobody's: its configuration is not used",
    files: { "atmos.yaml": "stacks: {}\n", "home/.atmos/atmos.yaml": NEEDY },
    env: { HOME: "@ROOT@/home/clone/home" },
    fails: ["env"],
    works: [],
    runs: ["list", "validate"],
  },
  {
    name: "a configuration home in the clone is nobody's: profiles in it need trust",
    files: {
      "atmos.yaml": userConfig(),
      "config/atmos/profiles/dev/env.yaml": "auth: { identities: { dev: { env: { GREETING: hello } } } }\n",
    },
    env: { XDG_CONFIG_HOME: "@ROOT@/home/clone/config" },
    refused: [],
    works: [],
    fails: ["auth env --profile dev"],
  },
  {
    name: "in CI a home that is the checkout is nobody's",
    files: { "atmos.yaml": "stacks: {}\n", ".atmos/atmos.yaml": NEEDY },
    env: { HOME: "@ROOT@/home/clone", CI: "true" },
    fails: ["env"],
    works: [],
    runs: ["validate"],
  },
]);

Deno.test("identities of a portal that come with the clone are not taken for those that a login found", async () => {
  const config =
    'auth: { providers: { my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "@PORTAL@", ' +
    "auto_provision_identities: true } } }\n";
  await using arena = await openArena({
    files: { "atmos.yaml": config },
    env: { ATMOS_KEYRING_TYPE: "memory" },
  });
  await arena.works("auth login --device-code --provider my-sso", { approve: true });
  assert.match((await arena.works("list")).stdout, /production\/AdminAccess/);
  await ship(arena, "home/.cache", "home/clone/.cache");
  await Deno.remove(`${arena.root}/home/.cache`, { recursive: true });
  for (const name of ["ATMOS_XDG_CACHE_HOME", "XDG_CACHE_HOME"]) {
    const { stdout, stderr } = await arena.works("list", { env: { [name]: "@ROOT@/home/clone/.cache" } });
    assert.doesNotMatch(stdout, /production\/AdminAccess/);
    assert.match(stdout + stderr, /XDG_CACHE_HOME/);
  }
  await arena.assertNoLeaks();
});
