/** Configurations too large to stand in a transcript. */
import assert from "node:assert/strict";
import { main } from "../../lib/commands/mod.ts";
import { fakeHost } from "../fake_host.ts";

async function run(text: string, ...argv: readonly string[]) {
  const host = fakeHost({ env: { HOME: "/home/ana" }, files: { "/work/atmos.yaml": text } });
  const code = await main(host, ["auth", ...argv]);
  return { code, stdout: host.written, stderr: host.told, changes: host.changes };
}

Deno.test("a file above the limit is refused by its size", async () => {
  const text = `auth:\n${"  # padding padding padding padding padding padding\n".repeat(330_000)}`;
  const validated = await run(text, "validate");
  assert.equal(validated.code, 2);
  assert.match(validated.stdout, /\/work\/atmos\.yaml/);
  assert.equal((await run(text, "whoami")).code, 2);
});

Deno.test("a cycle of five hundred identities is one problem that a screen can show", async () => {
  const identities = Array.from(
    { length: 500 },
    (_, at) =>
      `    i${at}: { kind: aws/assume-role, via: { identity: i${(at + 1) % 500} }, ` +
      `principal: { assume_role: "arn:aws:iam::111122223333:role/r" } }\n`,
  );
  const text = `auth:\n  identities:\n${identities.join("")}`;
  const validated = await run(text, "validate");
  assert.equal(validated.code, 2);
  assert.match(validated.stdout, /not valid: 1 error/);
  const whoami = await run(text, "whoami", "-i", "i7");
  assert.equal(whoami.code, 2);
  assert.match(whoami.stderr, /^Error: Cannot use the identity "i7"/);
  assert.deepEqual(whoami.changes, []);
  assert.equal((await run(text, "list")).code, 0);
});

Deno.test("five thousand identities are listed", async () => {
  const identities = Array.from(
    { length: 5000 },
    (_, at) =>
      `    i${at}: { kind: aws/permission-set, via: { provider: p }, principal: { name: A, account: { name: x } } }\n`,
  );
  const provider =
    "  providers: { p: { kind: aws/iam-identity-center, region: us-east-1, start_url: https://x.awsapps.com/start } }\n";
  const { code, stdout } = await run(
    `auth:\n${provider}  identities:\n${identities.join("")}`,
    "list",
    "-f",
    "json",
  );
  assert.equal(code, 0);
  assert.equal(Object.keys(JSON.parse(stdout).identities).length, 5000);
});
