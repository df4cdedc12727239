/**
 * A Terraform that outlives its session: a child in its place signs calls before and after the end of the session
 * that it started with.
 */
import assert from "node:assert/strict";
import { ofDesktop, outlived, OUTLIVING_CHILD, shortenSessions } from "./outliving.ts";
import { testIf } from "./program.ts";
import { missingPrograms, startSession } from "./secret_service.ts";
import { startTerraformWorld, type TerraformWorld } from "./terraform_world.ts";
import { chainedConfig, logIn, MEMORY_CONFIG, MEMORY_KEYS, type RunOptions } from "./world.ts";

const missing = await missingPrograms("dbus-daemon", "gnome-keyring-daemon", "secret-tool");

/** A project whose sessions last for seconds, logged in; its programs sign calls when they plan. */
async function shortWorld(config = chainedConfig, options: RunOptions = {}): Promise<TerraformWorld> {
  const world = await startTerraformWorld({ config });
  shortenSessions(world);
  const child = OUTLIVING_CHILD.map((word) => `'${word}'`).join(" ");
  const script = `case "$*" in *plan*|*diff*) exec ${child};; esac`;
  for (const name of ["terraform", "helmfile"]) await world.script(name, script);
  await logIn(world, [], options);
  return world;
}

async function assertOutlived(
  world: TerraformWorld,
  words: readonly string[],
  arn: string,
  options: RunOptions = {},
): Promise<void> {
  const ran = await world.atmos(words, options);
  // Two that have one identity wait for each other.
  assert.deepEqual([ran.code, ran.stderr.replaceAll(/^Waiting for (?:another )?process.*\n/gm, "")], [0, ""]);
  assert.equal(ran.stdout, outlived(arn));
}

const PROD = "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/first-light";
const CUSTOM = "arn:aws:sts::123456789012:assumed-role/MyAppRole/my-app";

Deno.test("programs outlive their sessions: with the default identity, with one that only the component has, from another directory", async () => {
  await using world = await shortWorld();
  const stack = await world.read("stacks/dev.yaml");
  // Helmfile's component has the name of one of Terraform's, which has another identity.
  const namesake = "    echo: { metadata: { component: plain } }\n    plain:\n";
  await world.write("stacks/dev.yaml", stack.replace("    plain:\n", namesake));
  const elsewhere = { directory: `${world.home}/components` };
  await Promise.all([
    assertOutlived(world, ["terraform", "plan", "plain", "-s", "dev"], PROD),
    assertOutlived(world, ["-C", "..", "terraform", "plan", "custom", "-s", "dev"], CUSTOM, elsewhere),
    assertOutlived(world, ["helmfile", "diff", "echo", "-s", "dev"], CUSTOM),
  ]);
  // The session behind the roles has ended, too.
  assert.ok(world.aws.calls("GetRoleCredentials") > 1);
  await world.assertNoLeaks();
});

testIf(
  missing.length === 0,
  `not installed: ${missing.join(", ")}`,
  "a plan outlives its session with the system's keyring, and an identity of its component",
  async () => {
    await using session = await startSession();
    await session.startKeyring();
    const env = ofDesktop(session);
    const config = (startUrl: string) => chainedConfig(startUrl).replace("type: file", "type: system");
    await using world = await shortWorld(config, { env });
    await assertOutlived(world, ["terraform", "plan", "custom", "-s", "dev"], CUSTOM, { env });
    await world.assertNoLeaks();
  },
);

Deno.test("with a memory keyring that is said at the start, and the session lasts as long as it lasts", async () => {
  await using world = await startTerraformWorld({
    config: () => MEMORY_CONFIG,
  });
  const env = MEMORY_KEYS;
  await world.script(
    "terraform",
    'case $1 in plan) test -n "$AWS_SESSION_TOKEN" && test -z "$AWS_PROFILE";; esac',
  );
  const ran = await world.atmos(["terraform", "plan", "plain", "-s", "dev"], { env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /^Warning: The session of "deploy-bot" is not renewed: a memory keyring .*\n$/);
  await world.assertNoLeaks();
});
