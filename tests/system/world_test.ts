/**
 * The canary of the system tests sings: what it should find, it finds.
 */
import assert from "node:assert/strict";
import { KEYRING_PASSWORD, startWorld, type World } from "./world.ts";

const PLACES: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  "in a file of the home": (world) => world.write("deep/below/notes.txt", `password: ${KEYRING_PASSWORD}\n`),
  "in a file of the temporary directory, in base64": (world) =>
    world.write("tmp/x", btoa(`and ${KEYRING_PASSWORD} too`)),
  "in what the program printed": (world) => world.run(["auth", KEYRING_PASSWORD]),
  "in what a child saw": (world) =>
    Promise.resolve(world.watch("environment", `A=1\0PASSWORD=${KEYRING_PASSWORD}\0`)),
  "that a test added": async (world) => {
    world.guard("token", "not-a-real-token-of-the-test");
    await world.write("log", "token=not-a-real-token-of-the-test");
  },
};

for (const [place, put] of Object.entries(PLACES)) {
  Deno.test(`assertNoLeaks() finds a secret ${place}`, async () => {
    await using world = await startWorld();
    await world.assertNoLeaks();
    await put(world);
    await assert.rejects(world.assertNoLeaks(), assert.AssertionError);
  });
}

Deno.test("assertNoLeaks() lets AWS credentials files and outputs that are meant to hold secrets pass", async () => {
  await using world = await startWorld();
  await world.write(".config/atmos/aws/my-sso/credentials", KEYRING_PASSWORD);
  await world.write("allowed", KEYRING_PASSWORD);
  await world.assertNoLeaks((path) => path.endsWith("/allowed"));
});
