/**
 * `atmos auth` for a component: what it alone defines is logged in to, shown, handed on and removed by name.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { helper, isInstalled, testIf } from "./program.ts";
import { startTerraformWorld } from "./terraform_world.ts";

const FOR = ["--component", "custom", "--stack", "dev", "--type", "terraform"];

Deno.test("an identity that only a component defines is logged in to, shown, handed on and logged out of", async () => {
  await using world = await startTerraformWorld();
  const auth = (words: readonly string[], approve = false) =>
    world.atmos(["auth", ...words], {
      approve,
      printsSecrets: words[0] === "env",
      // `exec` sets the top-level `env:`.
      ...(words[0] === "exec" ? { env: { ATMOS_TRUST_CONFIG: "true" } } : {}),
    });

  assertFailed(await auth(["login", "-i", "custom-role"]), 2, /Cannot find the identity "custom-role"/);
  const login = await auth(["login", "--device-code", ...FOR], true);
  assert.equal(login.code, 0, login.stderr);
  assert.match(login.stderr, /custom-role/);

  const shown = await auth(["whoami", ...FOR, "-o", "json"]);
  assert.equal(JSON.parse(shown.stdout).principal, "arn:aws:sts::123456789012:assumed-role/MyAppRole/my-app");
  const variables = JSON.parse((await auth(["env", ...FOR, "-f", "json"])).stdout);
  const asked = await auth(["credential-process", ...FOR]);
  assert.equal(JSON.parse(asked.stdout).AccessKeyId, variables.AWS_ACCESS_KEY_ID);
  const child = await auth(["exec", ...FOR, "--", ...helper("exec_child.ts")]);
  assert.equal(child.code, 0, child.stderr);
  const console = await auth(["console", "--print-only", ...FOR]);
  assert.match(console.stdout, /^https?:/);
  assert.equal(world.aws.calls("AssumeRole"), 1);

  const gone = await auth(["logout", "custom-role", ...FOR]);
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal((await auth(["whoami", "--cached", ...FOR])).code, 3);
});

Deno.test("a component that is named by half, or is not there, is exit 2 before anything else", async () => {
  await using world = await startTerraformWorld();
  assertFailed(await world.atmos(["auth", "login", "-c", "custom"]), 2, /--stack STACK is missing/);
  assertFailed(await world.atmos(["auth", "env", "-s", "dev"]), 2, /--component NAME is missing/);
  assertFailed(
    await world.atmos(["auth", "exec", "-c", "custm", "-s", "dev", "--", "true"]),
    2,
    /Did you mean "custom"\?/,
  );
  assert.equal(world.aws.requests().length, 0);
});

testIf(
  await isInstalled("bash"),
  "bash is not installed",
  "`shell` for a component has its session",
  async () => {
    await using world = await startTerraformWorld();
    const approve = { approve: true };
    assert.equal((await world.atmos(["auth", "login", "--device-code", ...FOR], approve)).code, 0);
    const ran = await world.atmos([
      "auth",
      "shell",
      "--shell",
      "bash",
      ...FOR,
      "--",
      "-c",
      'echo "$AWS_PROFILE"',
    ], { env: { ATMOS_TRUST_CONFIG: "true" } });
    assert.deepEqual([ran.code, ran.stdout], [0, "custom-role\n"], ran.stderr);
    await world.assertNoLeaks();
  },
);
