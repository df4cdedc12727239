/** The manual's remedies, tried on what they are for; its logs, and its session durations. */
import assert from "node:assert/strict";
import { PLAIN_USER } from "../emulator/mod.ts";
import { baseText, blockText } from "../seed/blocks.ts";
import { adminOf, emergencyKeys, type Project, runBlock, startProject, whoami } from "./seed_project.ts";
import { endSessionIn } from "./sessions.ts";

const NAMES = { name: "prod-admin" };
const PROD = adminOf("999999999999");

/** A project in which somebody has logged in. */
async function loggedIn(...layers: readonly string[]): Promise<Project> {
  const project = await startProject(...layers);
  for (const words of ["", "--identity prod-admin"]) {
    const ran = await project.sh(`atmos auth login ${words}`);
    assert.equal(ran.code, 0, ran.stderr);
  }
  return project;
}

Deno.test("Configuration Validation Errors: `validate --verbose` shows every problem with its place, and what is well", async () => {
  await using project = await startProject(
    baseText("project"),
    "auth:\n  identities:\n    broken: { kind: aws/roll }\n",
  );
  const [ran] = await runBlock(project, 539);
  assert.equal(ran?.code, 2);
  assert.match(ran?.stdout ?? "", /atmos\.yaml:3:\d+ auth\.identities\.broken\.kind\n/);
  assert.match(ran?.stdout ?? "", /dev-admin \(aws\/permission-set\) usable/);
});

Deno.test("Authentication Failures: the status tells of the end, and logging in anew mends it", async () => {
  await using project = await loggedIn(baseText("project"));
  await endSessionIn(project.world, "dev-admin", -60);
  project.world.aws.fault({
    operation: "GetRoleCredentials",
    effect: { kind: "status", status: 403, code: "ForbiddenException" },
  });
  const [status, login, verbose] = await runBlock(project, 541, { name: "dev-admin" });
  assert.equal(status?.code, 4);
  for (const ran of [login, verbose]) assert.match(ran?.stderr ?? "", /✓ Authentication successful!/);
  assert.match(verbose?.stderr ?? "", /^DEBU /m);
  assert.equal((await project.sh("atmos auth whoami")).code, 0);
});

Deno.test("Permission Errors: the configuration is valid, and AWS says which role it is", async () => {
  await using project = await loggedIn(baseText("project"));
  const [validate, identity] = await runBlock(project, 548, NAMES);
  assert.equal(validate?.code, 0);
  assert.equal(JSON.parse(identity?.stdout ?? "").Arn, PROD);
});

Deno.test("Environment Variable Issues: what is set, and what a command gets", async () => {
  await using project = await loggedIn(baseText("project"));
  const [env, child] = await runBlock(project, 553, NAMES);
  assert.match(env?.stdout ?? "", /^export AWS_ACCESS_KEY_ID="ASIA\w+"\nexport AWS_SECRET_ACCESS_KEY="/);
  assert.match(child?.stdout ?? "", /^AWS_PROFILE=prod-admin$/m);
  assert.match(child?.stdout ?? "", /^AWS_SHARED_CREDENTIALS_FILE=\//m);
  await project.world.assertNoLeaks();
});

Deno.test("Debug Mode: `--verbose` and ATMOS_LOG_LEVEL=Debug tell what is done, and no secret", async () => {
  await using project = await loggedIn(baseText("project"));
  const runs = await runBlock(project, 559, NAMES);
  assert.deepEqual(runs.map(({ code }) => code), [0, 0, 0]);
  for (const { command, stderr } of runs) assert.match(stderr, /^DEBU \S/m, command);
  await project.world.assertNoLeaks();
});

Deno.test("Logs Configuration: the log goes to the file, at each of the four levels", async () => {
  await using project = await loggedIn(baseText("project"), "");
  const { world, sh } = project;
  const temporary = await Deno.makeTempDir({ prefix: "atmos-logs-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(temporary, { recursive: true }));
  const logged = async (level: string): Promise<string> => {
    const path = `${temporary}/${level}.log`;
    const text = blockText(566).replace(/level: Debug .*/, `level: ${level}`)
      .replace("/tmp/atmos-auth.log", path);
    await world.write("atmos.yaml", text);
    const ran = await sh("atmos auth login", { env: { TMPDIR: temporary } });
    assert.equal(ran.code, 0, ran.stderr);
    assert.doesNotMatch(ran.stderr, /^(?:DEBU|INFO|Warning)/m);
    const log = await Deno.readTextFile(path).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    });
    world.watch(`the log of ${level}`, log);
    return log;
  };
  assert.match(blockText(566), /# Debug, Info, Warn, Error\n/);
  const debug = await logged("Debug");
  assert.match(debug, /\bDEBU /);
  assert.match(debug, /\bINFO /);
  const info = await logged("Info");
  assert.match(info, /\bINFO /);
  assert.doesNotMatch(info, /\bDEBU /);
  for (const level of ["Warn", "Error"]) assert.equal(await logged(level), "");
  await world.assertNoLeaks();
});

Deno.test("Session Duration: 8h of a provider and 1h of a user bound their sessions", async () => {
  const keys = `auth:
  identities:
    prod-admin:
      credentials:
        access_key_id: !env EMERGENCY_AWS_ACCESS_KEY_ID
        secret_access_key: !env EMERGENCY_AWS_SECRET_ACCESS_KEY
        region: us-east-1
`;
  await using project = await startProject(blockText(142), keys, blockText(607));
  const env = emergencyKeys(PLAIN_USER);
  const hoursLeft = async (name: string): Promise<number> => {
    const login = await project.sh(`atmos auth login -i ${name}`, { env });
    assert.equal(login.code, 0, login.stderr);
    const { expiration } = await whoami(project, `-i ${name}`, env);
    return (Date.parse(String(expiration)) - Date.now()) / 3_600_000;
  };
  // The permission set itself would give twelve.
  const portal = await hoursLeft("prod-readonly");
  assert.ok(portal > 7.9 && portal <= 8, String(portal));
  const user = await hoursLeft("prod-admin");
  assert.ok(user > 0.9 && user <= 1, String(user));
  assert.equal(project.world.aws.requests("GetSessionToken")[0]?.parameters["DurationSeconds"], "3600");
});
