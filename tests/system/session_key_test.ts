/**
 * Sessions that this user's program did not write: brought along by a repository, left by an older version, or of a
 * machine without a place for the key.
 */
import assert from "node:assert/strict";
import { chainDigest } from "../../lib/chain/digest.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { denoHost } from "../../lib/host_deno.ts";
import { derived } from "../../lib/session/derive.ts";
import { PLAIN_USER } from "../emulator/mod.ts";
import { helper } from "./program.ts";
import { startWorld, type World } from "./world.ts";

const KEY = ".local/state/atmos/session-key";
const CHILD = helper("exec_child.ts");

/** Users whose keys are in variables: a session takes nobody, and no keyring. */
const usersConfig = (names: readonly string[]) =>
  `auth:
  identities:
${
    names.map((name) =>
      `    ${name}:
      kind: aws/user
      credentials:
        access_key_id: !env ${PREFIX}_ID
        secret_access_key: !env ${PREFIX}_SECRET
        region: us-east-1
`
    ).join("")
  }`;
const PREFIX = "TEST_USER_KEY";
const USER_KEYS = {
  [`${PREFIX}_ID`]: PLAIN_USER.accessKeyId,
  [`${PREFIX}_SECRET`]: PLAIN_USER.secretAccessKey,
  ATMOS_TRUST_CONFIG: "true",
};

/** The digest of an identity's chain, as anybody can compute it. */
async function digestOf(world: World, config: string, identity: string): Promise<string> {
  const host = derived(denoHost(), { env: (name) => world.env[name] });
  const { auth } = await loadConfig(host, {
    configFiles: [`${world.home}/${config}`],
    vouched: true,
  });
  return await chainDigest(host, planChain(auth, identity));
}

Deno.test("sessions that a clone ships, with the right digest and until 2099, are not used by any command", async () => {
  await using world = await startWorld();
  await world.write("repo/.git/HEAD", "ref: refs/heads/main\n");
  await world.write(
    "repo/atmos.yaml",
    `auth:
  keyring: { type: file }
  providers:
    my-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: "${world.aws.startUrl}"
      spec: { files: { base_path: "${world.home}/repo/files" } }
  identities:
    dev:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { id: "111122223333" } }
`,
  );
  const chain = await digestOf(world, "repo/atmos.yaml", "dev");
  const year = new Date().getUTCFullYear();
  for (
    const times of [
      `expiration=2099-01-01T00:00:00Z issued=${year}-01-01T00:00:00Z`,
      `expiration=${new Date(Date.now() + 3_600_000).toISOString()} issued=${new Date().toISOString()}`,
    ]
  ) {
    for (const mac of ["", ` mac=${"0".repeat(64)}`]) {
      const keys =
        "aws_access_key_id = ASIAEVILEXAMPLE\naws_secret_access_key = evil\naws_session_token = evil\n";
      await world.write(
        "repo/files/my-sso/credentials",
        `; atmos: ${times} chain=${chain}${mac}\n[dev]\n${keys}`,
      );
      await world.write(
        "repo/files/my-sso/config",
        `; atmos: chain=${chain}${mac}\n[profile dev]\nregion = x\n`,
      );
      for (
        const words of [
          ["env"],
          ["env", "--format", "json"],
          ["credential-process"],
          ["exec", "--", ...CHILD],
          ["whoami"],
          ["whoami", "--cached"],
          ["whoami", "--output", "json"],
          ["list"],
          ["explain"],
        ]
      ) {
        const ran = await world.run(["auth", ...words], {
          directory: `${world.home}/repo`,
          env: { ATMOS_TRUST_CONFIG: "true" },
        });
        const isLook = ["list", "explain"].includes(words[0] ?? "");
        assert.equal(ran.code, isLook ? 0 : 3, `${words.join(" ")}: ${ran.stdout}${ran.stderr}`);
        assert.doesNotMatch(ran.stdout, /EVIL|✓|●|2099|"valid"|"fresh"/, words.join(" "));
        if (isLook || words[1] === "--cached") {
          assert.match(
            ran.stdout,
            mac === "" ? /not signed/ : /did not create it with this machine's session key/,
          );
        }
      }
    }
  }
});

Deno.test("processes that start at once on a new machine make one key, and each of them can use every session", async () => {
  await using world = await startWorld();
  const names = Array.from({ length: 12 }, (_, index) => `user-${index}`);
  await world.write("atmos.yaml", usersConfig(names));
  const all = await Promise.all(
    names.map((name) => world.run(["auth", "env", "-i", name], { env: USER_KEYS, printsSecrets: true })),
  );
  assert.deepEqual(all.map(({ code }) => code), names.map(() => 0), all.map(({ stderr }) => stderr).join(""));
  assert.match(await world.read(KEY), /^[0-9a-f]{64}\n$/);
  assert.equal(((await Deno.lstat(`${world.home}/${KEY}`)).mode ?? 0) & 0o777, 0o600);
  const listed = await world.run(["auth", "list", "--format", "json"], { env: USER_KEYS });
  const identities: Readonly<Record<string, { readonly expiration?: string }>> =
    JSON.parse(listed.stdout).identities;
  assert.deepEqual(names.filter((name) => identities[name]?.expiration === undefined), []);
  assert.equal(world.aws.calls("GetSessionToken"), names.length);
});

Deno.test("where no key can be kept, a session is handed over as variables and stored nowhere, and one warning says why", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", usersConfig(["bot"]));
  // Nobody can make a directory there, root included.
  const env = { ...USER_KEYS, XDG_STATE_HOME: "/proc/no-state" };
  const printed = await world.run(["auth", "env", "--format", "json"], { env, printsSecrets: true });
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(JSON.parse(printed.stdout).AWS_ACCESS_KEY_ID, /^ASIA/);
  const ran = await world.run(["auth", "exec", "--", ...CHILD], { env, printsSecrets: true });
  assert.equal(ran.code, 0, ran.stderr);
  const { environment } = JSON.parse(ran.stdout);
  assert.match(environment.AWS_ACCESS_KEY_ID, /^ASIA/);
  assert.deepEqual([environment.AWS_PROFILE, environment.AWS_SHARED_CREDENTIALS_FILE], [
    undefined,
    undefined,
  ]);
  for (const { stderr } of [printed, ran]) {
    assert.match(
      stderr,
      /^Warning: Sessions are neither reused nor stored: [^\n]*Set XDG_STATE_HOME [^\n]*\n$/,
    );
  }
  const files = await world.run(["auth", "env", "--files"], { env });
  assert.equal(files.code, 1);
  assert.match(files.stderr, /Cannot print where the session is stored/);
  assert.doesNotMatch(files.stdout, /ASIA/);
  await assert.rejects(Deno.stat(`${world.home}/.config/atmos/aws`), Deno.errors.NotFound);
  assert.equal(world.aws.calls("GetSessionToken"), 3);
});

Deno.test("a key that others can read is named with what to do, and a new key starts over under other names", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", usersConfig(["bot"]));
  const env = async () => {
    const ran = await world.run(["auth", "env"], { env: USER_KEYS, printsSecrets: true });
    assert.equal(ran.code, 0, ran.stderr);
    return ran.stderr;
  };
  assert.equal(await env(), "");
  await Deno.chmod(`${world.home}/${KEY}`, 0o644);
  const key = await world.read(KEY);
  assert.match(
    await env(),
    /^Warning: [^\n]*others have access to [^\n]*session-key\. Remove [^\n]*session-key/,
  );
  assert.equal(await world.read(KEY), key);
  await Deno.remove(`${world.home}/${KEY}`);
  const stored = await world.read(".config/atmos/aws/aws-user/credentials");
  for (let time = 0; time < 2; time++) assert.equal(await env(), "");
  assert.equal(world.aws.calls("GetSessionToken"), 3);
  const now = await world.read(".config/atmos/aws/aws-user/credentials");
  assert.ok(now.startsWith(stored));
  assert.match(now, /^\[bot@[0-9a-f]{8}\]$/m);
  const out = await world.run(["auth", "logout", "bot"], { env: USER_KEYS });
  assert.match(out.stderr, /Removed +\S+ \[bot@[0-9a-f]{8}\]/);
  assert.match(out.stderr, /Remains +\S+ \[bot\]: atmos did not create it with this machine's session key/);
  assert.equal((await world.read(".config/atmos/aws/aws-user/credentials")).trim(), stored.trim());
});

const OLD_HOME = new URL("../testdata/old_home/", import.meta.url).pathname;

/** Every file of a directory, by its path below. */
async function* filesBelow(directory: string, inner = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory + inner)) {
    if (isDirectory) yield* filesBelow(directory, `${inner}${name}/`);
    else yield inner + name;
  }
}

/** A home as the last version without MACs left it. */
async function oldHome(): Promise<World> {
  const world = await startWorld();
  const put = async (path: string, text: string, mode: number) => {
    await world.write(path, text);
    await Deno.chmod(`${world.home}/${path}`, mode);
  };
  await put("work/atmos.yaml", await Deno.readTextFile(`${OLD_HOME}work/atmos.yaml`), 0o644);
  await put("work/.git/HEAD", "ref: refs/heads/main\n", 0o644);
  await put("repo/.git/HEAD", "ref: refs/heads/main\n", 0o644);
  const values = new Map([
    ["home", world.home],
    ["aws", world.aws.url],
    ["now", new Date().toISOString()],
    ["in an hour", `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`],
    ["chain of deploy-bot", await digestOf(world, "work/atmos.yaml", "deploy-bot")],
    ["chain of deployer", await digestOf(world, "work/atmos.yaml", "deployer")],
  ]);
  for await (const path of filesBelow(OLD_HOME)) {
    if (path === "README.md") continue;
    const text = (await Deno.readTextFile(OLD_HOME + path)).replaceAll(/\{\{([^}]*)\}\}/g, (_, name) => {
      const value = values.get(name);
      assert.ok(value !== undefined, `${path}: ${name}`);
      return value;
    });
    const isOwn = path.startsWith("config/") || path.startsWith("local/");
    await put(isOwn ? `.${path}` : path, text, isOwn ? 0o600 : 0o644);
  }
  const own = [".config", ".local", ".local/state", ".local/share"].flatMap((
    path,
  ) => [path, `${path}/atmos`]);
  for (const path of [...own, ".config/atmos/aws", ".config/atmos/aws/aws-user"]) {
    await Deno.chmod(`${world.home}/${path}`, 0o700).catch((error) =>
      assert.ok(error instanceof Deno.errors.NotFound)
    );
  }
  return world;
}

const CREDENTIALS = ".config/atmos/aws/aws-user/credentials";

Deno.test("an upgrade: old sessions are told of, made anew from the old keyring under their names, and nothing is left over", async () => {
  await using world = await oldHome();
  const directory = `${world.home}/work`;
  const run = (...words: readonly string[]) =>
    world.run(["auth", ...words], { directory, printsSecrets: words[0] === "env" });
  const old = await world.read(CREDENTIALS);
  const cached = await run("whoami", "--cached");
  assert.equal(cached.code, 3);
  assert.match(cached.stdout, /✗[^]*an older version of atmos wrote it/);
  assert.match(
    (await run("list")).stdout,
    /session not used: it is not signed: an older version of atmos wrote it/,
  );
  const first = await run("env");
  assert.deepEqual([first.code, first.stderr], [0, ""]);
  const [, oldKey = "none"] = /\[deployer\]\naws_access_key_id = (\S+)/.exec(old) ?? [];
  assert.doesNotMatch(first.stdout, new RegExp(oldKey));
  assert.deepEqual(await run("env"), first);
  assert.deepEqual([world.aws.calls("GetSessionToken"), world.aws.calls("AssumeRole")], [1, 1]);
  const now = await world.read(CREDENTIALS);
  assert.deepEqual([...now.matchAll(/^\[(.*)\]$/gm)].map(([, name]) => name).sort(), [
    "deploy-bot",
    "deployer",
  ]);
  assert.equal([...now.matchAll(/ mac=[0-9a-f]{64}$/gm)].length, 2);
  for (const [, value = ""] of old.matchAll(/^aws_\w+ = (\S{20,})$/gm)) assert.ok(!now.includes(value));
  const who = await run("whoami");
  assert.deepEqual([who.code, who.stderr], [0, ""]);
  assert.match(who.stdout, /✓/);
  const out = await run("logout", "--all");
  assert.equal(out.code, 0, out.stderr);
  assert.doesNotMatch(out.stderr, /Remains +\S+credentials/);
  await assert.rejects(world.read(CREDENTIALS), Deno.errors.NotFound);
});

Deno.test("an upgrade: `logout` removes sessions without a MAC, and an old list of trusted files harms nothing", async () => {
  await using world = await oldHome();
  const out = await world.run(["auth", "logout", "--all"], { directory: `${world.home}/work` });
  assert.equal(out.code, 0, out.stderr);
  assert.match(out.stderr, /Removed +\S+credentials \[deploy-bot\]\n +\S+credentials \[deployer\]/);
  const list = await world.run(["auth", "trust", "--list"], { directory: world.home });
  assert.equal(list.code, 0, list.stderr);
  const ran = await world.run(["auth", "env"], { directory: `${world.home}/repo`, printsSecrets: true });
  // Whether a file counts as trusted is the list's affair; it is never more than one remedy away.
  if (ran.code !== 0) {
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, /atmos auth trust/);
  }
  const trusted = await world.run(["auth", "trust"], { directory: `${world.home}/repo` });
  assert.equal(trusted.code, 0, trusted.stderr);
  const again = await world.run(["auth", "env"], { directory: `${world.home}/repo`, printsSecrets: true });
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /max-old-space-size/);
});
