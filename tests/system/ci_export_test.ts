/**
 * `env --format github` and the action, run as the steps of a job.
 */
import assert from "node:assert/strict";
import {
  GITHUB_BASH,
  githubConfig,
  githubJob,
  githubRunner,
  PRINCIPAL,
  readAction,
  ROOT,
} from "./ci_runner.ts";
import { isInstalled, testIf } from "./program.ts";
import { startWorld, type World } from "./world.ts";

const hasBash = await isInstalled("bash");
const NO_BASH = "bash is not installed";
const DENO = Deno.execPath();
const CALLER = `'${DENO}' run -q --cached-only --allow-all '${ROOT}/scripts/caller_identity.ts'`;
const isJobFile = (path: string) => path.includes("/_runner_file_commands/");

/** What a workflow does with the repository's own program. */
const atmos = (words: string) => `'${DENO}' run -q --no-prompt --cached-only -A '${ROOT}/cli.ts' ${words}`;

testIf(
  hasBash,
  NO_BASH,
  "`env --format github` masks the secrets, and later steps have the session",
  async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig("      env: [{ key: TF_VAR_stage, value: a=b c }]\n"));
    const runner = await githubRunner(world, { ...githubJob(world), ATMOS_TRUST_CONFIG: "true" });
    const first = await runner.step({ name: "Configure", run: atmos("auth env --format github") });
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    // Only masks: a value that is printed before its mask would stay in the log.
    assert.match(first.stdout, /^(?:::add-mask::\S+\n){3}$/);
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, TF_VAR_stage } = runner
      .env();
    assert.deepEqual(
      first.stdout.trim().split("\n").map((line) => line.replace("::add-mask::", "")),
      [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN],
    );
    assert.deepEqual([AWS_REGION, TF_VAR_stage], ["us-east-1", "a=b c"]);
    const second = await runner.step({ name: "Use", run: `${CALLER}; env` });
    assert.equal(second.code, 0, second.stderr);
    assert.equal(JSON.parse(second.stdout.slice(0, second.stdout.indexOf("}\n") + 1)).Arn, PRINCIPAL);
    assert.ok(second.stdout.includes(AWS_SECRET_ACCESS_KEY ?? "nothing"));
    // Even what a careless step prints.
    world.watch("the job's log", withoutRequestToken(world, runner.log()));
    await world.assertNoLeaks(isJobFile);
  },
);

/** The runner itself masks what it gave the job to ask with. */
function withoutRequestToken({ aws }: World, log: string): string {
  return log.replaceAll(aws.github.ACTIONS_ID_TOKEN_REQUEST_TOKEN, "***");
}

testIf(hasBash, NO_BASH, "outside of a step there is nowhere to export to", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", githubConfig());
  const ran = await world.run(["auth", "env", "--format", "github"], { env: githubJob(world) });
  assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  assert.match(ran.stderr, /GITHUB_ENV is not set/);
});

const { steps, inputs } = readAction(await Deno.readTextFile(`${ROOT}/action.yml`));

/** Runs the action, then the seed's own step. */
async function runAction(world: World, wishes: Readonly<Record<string, string>> = {}) {
  const runner = await githubRunner(world, githubJob(world));
  const given = { ...inputs, hosts: new URL(world.aws.url).host, ...wishes };
  for (const step of steps) {
    const ran = await runner.step(step, given);
    assert.equal(ran.code, 0, `${step.name}: ${ran.stdout}${ran.stderr}`);
  }
  return runner;
}

testIf(
  hasBash,
  NO_BASH,
  "the action authenticates within `ci`, exports, and leaves atmos on the PATH",
  async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    const runner = await runAction(world);
    const step = await runner.step({ name: "Seed", run: `atmos auth whoami\n${CALLER}` });
    assert.equal(step.code, 0, step.stderr);
    assert.match(step.stdout, new RegExp(PRINCIPAL));
    assert.equal(world.aws.calls("AssumeRoleWithWebIdentity"), 1);
    // Nothing but the runner's own directory was written to.
    const below = async (path: string) =>
      (await Array.fromAsync(Deno.readDir(`${world.home}/${path}`))).map((one) => one.name);
    assert.deepEqual(await below("work"), ["atmos.yaml"]);
    assert.deepEqual((await below("")).sort(), ["runner", "tmp", "work"]);
    world.watch("the job's log", withoutRequestToken(world, runner.log()));
    await world.assertNoLeaks(isJobFile);
  },
);

testIf(
  hasBash,
  NO_BASH,
  "the action's atmos cannot leave its sandbox: no program, and no other file of the workspace",
  async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    const runner = await runAction(world, { export: "false" });
    assert.equal(runner.env()["AWS_ACCESS_KEY_ID"], undefined);
    const exec = await runner.step({ name: "Exec", run: "atmos auth exec -- env" });
    assert.deepEqual([exec.code, exec.stdout], [2, ""]);
    assert.match(exec.stderr, /withholds --allow-run=[^]*`atmos auth exec` needs it/);
    const other = await runner.step({ name: "Other", run: "atmos auth validate --config .git/config" });
    assert.equal(other.code, 2);
    assert.match(other.stderr, /withholds --allow-read=[^]*`atmos auth validate` needs it/);
  },
);

testIf(
  hasBash,
  NO_BASH,
  "the action's `programs` may be started with the session, `identity: false` leaves all as it is",
  async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    const runner = await runAction(world, { programs: "env", export: "false" });
    const exec = await runner.step({ name: "Exec", run: "atmos auth exec -- env" });
    assert.equal(exec.code, 0, exec.stderr);
    assert.match(exec.stdout, /^AWS_PROFILE=github-deploy$/m);
    await using other = await startWorld();
    await other.write("work/atmos.yaml", githubConfig());
    const off = await runAction(other, { identity: "false" });
    assert.equal(off.env()["AWS_ACCESS_KEY_ID"], undefined);
    const whoami = await off.step({ name: "Later", run: "atmos auth whoami" });
    assert.match(whoami.stdout + whoami.stderr, /disabled by ATMOS_IDENTITY/);
    assert.equal(other.aws.requests().length, 0);
  },
);

testIf(
  hasBash,
  NO_BASH,
  "the action's words are read by bash as they are: nothing in an input is run",
  async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    const runner = await githubRunner(world, githubJob(world));
    const evil = "$(touch pwned);`touch pwned`";
    for (const step of steps) {
      await runner.step(step, {
        ...inputs,
        config: evil,
        identity: evil,
        hosts: "127.0.0.1:1",
      });
    }
    await runner.step({ name: "Use", run: "atmos auth whoami || true" });
    const found = new Deno.Command("find", { args: [world.home, "-name", "pwned"] });
    assert.equal(new TextDecoder().decode((await found.output()).stdout), "");
    assert.equal(GITHUB_BASH[0], "bash");
  },
);
