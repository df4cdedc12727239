import assert from "node:assert/strict";

/** Only a net: a reader that goes back over what it has read takes hours, the others take seconds. */
const DEADLINE_MILLIS = 600_000;

Deno.test("every reader of foreign texts ends on long texts that make a pattern go back", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", new URL("hostile_texts.ts", import.meta.url).pathname],
    signal: AbortSignal.timeout(DEADLINE_MILLIS),
  }).output();
  const [last, ...before] = new TextDecoder().decode(stdout).trimEnd().split("\n").toReversed();
  assert.equal(last, "done", `${before[0]}: ${new TextDecoder().decode(stderr)}`);
  assert.ok(success);
});
