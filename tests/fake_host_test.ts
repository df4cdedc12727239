import assert from "node:assert/strict";
import { isAuthError } from "../lib/errors.ts";
import { FAKE_NOW, fakeHost } from "./fake_host.ts";
import { filesContract } from "./files_contract.ts";

filesContract("the fake's files:", async (body) => {
  const host = fakeHost({ directories: ["/t"], devices: ["/dev/zero"] });
  await body({
    files: host.files,
    root: "/t",
    device: "/dev/zero",
    pipe: (path, text) => Promise.resolve(host.pipe(path, text)),
    link: (path, target) => Promise.resolve(host.link(path, target)),
    mode: (path) => host.files.status(path).then((status) => status?.mode),
  });
});

Deno.test("fakeHost() answers requests in order and fails naming an unexpected one", async () => {
  const host = fakeHost({
    exchanges: [
      { request: "GET https://example.com/a", respond: new Response("one") },
      { request: "GET https://example.com/b", respond: "network-error" },
      {
        request: "POST https://example.com/c",
        respond: async (request) => new Response(await request.text()),
      },
    ],
  });
  const get = (url: string) => host.fetch(new Request(url));
  assert.equal(await (await get("https://example.com/a?x=1")).text(), "one");
  await assert.rejects(get("https://example.com/b"), (error) => isAuthError(error, "unreachable"));
  await assert.rejects(get("https://example.com/z"), /GET https:\/\/example\.com\/z \(expected POST .*\/c\)/);
  const echoed = await host.fetch(new Request("https://example.com/c", { method: "POST", body: "body" }));
  assert.equal(await echoed.text(), "body");
  assert.equal(await host.requests.at(-1)?.text(), "body");
  assert.throws(host.assertExchanged, /Unexpected: GET https:\/\/example\.com\/z/);
});

Deno.test("fakeHost().sleep ends at once when it is called off, and leaves no timer behind", async () => {
  const host = fakeHost();
  const stop = new AbortController();
  const order: string[] = [];
  const turn = new Promise<void>((resolve) => setTimeout(() => resolve(void order.push("next turn")), 0));
  const slept = host.sleep(5, stop.signal).catch((reason) => void order.push(reason));
  stop.abort("called off");
  await Promise.all([turn, slept]);
  assert.deepEqual(order, ["called off", "next turn"]);
  assert.equal(host.now(), FAKE_NOW);
});

Deno.test("fakeHost() moves its clock by sleeping, and parallel sleepers do not add up", async () => {
  const host = fakeHost();
  await Promise.all([host.sleep(5), host.sleep(10)]);
  assert.equal(host.now(), FAKE_NOW + 10);
  host.interrupt();
  await assert.rejects(host.sleep(5, host.interrupted), (error) => isAuthError(error, "interrupted"));
  assert.equal(host.now(), FAKE_NOW + 10);
});

Deno.test("fakeHost() plays another process that holds a lock, works and lets go", async () => {
  const host = fakeHost({
    heldLocks: {
      "/locks/a": { holder: "process 4711", heldMillis: 200, meanwhile: () => host.put("/a", "theirs") },
      "/locks/b": {},
    },
  });
  const waited: (string | undefined)[] = [];
  const wait = { deadlineMillis: 1000, onWait: (holder: string | undefined) => waited.push(holder) };
  {
    await using _lock = await host.files.lock("/locks/a", wait);
    assert.equal(await host.files.readText("/a"), "theirs");
  }
  assert.deepEqual([waited, host.now()], [["process 4711"], FAKE_NOW + 200]);
  await assert.rejects(host.files.lock("/locks/b", wait), (error) => isAuthError(error, "lock-timeout"));
  assert.equal(host.now(), FAKE_NOW + 1200);
});

Deno.test("fakeHost() fails on paths that it was told cannot be read or written", async () => {
  const host = fakeHost({ files: { "/etc/a": "x" }, unreadable: ["/etc"], unwritable: ["/etc/a"] });
  await assert.rejects(host.files.readText("/etc/a"), (error) => isAuthError(error, "file-failed"));
  await assert.rejects(
    host.files.writeText("/etc/a", "y", 0o600),
    (error) => isAuthError(error, "file-failed"),
  );
  assert.deepEqual([host.tree(), host.changes], [{ "/etc/a": "x" }, []]);
});
