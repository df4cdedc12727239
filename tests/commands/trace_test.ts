import assert from "node:assert/strict";
import { openLog } from "../../lib/cli/run/log.ts";
import { tracedHost } from "../../lib/cli/run/trace.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

function traced(init: FakeHostInit) {
  const host = fakeHost(init);
  const { log, flush } = openLog(host, { level: "trace", file: undefined, shown: true, namedBy: "person" });
  return { host, world: tracedHost(host, log), flush };
}

Deno.test("a request is told by method, host, operation and outcome, never by query, header or body", async () => {
  const { host, world } = traced({
    exchanges: [{
      request: "POST https://sts.us-east-1.amazonaws.com/",
      respond: new Response("not-a-real-answer", { status: 403, headers: { "x-amzn-requestid": "r-1" } }),
    }],
  });
  await world.fetch(
    new Request("https://sts.us-east-1.amazonaws.com/?token=not-a-real-query", {
      method: "POST",
      headers: { authorization: "not-a-real-header", "content-type": "application/x-www-form-urlencoded" },
      body: "Action=AssumeRole&ExternalId=not-a-real-body",
    }),
  );
  assert.equal(
    host.told,
    "DEBU request method=POST host=sts.us-east-1.amazonaws.com operation=AssumeRole status=403 request_id=r-1 millis=0\n",
  );
});

Deno.test("the body of a traced request still arrives", async () => {
  const bodies: string[] = [];
  const { world } = traced({
    exchanges: async (request) => {
      bodies.push(await request.text());
      return new Response();
    },
  });
  await world.fetch(
    new Request("https://x.example/", {
      method: "POST",
      body: "Action=A",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
  );
  assert.deepEqual(bodies, ["Action=A"]);
});

Deno.test("a request for a token is told with its grant, and with nothing else of its body", async () => {
  const { host, world } = traced({ exchanges: () => new Response() });
  for (const grant of ["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]) {
    const body = JSON.stringify({ clientSecret: "not-a-real-secret", grantType: grant });
    await world.fetch(new Request("https://x.example/token", { method: "POST", body }));
  }
  assert.deepEqual(host.told.match(/operation=\S+/g), [
    "operation=/token:refresh_token",
    "operation=/token:device_code",
  ]);
  assert.doesNotMatch(host.told, /not-a-real/);
});

Deno.test("the turns of a spinner are no waiting", async () => {
  const { host, world } = traced({});
  await world.sleep(100);
  await world.sleep(5000);
  assert.equal(host.told, "TRCE waiting millis=5000\n");
});

Deno.test("a failed request is told, and fails as it did", async () => {
  const { host, world } = traced({
    exchanges: [{ request: "GET https://x.example/a", respond: "network-error" }],
  });
  await assert.rejects(world.fetch(new Request("https://x.example/a?b=c")), /Cannot reach x\.example/);
  assert.match(
    host.told,
    /^DEBU request failed method=GET host=x\.example operation=\/a reason="Cannot reach/,
  );
});

Deno.test("a process is told by its program and how many words it got", async () => {
  const { host, world } = traced({ run: () => ({ code: 4 }) });
  await world.run({
    program: "helper",
    args: ["--password", "not-a-real-one"],
    environment: { set: {}, unset: [] },
    stdio: "capture",
  });
  assert.equal(
    host.told,
    "DEBU process starts program=helper arguments=2\nDEBU process ended program=helper code=4\n",
  );
});

Deno.test("values that could forge a line or hide in it are quoted and escaped", async () => {
  const { host, world } = traced({});
  await world.files.writeText("/tmp/a b\nDEBU forged=yes", "x", 0o600);
  assert.equal(host.told, 'DEBU file written path="/tmp/a b\\nDEBU forged=yes" mode=600\n');
});

Deno.test("lines below the level are not written", () => {
  const host = fakeHost();
  const { log } = openLog(host, { level: "info", file: undefined, shown: true, namedBy: "person" });
  log("debug", "no");
  log("info", "yes");
  assert.equal(host.told, "INFO yes\n");
});

Deno.test("a log file is appended to with mode 0600, in order, and a symlink is refused once", async () => {
  const host = fakeHost({ links: { "/tmp/link": "/etc/passwd" } });
  const { log, flush } = openLog(host, { level: "info", file: "/tmp/log", shown: false, namedBy: "person" });
  log("info", "one");
  log("info", "two");
  await flush();
  assert.equal(host.tree()["/tmp/log"], "2026-11-23T12:00:00Z INFO one\n2026-11-23T12:00:00Z INFO two\n");
  const node = host.node("/tmp/log");
  assert.equal(node?.kind === "file" && node.mode, 0o600);
  const other = openLog(host, { level: "info", file: "/tmp/link", shown: false, namedBy: "person" });
  other.log("info", "one");
  other.log("info", "two");
  await other.flush();
  assert.equal(host.told.split("Warning:").length, 2, host.told);
  assert.equal("/etc/passwd" in host.tree(), false);
});
