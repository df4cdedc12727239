import assert from "node:assert/strict";
import { statusLine, whileWaiting } from "../../lib/terminal/status.ts";
import { FAKE_NOW, fakeHost } from "../fake_host.ts";
import { played } from "./support.ts";

Deno.test("statusLine() turns ten times a second and counts down to zero", () => {
  const waiting = { text: "Waiting for the approval" };
  assert.equal(statusLine(waiting, 0, undefined), "⠋ Waiting for the approval");
  assert.equal(statusLine(waiting, 1150, 598_000), "⠙ Waiting for the approval (9m58s left)");
  assert.equal(statusLine({ text: "a\nb" }, 0, -5), "⠋ a\\nb (0s left)");
});

Deno.test("whileWaiting() draws until the work is done and leaves nothing", async () => {
  const host = fakeHost({ screen: { ansi: true, columns: 40 } });
  const answer = await whileWaiting(host, { text: "Waiting", untilMillis: FAKE_NOW + 60_000 }, async () => {
    await host.sleep(250);
    return "done";
  });
  assert.equal(answer, "done");
  assert.ok(host.told.includes("⠋ Waiting (1m left)"));
  assert.deepEqual(played(host.told), { rows: [""], row: 0, column: 0 });
});

Deno.test("whileWaiting() cleans up when the work fails, and says it once where nothing can move", async () => {
  const failing = fakeHost({ screen: { ansi: true } });
  const failure = new RangeError("no");
  await assert.rejects(whileWaiting(failing, { text: "Waiting" }, () => Promise.reject(failure)), failure);
  assert.deepEqual(played(failing.told).rows, [""]);
  const plain = fakeHost();
  assert.equal(await whileWaiting(plain, { text: "Waiting" }, () => Promise.resolve(1)), 1);
  assert.equal(plain.told, "Waiting ...\n");
});
