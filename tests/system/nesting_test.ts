/**
 * Workflows and custom commands that run themselves, as real processes. Each counts its runs in a file and gives up
 * by itself after a number that is far beyond the limit: a limit that fails must not fill the machine.
 */
import assert from "node:assert/strict";
import { isInstalled, testIf } from "./program.ts";
import { startWorld } from "./world.ts";

const CAP = 15;
const COUNT = `echo x >>runs; test $(wc -l <runs) -le ${CAP} || exit 99`;
const config = (self: string) => `
auth: { keyring: { type: memory } }
commands:
- { name: loop, steps: ["${COUNT}; atmos loop"] }
- { name: ping, steps: ["${COUNT}; atmos workflow pong -f atmos.yaml"] }
- { name: value, env: [{ key: X, valueCommand: "${COUNT}; atmos value" }], steps: ["true"] }
- { name: shells, steps: ["${COUNT}; atmos auth shell --identity=off --shell sh -- -c '${self} shells'"] }
workflows:
  again: { steps: [{ type: shell, command: "${COUNT}" }, { command: workflow again -f atmos.yaml }] }
  pong: { steps: [{ command: ping }] }
`;
const hasSh = await isInstalled("sh");

for (
  const [words, runs, cycle] of [
    [["loop"], 10, "atmos loop -> atmos loop"],
    [["ping"], 5, "atmos ping -> atmos workflow pong -> atmos ping"],
    [["value"], 10, "atmos value -> atmos value"],
    [["shells"], 10, "atmos shells -> atmos shells"],
    [["workflow", "again"], 10, "atmos workflow again -> atmos workflow again"],
  ] as const
) {
  testIf(
    hasSh,
    "sh is not installed",
    `\`${words.join(" ")}\` that runs itself stops at ten, and names the cycle`,
    async () => {
      await using world = await startWorld();
      await world.write("atmos.yaml", config(world.program.join(" ")));
      const { code, stderr } = await world.run(words);
      assert.equal((await world.read("runs")).length / 2, runs, stderr);
      assert.ok(stderr.includes(`it runs itself, ${cycle}`), stderr);
      // A failed command of a value fails its command with a code of its own.
      assert.equal(code, words[0] === "value" ? 1 : 2, stderr);
    },
  );
}

testIf(hasSh, "sh is not installed", "a shell in a shell in a shell has no such limit", async () => {
  await using world = await startWorld();
  await world.write("atmos.yaml", config("atmos"));
  const self = world.program.map((word) => `'${word}'`).join(" ");
  const script = `
    depth=$((\${depth:-0} + 1)); export depth
    test $depth -gt 12 && { echo $depth; exit 0; }
    exec ${self} auth shell --identity=off --shell sh -- ./deeper`;
  await world.write("deeper", script);
  const { code, stdout, stderr } = await world.run([
    "auth",
    "shell",
    "--identity=off",
    "--shell",
    "sh",
    "--",
    "./deeper",
  ]);
  assert.deepEqual([code, stdout], [0, "13\n"], stderr);
});
