import assert from "node:assert/strict";
import { devTools, type DevToolsEvent } from "../../lib/saml/devtools.ts";
import { fakeBrowser } from "./fake_browser.ts";

Deno.test("devTools() matches replies to calls, and delivers events in order", async () => {
  const browser = fakeBrowser(({ method, params }, self) => {
    if (method === "first") self.emit("Thing.happened", { n: 1 }, "S1");
    return method === "slow" ? "silent" : { method, ...params };
  });
  const tools = devTools(browser);
  const events: DevToolsEvent[] = [];
  const listening = tools.listen((event) => void events.push(event), () => {});
  tools.post("posted");
  const replies = await Promise.all([tools.call("first", { a: 1 }, "S1"), tools.call("second")]);
  assert.deepEqual(replies, [{ method: "first", a: 1 }, { method: "second" }]);
  assert.deepEqual(events, [{ method: "Thing.happened", params: { n: 1 }, session: "S1" }]);
  assert.deepEqual(browser.sent.map(({ id }) => id), [1, 2, 3]);
  browser.end();
  await listening;
});

Deno.test("devTools() fails calls that the browser refuses or exits without answering", async () => {
  const browser = fakeBrowser(({ method }) =>
    method === "bad" ? { error: { message: "no such thing" } } : "silent"
  );
  const tools = devTools(browser);
  const order: string[] = [];
  const listening = tools.listen(() => {}, () => void order.push("gone"));
  await assert.rejects(tools.call("bad"), { code: "failed", message: /no such thing$/ });
  const waiting = tools.call("waiting").catch(() => order.push("failed"));
  browser.end();
  await Promise.all([listening, waiting]);
  assert.deepEqual(order, ["gone", "failed"]);
  await assert.rejects(tools.call("later"), { code: "failed", message: /it is gone$/ });
});
