/** Places that are the person's own, and checkouts of all kinds with free values: nobody is asked anything. */
import assert from "node:assert/strict";
import { testIf } from "../system/program.ts";
import { openArena } from "./arena.ts";
import { honest } from "./cases.ts";
import { userConfig } from "./configs.ts";
import { isRoot, plant, type Tree } from "./tree.ts";

honest([
  {
    name: "the person's own configuration may do everything: in its place it needs no trust",
    around: { "home/.atmos/atmos.yaml": userConfig("env: { GREETING: hello }") },
    works: ["exec", "env"],
    says: /^export GREETING="hello"$/m,
  },
  {
    name: "the person's own imports and drop-ins need no trust",
    around: {
      "home/.atmos/atmos.yaml": `import: [parts/user.yaml]\n`,
      "home/.atmos/parts/user.yaml": userConfig(),
      "home/.atmos/.atmos.d/env.yaml": "auth: { identities: { dev: { env: { GREETING: hello } } } }\n",
    },
    says: /^export GREETING="hello"$/m,
  },
  {
    name: "a profile below the configuration home is the person's own",
    around: {
      "home/.config/atmos/profiles/own/env.yaml":
        "auth: { identities: { dev: { env: { GREETING: hello } } } }\n",
      "home/.atmos/atmos.yaml": userConfig(),
    },
    works: ["auth env --profile own"],
    says: /^export GREETING="hello"$/m,
  },
  {
    name: "a person's configuration that their private group may write is theirs",
    around: {
      "home/.atmos/atmos.yaml": { text: userConfig("env: { GREETING: hello }"), mode: 0o664 },
      "home/.atmos": { directory: true, mode: 0o775 },
    },
  },
  {
    name: "a configuration below ~/.config/atmos that a variable names is the person's own",
    around: { "home/.config/atmos/atmos.yaml": userConfig("env: { GREETING: hello }") },
    env: { ATMOS_CLI_CONFIG_PATH: "@ROOT@/home/.config/atmos" },
    says: /^export GREETING="hello"$/m,
  },
  {
    name: "a home that is a Git work tree of dotfiles is the person's own",
    around: {
      "home/.git/HEAD": "ref: refs/heads/main\n",
      "home/.atmos/atmos.yaml": userConfig("env: { GREETING: hello }"),
      "home/work/README.md": "\n",
    },
    directory: "home/work",
    works: ["env", "exec", "env"],
  },
  {
    name: "a configuration in the home with free values keeps its sessions where they belong",
    around: { "home/atmos.yaml": userConfig(), "home/.git/HEAD": "ref: refs/heads/main\n" },
    directory: "home",
    works: ["env", "whoami"],
  },
  {
    name: "a group of people who share a clone by umask 002 needs no trust for free values",
    files: {
      "atmos.yaml": { text: userConfig(), mode: 0o664 },
      "atmos.d/more.yaml": { text: "auth: { logs: { level: Warn } }\n", mode: 0o664 },
      "atmos.d": { directory: true, mode: 0o2775 },
    },
  },
  {
    name: "outside CI a home that is the checkout itself is the person's own",
    files: { "atmos.yaml": "stacks: {}\n", ".atmos/atmos.yaml": userConfig("env: { GREETING: hello }") },
    env: { HOME: "@ROOT@/home/clone" },
    mayWrite: /^home\/clone\/\.(?:config|local)(?:\/|$)/,
    says: /^export GREETING="hello"$/m,
  },
]);

Deno.test("a configuration through a pipe that is named on the command line needs no trust for free values", async () => {
  await using arena = await openArena({ around: { "home/own.yaml": userConfig() } });
  const script = 'exec "$@" --config <(cat "$HOME/own.yaml")';
  const { code, stdout, stderr } = await arena.run("env", {
    under: ["bash", "-c", script, "bash"],
    printsSession: true,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^export AWS_ACCESS_KEY_ID="ASIA/m);
  assert.doesNotMatch(stderr, /trust/i);
  await plant(arena.root, { "home/own.yaml": userConfig("env: { GREETING: hello }") }, arena.fill);
  const refused = await arena.run("env", { under: ["bash", "-c", script, "bash"] });
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /ATMOS_TRUST_CONFIG/);
  const trusted = await arena.run("env", {
    under: ["bash", "-c", script, "bash"],
    printsSession: true,
    env: { ATMOS_TRUST_CONFIG: "true" },
  });
  assert.match(trusted.stdout, /^export GREETING="hello"$/m);
  await arena.assertNoLeaks();
});

if (isRoot) {
  /** A workspace as the helper of GitLab's runner makes it: another owner, everything writable by everybody. */
  const workspace = (text: string): Tree => ({
    "builds/project/.git/HEAD": { text: "ref: refs/heads/main\n", mode: 0o666, owner: 1000 },
    "builds/project/atmos.yaml": { text, mode: 0o666, owner: 1000 },
    "builds/project/atmos.d/more.yaml": {
      text: "auth: { logs: { level: Warn } }\n",
      mode: 0o666,
      owner: 1000,
    },
    "builds/project": { directory: true, mode: 0o777, owner: 1000 },
  });
  honest([
    {
      name: "a checkout that another user owns and everybody may write needs no trust for free values",
      around: workspace(userConfig()),
      directory: "builds/project",
      env: { CI: "true" },
      works: ["env", "exec", "validate"],
    },
  ]);

  Deno.test("a checkout that another user owns is trusted by the variable, as the files of the working directory are", async () => {
    await using arena = await openArena({
      around: workspace(userConfig("env: { GREETING: hello }")),
      directory: "builds/project",
      env: { CI: "true" },
    });
    await arena.refuses("env");
    const { stdout } = await arena.works("env", { env: { ATMOS_TRUST_CONFIG: "true" }, printsSession: true });
    assert.match(stdout, /^export GREETING="hello"$/m);
  });
}

testIf(
  isRoot,
  "only root can make a store of the system",
  "a person's configuration that the system's store holds is theirs",
  async () => {
    const store = await Deno.makeTempDir({ dir: "/opt", prefix: "atmos-store-" });
    try {
      await Deno.chmod(store, 0o755);
      await using arena = await openArena({
        around: { "home/.atmos/atmos.yaml": { link: `${store}/abc-atmos.yaml` } },
      });
      await plant(
        store,
        { "abc-atmos.yaml": { text: userConfig("env: { GREETING: hello }"), mode: 0o444 } },
        arena.fill,
      );
      const { stdout } = await arena.works("env", { printsSession: true });
      assert.match(stdout, /^export GREETING="hello"$/m);
      await arena.assertNoLeaks();
    } finally {
      await Deno.remove(store, { recursive: true });
    }
  },
);

/** Root may write everywhere, unless it starts a program without its powers. */
const MERE_MORTAL = isRoot ? ["setpriv", "--bounding-set=-all"] : [];

Deno.test("a home that cannot be written gives sessions all the same; one with a key serves what is fresh", async () => {
  const files = { "atmos.yaml": userConfig() };
  const around = { "home/needy/atmos.yaml": userConfig("env: { GREETING: hello }") };
  const options = { under: MERE_MORTAL, printsSession: true };
  {
    await using arena = await openArena({ files, around });
    await Deno.chmod(`${arena.root}/home`, 0o555);
    await arena.takeChanges();
    for (const words of ["env", "exec", "whoami", "list", "validate", "explain"]) {
      await arena.works(words, options);
    }
    assert.deepEqual(await arena.takeChanges(), []);
    await arena.fails("auth trust", { ...options, directory: "home/needy" });
    await Deno.chmod(`${arena.root}/home`, 0o700);
  }
  await using arena = await openArena({ files });
  await arena.works("env", options);
  const ours = [
    ".config/atmos",
    ".local/state/atmos",
    ".local/state/atmos/locks",
    ".config/atmos/aws",
    ".config/atmos/aws/aws-user",
  ];
  for (const path of ours) await Deno.chmod(`${arena.root}/home/${path}`, 0o500);
  for (const words of ["env", "exec"]) await arena.works(words, options);
  assert.equal(arena.aws.calls("GetSessionToken"), 1);
  for (const path of ours) await Deno.chmod(`${arena.root}/home/${path}`, 0o700);
});
