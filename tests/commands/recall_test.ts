/** What a command line came to the last time: the same as what it comes to now, or it is not used. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CI_SETTINGS } from "../../lib/ci.ts";
import { linksOf } from "../../lib/chain/digest.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { main } from "../../lib/commands/mod.ts";
import { provisionedFile } from "../../lib/cli/run/provision.ts";
import { start } from "../../lib/cli/recall/start.ts";
import { addTrust, revokeTrust, trustRecords } from "../../lib/cli/run/trust_store.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { Secret } from "../../lib/credentials.ts";
import { AuthError } from "../../lib/errors.ts";
import { writeSession } from "../../lib/files/aws_files.ts";
import type { Host } from "../../lib/host.ts";
import { provisionedText } from "../../lib/import/discovered.ts";
import { derived } from "../../lib/session/derive.ts";
import { sessionDirectory } from "../../lib/session/stores.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";
import { sessionFiles } from "../session_files.ts";

const BUILD = "a".repeat(64);
/** As `buildDigest()` tells it from source. */
const SOURCE = "source";
const KEPT = "/home/ana/.local/state/atmos/recall";
const MINUTE = 60_000;
const PORTAL = "https://mycompany.awsapps.com/start";
const CONFIG = `
import: [parts/more.yaml, "parts/*.yml"]
auth:
  realm: tests
  providers:
    my-sso: { kind: aws/iam-identity-center, region: us-east-1, start_url: "${PORTAL}" }
    broken: { kind: aws/saml }
  identities:
    base:
      kind: aws/permission-set
      env: [{ key: GREETING, value: hello }]
      via: { provider: my-sso }
      principal: { name: AdminAccess, account: { name: production } }
    other:
      kind: aws/permission-set
      via: { provider: my-sso }
      principal: { name: ReadOnly, account: { name: production } }
`;
const MORE = `auth: { identities: { base: { default: true, session: { duration: 1h } } } }\n`;

interface Change extends Pick<FakeHostInit, "workingDirectory" | "unwritable" | "keys"> {
  readonly config?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** A world with a configuration, and with a session for each of its identities. */
async function startWorld({ config = CONFIG, files = {}, ...init }: Change = {}) {
  const env: Record<string, string> = { HOME: "/home/ana" };
  const host = fakeHost({
    workingDirectory: "/work/repo/below",
    ...init,
    env,
    run: () => ({ code: 7 }),
    exchanges: () => new Response("", { status: 503 }),
    files: { "/work/repo/atmos.yaml": config, "/work/repo/parts/more.yaml": MORE, ...files },
    directories: ["/work/repo/below", "/work/repo/.git"],
  });
  const world = { host, env, started: 0 };
  await trustAll(host);
  await makeSessions(world);
  return world;
}

/** A person who was asked said yes. */
async function trustAll(host: Host): Promise<void> {
  // What a trusted file imports may need trust, too.
  for (let round = 0; round < 3; round++) {
    const loaded = await load(host);
    await addTrust(host, await loaded.trusting(loaded.needs) ?? []);
  }
}

const load = (host: Host) => loadConfig(host, { trusted: () => trustRecords(host) });

type World = Awaited<ReturnType<typeof startWorld>>;

/** A session for each identity, as the world is now; none where there is no configuration. */
async function makeSessions(
  { host }: Pick<World, "host">,
  life = 60 * MINUTE,
  token?: string,
): Promise<void> {
  const { auth } = await load(host);
  if (auth.keyring.type === "memory") return;
  for (const { name, config } of auth.identities.values()) {
    if (config?.kind !== "aws/permission-set") continue;
    const plan = planChain(auth, name);
    const link = (await linksOf(host, plan)).at(-1);
    assert.ok(link !== undefined);
    const directory = sessionDirectory(host, auth, plan);
    const session = {
      type: "aws-session" as const,
      accessKeyId: `ASIA${link.digest.slice(0, 8).toUpperCase()}`,
      secretAccessKey: new Secret(`not-a-real-secret-of-${name}`),
      sessionToken: new Secret(token ?? `not-a-real-token-in-${directory}`),
      issuedAt: host.now(),
      expiresAt: host.now() + life,
    };
    await writeSession(host, await sessionFiles(host, directory, auth.realm), name, link.digest, session, {
      region: "us-east-1",
    });
  }
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly told: string;
  /** What the last child got. */
  readonly child: unknown;
}

const ENV = ["auth", "env"];

/** Runs the program as it is compiled; whether the whole of it ran. */
async function run(
  world: World,
  argv = ENV,
  { from = world.host, build = BUILD }: { readonly from?: Host; readonly build?: string } = {},
): Promise<Run & { readonly wasWhole: boolean }> {
  return await observed(world, async () => {
    const started = await start(from, argv, build === SOURCE ? undefined : build);
    if (started === undefined) return { code: 0, wasWhole: false };
    return { code: await main(from, argv, started), wasWhole: started.child === undefined };
  });
}

/** Runs all of the program, which neither recalls nor keeps. */
async function runWhole(world: World, argv = ENV): Promise<Run> {
  return await observed(world, async () => ({ code: await main(world.host, argv) }));
}

async function observed<Seen extends { readonly code: number }>(
  { host }: World,
  act: () => Promise<Seen>,
): Promise<Seen & Run> {
  const [written, told, commands] = [host.written.length, host.told.length, host.commands.length];
  const seen = await act();
  return {
    ...seen,
    out: host.written.slice(written),
    told: host.told.slice(told),
    child: host.commands.slice(commands).map(({ environment }) => environment),
  };
}

/** Keeps what a line comes to, and sees it used. */
async function assertRecalled(world: World, argv = ENV): Promise<void> {
  const first = await run(world, argv);
  const second = await run(world, argv);
  assert.deepEqual([first.wasWhole, second.wasWhole], [true, false], first.told);
  assert.deepEqual({ ...second, wasWhole: true }, first);
}

const kept = ({ host }: World): readonly string[] =>
  Object.entries(host.tree()).filter(([path]) => path.startsWith(`${KEPT}/`)).map(([, text]) => text);

/** Lines that only use a session, with the exit codes that they end with. */
const LINES: Readonly<Record<string, number>> = {
  "auth env": 0,
  "auth env --identity other": 0,
  "auth env --format json": 0,
  "auth env --format fish --files": 0,
  "auth -C /work/repo env": 0,
  "auth env --config /work/repo/atmos.yaml": 0,
  "auth credential-process": 0,
  "auth exec -- true": 7,
  "auth exec -i other -- env --x": 7,
};

for (const [line, code] of Object.entries(LINES)) {
  Deno.test(`start() does the second time what \`${line}\` did the first time, by the questions that it asked`, async () => {
    const world = await startWorld();
    const argv = line.split(" ");
    await assertRecalled(world, argv);
    assert.equal(kept(world).length, 1);
    const changes = world.host.changes.length;
    const asked: string[] = [];
    const files = world.host.files;
    const readBytes = (path: string) => {
      asked.push(path);
      return files.readBytes(path);
    };
    const from = derived<Host>(world.host, { files: derived(files, { readBytes }) });
    const { told, ...ran } = await run(world, argv, { from });
    assert.deepEqual([ran.code, told, ran.wasWhole], [code, "", false]);
    assert.deepEqual({ ...ran, told, wasWhole: undefined }, {
      ...await runWhole(world, argv),
      wasWhole: undefined,
    });
    assert.deepEqual([world.host.changes.length, world.host.called], [changes, []]);
    assert.deepEqual(asked.filter((path) => !path.startsWith(KEPT) && !path.startsWith("/work/repo/")), [
      "/home/ana/.local/state/atmos/session-key",
      "/home/ana/.local/state/atmos/trust",
      "/home/ana/.config/atmos/tests/aws/my-sso/credentials",
      "/home/ana/.config/atmos/tests/aws/my-sso/config",
    ]);
  });
}

Deno.test("start() asks by the name of the program where the words leave open which one it is", async () => {
  const world = await startWorld();
  const from = derived<Host>(world.host, { calledBy: () => "/usr/bin/atmos-auth" });
  assert.equal((await run(world, ["env"], { from })).code, 0);
  assert.equal((await run(world, ["env"], { from })).wasWhole, false);
  const asAtmos = await run(world, ["env"]);
  assert.deepEqual([asAtmos.wasWhole, asAtmos.code], [true, 2]);
});

const CHANGES: Readonly<Record<string, (world: World) => void | Promise<unknown>>> = {
  "a file that it was read from, to one as long": ({ host }) =>
    host.put("/work/repo/atmos.yaml", CONFIG.replace("us-east-1", "us-west-2")),
  "a file that it imports": ({ host }) =>
    host.put("/work/repo/parts/more.yaml", MORE.replace("base", "other")),
  "a new file that a pattern of it finds": ({ host }) =>
    host.put("/work/repo/parts/new.yml", "auth: { identities: { other: { default: true } } }"),
  "a file that is gone": ({ host }) => host.files.remove("/work/repo/parts/more.yaml"),
  "a configuration that is nearer": ({ host }) =>
    host.put("/work/repo/below/atmos.yaml", CONFIG.replace("parts/more.yaml", "../parts/more.yaml")),
  "a configuration of the person's": ({ host }) =>
    host.put(
      "/home/ana/.atmos/atmos.yaml",
      "auth: { identities: { other: { env: [{ key: A, value: b }] } } }",
    ),
  "a directory of drop-ins": ({ host }) =>
    host.put("/work/repo/.atmos.d/x.yaml", "auth: { identities: { other: { default: true } } }"),
  "a link in place of the file": async ({ host }) => {
    host.put("/elsewhere/atmos.yaml", CONFIG.replace("production", "elsewhere"));
    await host.files.remove("/work/repo/atmos.yaml");
    host.link("/work/repo/atmos.yaml", "/elsewhere/atmos.yaml");
  },
  "a repository that no longer is one": ({ host }) => host.files.removeTree("/work/repo/.git"),
  "a realm that is set": ({ env }) => void (env["ATMOS_AUTH_REALM"] = "set"),
  "another identity that is wanted": ({ env }) => void (env["ATMOS_IDENTITY"] = "other"),
  "authentication that is off": ({ env }) => void (env["ATMOS_IDENTITY"] = "false"),
  "another format that is wanted": ({ env }) => void (env["ATMOS_AUTH_ENV_FORMAT"] = "json"),
  "another endpoint": ({ env }) => void (env["AWS_ENDPOINT_URL_SSO"] = "http://127.0.0.1:1"),
  "another home of configurations": ({ env }) => void (env["XDG_CONFIG_HOME"] = "/home/ana/.other"),
  "a log that is wanted": ({ env }) => void (env["ATMOS_LOGS_LEVEL"] = "Debug"),
  "trust in everything": ({ env }) => void (env["ATMOS_TRUST_CONFIG"] = "true"),
  "trust that is revoked": ({ host }) => revokeTrust(host, ["/work/repo/atmos.yaml"]),
};
/** Changes that do not show in what the command prints. */
const SAME: ReadonlySet<string> = new Set([
  "a configuration of the person's",
  "a configuration that is nearer",
  "a repository that no longer is one",
  "trust in everything",
]);
/** Changes after which no identity can be used, or none is the default one. */
const FAILING: ReadonlySet<string> = new Set([
  "a directory of drop-ins",
  "a file that is gone",
  "a new file that a pattern of it finds",
  "trust that is revoked",
]);
const LOGGED = "a log that is wanted";
const OFF = "authentication that is off";

/** What is trusted by a person who said yes before a change and after it. */
async function trustedAfter(act: (world: World) => void | Promise<unknown>) {
  const world = await startWorld();
  await act(world);
  await trustAll(world.host);
  return await trustRecords(world.host);
}

for (const [change, act] of Object.entries(CHANGES)) {
  Deno.test(`start() leaves it to the whole program after a change: ${change}`, async () => {
    const world = await startWorld();
    // Trust itself stays as it is: the change alone is to be noticed.
    await addTrust(world.host, await trustedAfter(act));
    await assertRecalled(world);
    const before = await run(world);
    await act(world);
    await makeSessions(world);
    const after = await run(world);
    assert.deepEqual([after.wasWhole, after.code === 0], [true, !FAILING.has(change)], after.told);
    assert.deepEqual(after, { ...await runWhole(world), wasWhole: true });
    if (!SAME.has(change) && change !== LOGGED) assert.notDeepEqual(after.out, before.out);
    const isKept = after.code === 0 && change !== LOGGED && change !== OFF;
    assert.equal((await run(world)).wasWhole, !isKept);
  });
}

Deno.test("start() never differs from the whole program, whatever changes in whatever order", async () => {
  const names = Object.keys(CHANGES);
  const lines = Object.keys(LINES);
  const step = fc.record({
    change: fc.constantFrom(...names),
    lines: fc.array(fc.constantFrom(...lines), { maxLength: 4 }),
    isTrusted: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const world = await startWorld();
      for (const { change, lines, isTrusted } of steps) {
        for (const line of [...lines, ...lines]) {
          const argv = line.split(" ");
          const { wasWhole: _, ...ran } = await run(world, argv);
          assert.deepEqual(ran, await runWhole(world, argv));
        }
        await CHANGES[change]?.(world);
        if (isTrusted) await trustAll(world.host);
        await makeSessions(world);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("start() leaves a session to the whole program when it is no longer fresh, gone or another", async () => {
  const world = await startWorld();
  await assertRecalled(world);
  world.host.advance(54 * MINUTE);
  assert.equal((await run(world)).wasWhole, false);
  world.host.advance(2 * MINUTE);
  const stale = await run(world);
  // It stands in, since none can be made: the whole program says so.
  assert.deepEqual([stale.wasWhole, stale.told === ""], [true, false]);
  await makeSessions(world);
  // What another process wrote is looked at by the whole program, once.
  assert.deepEqual([(await run(world)).wasWhole, (await run(world)).wasWhole], [true, false]);
  const credentials = "/home/ana/.config/atmos/tests/aws/my-sso/credentials";
  const text = world.host.tree()[credentials] ?? "";
  for (const broken of [text.replaceAll(/chain=./g, "chain=x"), `${text}[base]\nkey = x\n`, "not INI\n"]) {
    world.host.put(credentials, broken, 0o600);
    assert.equal((await run(world)).wasWhole, true);
  }
  world.host.put(credentials, text, 0o600);
  assert.equal((await run(world)).wasWhole, false);
  const config = "/home/ana/.config/atmos/tests/aws/my-sso/config";
  world.host.put(config, "not INI\n", 0o600);
  const brokenConfig = await run(world);
  assert.deepEqual([brokenConfig.wasWhole, brokenConfig.code], [true, 1]);
  await world.host.files.remove(config);
  assert.equal((await run(world)).wasWhole, true);
  await world.host.files.remove(credentials);
  assert.equal((await run(world)).wasWhole, true);
});

const KEY = "/home/ana/.local/state/atmos/session-key";

Deno.test("start() serves no line that this user's program did not write, with whatever key it came", async () => {
  const world = await startWorld();
  await assertRecalled(world);
  const path = Object.keys(world.host.tree()).find((one) => one.startsWith(`${KEPT}/`)) ?? "";
  const text = world.host.tree()[path] ?? "";
  const [mac = "", json = ""] = text.split("\n");
  const others = [
    json,
    `\n${json}`,
    `${"0".repeat(64)}\n${json}`,
    `${mac}\n${json.replace("production", "staging")} `,
    text.replace("hello", "howdy"),
    text.replace("my-sso", "my-ssp"),
  ];
  for (const other of others) {
    assert.notEqual(other, text);
    world.host.put(path, other, 0o600);
    const ran = await run(world);
    assert.deepEqual([ran.wasWhole, ran.code], [true, 0]);
    assert.match(ran.out, /GREETING="hello"/);
    // The whole program keeps it again.
    assert.equal((await run(world)).wasWhole, false);
  }
});

Deno.test("start() serves nothing without the key that signed it", async () => {
  for (const [key, mode] of [[undefined, 0o600], [`${"0".repeat(64)}\n`, 0o600], ["same", 0o644]] as const) {
    const world = await startWorld();
    await assertRecalled(world);
    const good = world.host.tree()[KEY] ?? "";
    if (key === undefined) await world.host.files.remove(KEY);
    else world.host.put(KEY, key === "same" ? good : key, mode);
    const ran = await run(world);
    assert.deepEqual([ran.wasWhole, ran.code], [true, 6], "no session is used: one would be made");
  }
});

Deno.test("start() believes nothing in a state home that a repository could have brought along", async () => {
  for (
    const [state, isServed] of [
      ["/work/repo/.state", false],
      ["/work/repo/below/.state", false],
      ["/work/other/.state", false],
      ["/work/plain/.state", true],
      ["/home/ana/elsewhere", true],
    ] as const
  ) {
    const world = await startWorld({ files: { "/work/other/atmos.yaml": "" } });
    world.env["XDG_STATE_HOME"] = state;
    // In a state home that gives no trust nothing would be kept of it.
    if (isServed) await trustAll(world.host);
    await makeSessions(world);
    await run(world);
    assert.deepEqual([state, (await run(world)).wasWhole], [state, !isServed]);
  }
});

Deno.test("start() takes a repository in the person's own home for the person's, but not in CI", async () => {
  const world = await startWorld({ files: { "/home/ana/.git/HEAD": "" } });
  await assertRecalled(world);
  world.env["CI"] = "true";
  assert.equal((await run(world)).wasWhole, true);
});

Deno.test("start() recalls in the person's own home, unless a variable speaks of CI", async () => {
  const files = { "/home/ana/atmos.yaml": CONFIG, "/home/ana/parts/more.yaml": MORE };
  const world = await startWorld({ workingDirectory: "/home/ana", files });
  await assertRecalled(world);
  for (const name of CI_SETTINGS) {
    world.env[name] = "true";
    assert.equal((await run(world)).wasWhole, true, name);
    delete world.env[name];
  }
});

Deno.test("start() recalls with the paths that a configuration may name, and with what it finds in directories", async () => {
  for (const file of ["/dev/stderr", "/tmp/atmos.log"]) {
    const logs = `logs: { file: "${file}", level: Warning }`;
    await assertRecalled(await startWorld({ config: `${logs}\n${CONFIG}` }));
  }
  const world = await startWorld();
  await assertRecalled(world);
  const { status } = world.host.files;
  const grown = derived<Host>(world.host, {
    files: derived(world.host.files, {
      status: async (path) => {
        const found = await status(path);
        return found?.kind === "directory" ? { ...found, size: found.size + 20 } : found;
      },
    }),
  });
  assert.equal((await run(world, ENV, { from: grown })).wasWhole, false);
});

Deno.test("start() is left nothing of a configuration from a pipe: it can be read once", async () => {
  const world = await startWorld();
  world.env["ATMOS_TRUST_CONFIG"] = "true";
  world.host.pipe("/work/repo/pipe.yaml", await world.host.files.readText("/work/repo/atmos.yaml") ?? "");
  assert.equal((await run(world, [...ENV, "--config", "/work/repo/pipe.yaml"])).code, 0);
  assert.deepEqual(kept(world), []);
  assert.equal((await run(world, [...ENV, "--config", "/work/repo/atmos.yaml"])).code, 0);
  assert.equal(kept(world).length, 1);
});

Deno.test("start() prints the session of --chain while it lasts: somebody else renews it", async () => {
  const world = await startWorld();
  const { auth } = await load(world.host);
  const digest = (await linksOf(world.host, planChain(auth, "base"))).at(-1)?.digest ?? "";
  const argv = ["auth", "credential-process", "--chain", digest];
  await assertRecalled(world, argv);
  world.host.advance(59 * MINUTE);
  assert.equal((await run(world, argv)).wasWhole, false);
  world.host.advance(2 * MINUTE);
  assert.equal((await run(world, argv)).wasWhole, true);
});

const UNKEPT: Readonly<
  Record<string, { readonly argv?: string[]; readonly config?: string; readonly keys?: string[] }>
> = {
  "variables that are written to a file": { argv: ["auth", "env", "-o", "/work/out"] },
  "variables for GitHub": { argv: ["auth", "env", "--format", "github", "-o", "/work/out"] },
  "a log that shows what is done": { argv: ["auth", "env", "--logs-level", "Info"] },
  "an identity that a person chose": {
    config: CONFIG.replace("import: [parts/more.yaml, ", "import: ["),
    keys: ["\r"],
  },
  "a configuration with keys of a user": {
    config: `${CONFIG}    bot: { kind: aws/user, credentials: { access_key_id: AKIAIOSFODNN7EXAMPLE, ` +
      "secret_access_key: not-a-real-secret-key, region: us-east-1 } }\n",
  },
  "a configuration with a variable's value": {
    config: CONFIG.replace("value: hello", "value: !env GREETING"),
  },
  "a memory keyring": { config: CONFIG.replace("realm: tests", "keyring: { type: memory }") },
  "a command that renews": { argv: ["auth", "exec", "--refresh", "--", "true"] },
  "another command": { argv: ["auth", "whoami"] },
};

for (const [what, { argv = ENV, ...change }] of Object.entries(UNKEPT)) {
  Deno.test(`start() is left nothing of ${what}`, async () => {
    const world = await startWorld(change);
    world.env["GREETING"] = "hello";
    await run(world, argv);
    assert.deepEqual(kept(world), []);
    assert.equal((await run(world, argv)).wasWhole, true);
  });
}

Deno.test("start() recalls nothing for the source, which may change at any moment", async () => {
  const world = await startWorld();
  const source = { build: SOURCE };
  assert.equal((await run(world, ENV, source)).wasWhole, true);
  assert.equal((await run(world, ENV, source)).wasWhole, true);
  assert.deepEqual(kept(world), []);
  await assertRecalled(world);
  assert.equal((await run(world, ENV, source)).wasWhole, true);
});

Deno.test("start() takes nothing that another program, directory or line left", async () => {
  const world = await startWorld();
  await assertRecalled(world);
  const elsewhere = derived<Host>(world.host, { workingDirectory: () => "/work/repo" });
  assert.equal((await run(world, ENV, { build: "b".repeat(64) })).wasWhole, true);
  assert.equal((await run(world, ENV, { from: elsewhere })).wasWhole, true);
  assert.equal((await run(world, [...ENV, "--login"])).wasWhole, true);
  assert.equal((await run(world, ["auth", "credential-process"])).wasWhole, true);
});

Deno.test("start() takes nothing that others may have written, or that is damaged", async () => {
  const world = await startWorld();
  const { host } = world;
  await assertRecalled(world);
  const [path = ""] = Object.keys(host.tree()).filter((name) => name.startsWith(`${KEPT}/`));
  const text = host.tree()[path] ?? "";
  const bad: readonly (readonly [string, number])[] = [
    [text, 0o644],
    [text, 0o660],
    [text.slice(0, -5), 0o600],
    ["null", 0o600],
    ["", 0o600],
    ["[]", 0o600],
    ['{"key":1}', 0o600],
    [text.replace(/"outcome":\{.*?\},"questions"/s, '"outcome":null,"questions"'), 0o600],
    [text.replace(/"questions":\[/, '"questions":[null,'), 0o600],
  ];
  for (const [content, mode] of bad) {
    host.put(path, content, mode);
    assert.equal((await run(world)).wasWhole, true, content.slice(0, 9));
    assert.equal((await run(world)).wasWhole, false);
  }
  const foreign = derived<Host>(host, {
    files: derived(host.files, {
      status: async (name) => {
        const status = await host.files.status(name);
        return status === undefined ? undefined : { ...status, owned: name !== path };
      },
    }),
  });
  assert.equal((await run(world, ENV, { from: foreign })).wasWhole, true);
});

Deno.test("start() leaves a session that others can read or write to the whole program, which tells of it", async () => {
  const world = await startWorld();
  const { host } = world;
  await assertRecalled(world);
  const [path = ""] = Object.keys(host.tree()).filter((name) => name.endsWith("/my-sso/credentials"));
  const text = host.tree()[path] ?? "";
  host.put(path, text, 0o644);
  for (const _ of [1, 2]) {
    const { wasWhole, told, out } = await run(world);
    assert.equal(wasWhole, true);
    assert.equal(told, `Warning: Others can read ${path}: its mode is 644. Run: chmod 600 ${path}\n`);
    assert.match(out, /ASIA/);
  }
  host.put(path, text, 0o666);
  const { wasWhole, told } = await run(world);
  assert.equal(wasWhole, true);
  assert.match(told, /^Warning: Stored sessions are not used: Others can write to /);
  host.put(path, text, 0o600);
  assert.equal((await run(world)).told, "");
  assert.equal((await run(world)).wasWhole, false);
});

Deno.test("start() keeps no text of a configuration but what a child would get, and no secret", async () => {
  const world = await startWorld({ config: `${CONFIG}\nsettings: { token: not-a-real-token-of-others }\n` });
  await assertRecalled(world);
  const text = kept(world).join("");
  assert.match(text, /GREETING/);
  assert.doesNotMatch(text, /not-a-real|ASIA|awsapps/);
});

Deno.test("start() runs the whole program once when a variable that the output unsets becomes set", async () => {
  const world = await startWorld();
  await assertRecalled(world);
  world.env["AWS_PROFILE"] = "elsewhere";
  const [first, second] = [await run(world), await run(world)];
  assert.deepEqual([first.wasWhole, second.wasWhole, second.out], [true, false, first.out]);
  assert.match(first.out, /^unset AWS_PROFILE$/m);
  assert.doesNotMatch(kept(world).join(""), /elsewhere/);
});

for (const format of ["bash", "fish", "json", "dotenv", "powershell", "cmd"]) {
  Deno.test(`start() stores no key of a session when it prints the format ${format}`, async () => {
    for (const token of [`quo"ted$'%\\token`, "ATMOSTOKEN", "ATMOSKEYID", "AWS", "="]) {
      const world = await startWorld();
      await makeSessions(world, 60 * MINUTE, token);
      const argv = [...ENV, "--format", format];
      const whole = await runWhole(world, argv);
      for (const _ of [1, 2]) {
        const ran = await run(world, argv);
        assert.deepEqual([ran.code, ran.out, ran.told], [whole.code, whole.out, whole.told]);
      }
      if (token.startsWith("quo")) assert.doesNotMatch(kept(world).join(""), /quo/);
      assert.doesNotMatch(kept(world).join(""), /not-a-real-secret/);
    }
  });
}

Deno.test("start() recalls a configuration of a thousand files", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 1000 }, (_, at) => [`/work/repo/parts/${at}.yml`, `settings: { s${at}: ${at} }\n`]),
  );
  await assertRecalled(await startWorld({ files }));
});

Deno.test("start() recalls what a component wants, until one of its manifests says otherwise", async () => {
  const files = {
    "/work/repo/stacks/dev.yaml": "import: [shared]\nvars: { stage: dev }\n",
    "/work/repo/stacks/shared.yaml": "components: { terraform: { vpc: { vars: { size: 1 } } } }\n",
  };
  const config = `${CONFIG}
stacks: { base_path: stacks, included_paths: ["dev.yaml"], name_pattern: "{stage}" }
components: { terraform: { base_path: components } }
`;
  const world = await startWorld({ config, files });
  const argv = [...ENV, "--component", "vpc", "--stack", "dev"];
  await assertRecalled(world, argv);
  const text = files["/work/repo/stacks/shared.yaml"]
    .replace("{ vars", "{ auth: { identities: { base: { env: [{ key: GREETING, value: howdy }] } } }, vars");
  world.host.put("/work/repo/stacks/shared.yaml", text);
  const untrusted = await run(world, argv);
  assert.deepEqual([untrusted.wasWhole, untrusted.code, untrusted.out], [true, 2, ""]);
  assert.equal((await run(world, ["auth", "trust", "--component", "vpc", "--stack", "dev"])).code, 0);
  const after = await run(world, argv);
  assert.deepEqual([after.wasWhole, /howdy/.test(after.out)], [true, true]);
  assert.equal((await run(world, argv)).wasWhole, false);
  world.env["ATMOS_STACKS_BASE_PATH"] = "none";
  const none = await run(world, argv);
  assert.deepEqual([none.wasWhole, none.code], [true, 2]);
});

Deno.test("start() recalls an identity that a login found, until a login finds others", async () => {
  const world = await startWorld({
    config: CONFIG.replace("region: us-east-1", "auto_provision_identities: true, region: us-east-1"),
  });
  const { auth } = await load(world.host);
  const config = auth.providers.get("my-sso")?.config;
  assert.ok(config?.kind === "aws/iam-identity-center");
  const path = await provisionedFile(world.host, auth, { name: "my-sso", config });
  const provision = async (...roles: readonly string[]) => {
    const account = { id: "111122223333", name: "found", roles: roles.map((name) => ({ name })) };
    world.host.put(path, provisionedText("my-sso", config.startUrl, [account]), 0o600);
    await makeSessions(world);
  };
  await provision("Admin");
  const argv = [...ENV, "--identity", "found/Admin"];
  await assertRecalled(world, argv);
  await provision("Admin", "Reader");
  assert.equal((await run(world, argv)).wasWhole, true);
  await provision("Reader");
  const gone = await run(world, argv);
  assert.deepEqual([gone.wasWhole, gone.code], [true, 2]);
});

Deno.test("start() goes on without a home, and where the state directory cannot be written", async () => {
  const homeless = await startWorld();
  delete homeless.env["HOME"];
  const { wasWhole, ...ran } = await run(homeless);
  assert.deepEqual([wasWhole, ran], [true, await runWhole(homeless)]);
  assert.deepEqual(kept(homeless), []);
  const unwritable = await startWorld({ unwritable: [KEPT] });
  for (let time = 0; time < 2; time++) {
    const ran = await run(unwritable);
    assert.deepEqual([ran.wasWhole, ran.code, ran.told], [true, 0, ""]);
  }
});

Deno.test("start() tells what it cannot print, and does not print it twice", async () => {
  const world = await startWorld();
  await assertRecalled(world);
  const full = new AuthError("file-failed", "Cannot write to standard output: no space left on the device");
  for (const length of [0, 20]) {
    let writes = 0;
    const from = derived<Host>(world.host, {
      write: (text) => {
        world.host.write(text.slice(0, writes++ === 0 ? length : undefined));
        throw full;
      },
    });
    const ran = await run(world, ENV, { from });
    assert.deepEqual([ran.code, ran.out.length, writes], [1, length, 1]);
    assert.match(ran.told, /no space left/);
  }
});
