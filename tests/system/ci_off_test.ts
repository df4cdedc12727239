/**
 * Authentication switched off in a job that could authenticate: every value by which that is said leaves every file
 * and the environment as they are, and asks nobody for anything.
 */
import assert from "node:assert/strict";
import { githubConfig, githubJob } from "./ci_runner.ts";
import { helper } from "./program.ts";
import { snapshot } from "./sessions.ts";
import { type RunOptions, startWorld } from "./world.ts";

const CHILD = helper("exec_child.ts");
const OFF_VALUES = ["false", "False", "FALSE", "0", "no", "No", "NO", "off", "Off", "OFF"];

/** What a step before ours has set, as `configure-aws-credentials` does. */
const NATIVE = {
  AWS_ACCESS_KEY_ID: "ASIANATIVEEXAMPLEKEY",
  AWS_SECRET_ACCESS_KEY: "not-a-real-native-secret",
  AWS_SESSION_TOKEN: "not-a-real-native-token",
  AWS_REGION: "eu-west-1",
};

for (const value of OFF_VALUES) {
  Deno.test(`off by ${value}: no file changes, no request is made, and a child gets what the job has`, async () => {
    await using world = await startWorld();
    await world.write("work/atmos.yaml", githubConfig());
    await world.write("github_env", "BEFORE=1\n");
    await world.write(".aws/credentials", "[default]\naws_access_key_id = AKIAPERSONALEXAMPLE\n");
    const job = { ...githubJob(world), ...NATIVE, GITHUB_ENV: `${world.home}/github_env` };
    const before = await snapshot(world.home);
    const run = (args: readonly string[], env: RunOptions["env"]) =>
      world.run(["auth", ...args], { directory: `${world.home}/work`, env: { ...job, ...env } });
    const byVariable = { ATMOS_IDENTITY: value };
    assert.deepEqual(await run(["env", "--format", "github"], byVariable), {
      code: 0,
      stdout: "",
      stderr: "",
    });
    assert.deepEqual(await run(["env", `--identity=${value}`], {}), { code: 0, stdout: "", stderr: "" });
    // The flag beats the variable.
    const whoami = await run(["whoami", "-i", value], { ATMOS_IDENTITY: "github-deploy" });
    assert.deepEqual(whoami, {
      code: 0,
      stdout: `Authentication is disabled by --identity=${value}\n`,
      stderr: "",
    });
    const exec = await run(["exec", "--", ...CHILD], byVariable);
    const { environment } = JSON.parse(exec.stdout);
    assert.deepEqual({ ...world.env, ...environment }, {
      ...world.env,
      ...defined({ ...job, ...byVariable }),
    });
    assert.deepEqual(await snapshot(world.home), before);
    assert.equal(world.aws.requests().length, 0);
  });
}

const defined = (all: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
