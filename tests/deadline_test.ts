import assert from "node:assert/strict";
import { within } from "../lib/deadline.ts";
import { FAKE_NOW, fakeHost } from "./fake_host.ts";

const never = new Promise<string>(() => {});

Deno.test("within() returns what the work comes to, and waits no longer", async () => {
  const host = fakeHost();
  assert.equal(await within(host, 1000, Promise.resolve("done"), () => "late"), "done");
  await assert.rejects(within(host, 1000, Promise.reject(new TypeError("odd")), () => "late"), /odd/);
  assert.equal(host.now(), FAKE_NOW);
});

Deno.test("within() returns what late makes of work that takes longer, or throws what it throws", async () => {
  const host = fakeHost();
  assert.equal(await within(host, 1000, never, () => "late"), "late");
  assert.equal(host.now(), FAKE_NOW + 1000);
  const late = () => {
    throw new TypeError("too late");
  };
  await assert.rejects(within(host, -1, never, late), /too late/);
});

Deno.test("within() is called off with the reason of its signal", async () => {
  const stop = new AbortController();
  const waiting = within(fakeHost(), 1000, never, () => "late", stop.signal);
  stop.abort(new TypeError("stopped"));
  await assert.rejects(waiting, /stopped/);
});
