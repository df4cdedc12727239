/**
 * Logging in as a person does it: with a browser of this machine, with a code from another one, to everything at once.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { helper } from "./program.ts";
import {
  agePortalSession,
  CREDENTIALS,
  endPortalSession,
  endSessionIn,
  sectionsOf,
  snapshot,
} from "./sessions.ts";
import { until } from "./waiting.ts";
import { chainedConfig, type Ran, type RunOptions, startWorld, type World } from "./world.ts";

/** The words with which a browser of this machine is used although this may be a container. */
const HERE = ["auth", "login", "--device-code=false"];

/** Somebody at a terminal, with a browser that does as it is told. */
const person = (...browsing: readonly string[]): RunOptions => ({
  env: { ATMOS_FORCE_TTY: "true", BROWSER: [...helper("page_visitor.ts"), ...browsing].join(" ") },
});

async function newWorld(extra = ""): Promise<World> {
  const world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl, extra));
  return world;
}

/** Runs the program, and waits until the person's browser has shown the last page: it is a process of its own. */
async function visit(world: World, words: readonly string[], options: RunOptions): Promise<Visit> {
  const ran = await world.run(words, options);
  await until(
    async () => (await Array.fromAsync(Deno.readDir(world.home))).some(({ name }) => name === "page"),
    () => `the browser showed no page: ${ran.stderr}`,
  );
  const page = await world.read("page");
  await Deno.remove(`${world.home}/page`);
  return { ...ran, page };
}

interface Visit extends Ran {
  /** Status and text of what the browser showed at last. */
  readonly page: string;
}

Deno.test("`login` with a browser of this machine: code and verifier for a token, and a page that can be closed", async () => {
  await using world = await newWorld();
  const ran = await visit(world, HERE, person("approve"));
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout, "");
  assert.match(ran.stderr, /✓ Authentication successful!/);
  assert.match(ran.page, /^200 [^]*this page can be closed/);
  assert.deepEqual(await sectionsOf(world), ["base-admin", "prod-admin"]);
  const operations = world.aws.requests().map(({ operation }) => operation).filter((name) =>
    name !== "Authorize"
  );
  assert.deepEqual(operations.slice(0, 2), ["RegisterClient", "CreateToken"]);
  assert.equal(world.aws.calls("StartDeviceAuthorization"), 0);
  const [registered] = world.aws.requests("RegisterClient");
  assert.equal(registered?.parameters["redirectUris"], "http://127.0.0.1/oauth/callback");
  await world.assertNoLeaks();
});

Deno.test("`login` refreshes what a browser got, without a person, and uses the client again for the next login", async () => {
  await using world = await newWorld();
  assert.equal((await visit(world, HERE, person("approve"))).code, 0);
  await endPortalSession(world);
  const again = await world.run(["auth", "login", "--provider", "my-sso"]);
  assert.equal(again.code, 0, again.stderr);
  const grants = () => world.aws.requests("CreateToken").map(({ parameters }) => parameters["grantType"]);
  assert.deepEqual(grants(), ["authorization_code", "refresh_token"]);
  await agePortalSession(world);
  const forced = await visit(world, [...HERE, "--force"], person("approve"));
  assert.equal(forced.code, 0, forced.stderr);
  assert.deepEqual(grants(), ["authorization_code", "refresh_token", "authorization_code"]);
  assert.equal(world.aws.calls("RegisterClient"), 1);
  await world.assertNoLeaks();
});

Deno.test("`login` is not misled by anybody else who calls the listener", async () => {
  await using world = await newWorld();
  const ran = await visit(world, HERE, person("harassed", "approve"));
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(await world.read("visits"), "400 400 400 404 405 421 421 421");
  assert.equal(world.aws.calls("CreateToken"), 1);
  await world.assertNoLeaks();
});

Deno.test("a login that is denied in the browser is exit 4 at once", async () => {
  await using world = await newWorld();
  const ran = await visit(world, HERE, { ...person("deny"), env: { ...person("deny").env, TERM: "dumb" } });
  assertFailed(ran, 4, /the request was denied in the browser/);
  assert.match(ran.page, /Login refused/);
  assert.equal(world.aws.calls("CreateToken"), 0);
  await world.assertNoLeaks();
});

Deno.test("Ctrl-C while a browser is waited for closes the port, clears the line and leaves no file behind", async () => {
  await using world = await newWorld();
  // The client is registered before anybody is asked, and kept for the next login; what there is then must stay as it is.
  const known: { port?: string; files?: Readonly<Record<string, string>> } = {};
  const running = world.start(HERE, {
    ...person("wait"),
    onStderr: (soFar) => {
      const port = /redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A(\d+)/.exec(soFar)?.[1];
      if (known.port !== undefined || port === undefined || !soFar.includes("⠋")) return;
      known.port = port;
      void snapshot(world.home).then((files) => {
        known.files = files;
        running.kill("SIGINT");
      });
    },
  });
  const ran = await running.ended;
  assert.equal(ran.code, 130, ran.stderr);
  assert.ok(ran.stderr.endsWith("\r\x1b[KInterrupted\n"), JSON.stringify(ran.stderr.slice(-80)));
  assert.deepEqual(await snapshot(world.home), known.files);
  assert.equal(await Deno.stat(`${world.home}/${CREDENTIALS}`).catch(() => "absent"), "absent");
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: Number(known.port) }));
  const next = await visit(world, HERE, person("approve"));
  assert.equal(next.code, 0, next.stderr);
  assert.equal(world.aws.calls("RegisterClient"), 1);
});

Deno.test("over SSH a code is shown in a box with its QR code, nothing opens, and the time left counts down", async () => {
  await using world = await newWorld();
  const ssh = { ...person("approve").env, SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22", COLUMNS: "120" };
  const ran = await world.run(["auth", "login"], { env: ssh, approve: true });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /│ Code {3}[A-Z]{4}-[A-Z]{4} +│\n/);
  assert.ok(ran.stderr.split("\n").filter((line) => /^[█▀▄ ]{20,}$/.test(line)).length > 10, ran.stderr);
  assert.match(ran.stderr, /⠋ Waiting for the approval; Ctrl-C to stop \(\d+m(?:\d+s)? left\)/);
  assert.equal(world.aws.calls("Authorize"), 0);
  await world.assertNoLeaks();
});

const ROLES = Array.from({ length: 12 }, (_, at) =>
  `    role-${String(at + 1).padStart(2, "0")}:
      kind: aws/assume-role
      tags: [many]
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin", session_name: role-${at} }
`).join("");

Deno.test("`login --all` asks the portal once, makes each link once, and has one line for each identity", async () => {
  await using world = await newWorld(ROLES);
  const ran = await world.run(["auth", "login", "--all", "--device-code"], { approve: true });
  assert.equal(ran.code, 0, ran.stderr);
  const lines = ran.stderr.split("\n").filter((line) => line.startsWith("✓"));
  assert.deepEqual(lines.map((line) => line.split(/ +/)[1]), [
    "base-admin",
    "prod-admin",
    ...Array.from({ length: 12 }, (_, at) => `role-${String(at + 1).padStart(2, "0")}`),
  ]);
  const calls = (["RegisterClient", "StartDeviceAuthorization", "GetRoleCredentials", "AssumeRole"] as const)
    .map((operation) => world.aws.calls(operation));
  assert.deepEqual(calls, [1, 1, 1, 13]);
  assert.equal((await sectionsOf(world)).length, 14);
  assert.doesNotMatch(ran.stderr, /Waiting for .* busy/);
  await agePortalSession(world);
  // Times in the files are whole seconds: what is a moment old could be of the command that forces.
  for (const section of await sectionsOf(world)) await endSessionIn(world, section, 3_000);
  const forced = await world.run(["auth", "login", "--all", "--tags", "many", "--force", "--device-code"], {
    approve: true,
  });
  assert.equal(forced.code, 0, forced.stderr);
  const now = (["StartDeviceAuthorization", "GetRoleCredentials", "AssumeRole"] as const)
    .map((operation) => world.aws.calls(operation));
  assert.deepEqual(now, [2, 2, 25]);
  await world.assertNoLeaks();
});

Deno.test("`login --all` on a terminal keeps one moving line below the finished ones", async () => {
  await using world = await newWorld(ROLES);
  const ran = await visit(world, [...HERE, "--all"], person("approve"));
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /⠋ 0 of 13 done; /);
  assert.ok(ran.stderr.includes("\r\x1b[K✓ role-12"));
  assert.equal(world.aws.calls("RegisterClient"), 1);
});
