/**
 * The whole command line, killed at whatever moment it happens to be.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { loginThatEnds } from "./storm.ts";
import { AWS_DIRECTORY, sectionsOf } from "./sessions.ts";
import { chainedConfig, logIn, startWorld } from "./world.ts";

Deno.test("processes killed at any moment of a renewal leave whole files, no lock, and a way on", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", chainedConfig(world.aws.startUrl));
  await loginThatEnds(world);
  for (let millis = 50; millis <= 800; millis += 50) {
    const running = world.start(["auth", "env"], { printsSecrets: true });
    const timer = setTimeout(() => running.kill("SIGKILL"), millis);
    await running.ended;
    clearTimeout(timer);
  }
  const after = await world.run(["auth", "env"], { printsSecrets: true });
  // Killed between AWS's answer and its keeping, a process takes a refresh token with it: then a person is needed.
  if (after.code !== 0) {
    assertFailed(after, 3, /nobody can be asked/);
    await logIn(world);
  }
  assert.deepEqual(await sectionsOf(world), ["base-admin", "prod-admin"]);
  const left = await Array.fromAsync(Deno.readDir(`${world.home}/${AWS_DIRECTORY}`), ({ name }) => name);
  assert.deepEqual(left.filter((name) => !name.endsWith(".tmp")).sort(), ["config", "credentials"]);
  // A temporary file that a killed writer left is for the person alone, and goes with a later write.
  await world.assertNoLeaks((path) => path.startsWith(`${world.home}/${AWS_DIRECTORY}/.credentials.`));
});
