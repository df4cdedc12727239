import assert from "node:assert/strict";
import { Secret } from "../../lib/credentials.ts";
import { showDeviceCode } from "../../lib/providers/device_code_view.ts";
import { FAKE_NOW, fakeHost, type FakeHostInit } from "../fake_host.ts";

const AUTHORIZATION = {
  deviceCode: new Secret("not-a-real-device-code"),
  userCode: "ABCD-EFGH",
  verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
  verificationUriComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH",
  expiresAt: FAKE_NOW + 600_000,
  intervalSeconds: 5,
};

async function shown(screen: NonNullable<FakeHostInit["screen"]>, qr = false): Promise<string> {
  const host = fakeHost({ screen });
  await showDeviceCode(host, "my-sso", AUTHORIZATION, qr);
  return host.told;
}

Deno.test("showDeviceCode() draws code and page in a box", async () => {
  assert.equal(
    await shown({ ansi: true, columns: 90 }),
    `
╭────────────────────────────────────────────────────────────────────────╮
│ Log in to my-sso                                                       │
├────────────────────────────────────────────────────────────────────────┤
│ Code   ABCD-EFGH                                                       │
│ Page   https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH │
│                                                                        │
│ Open the page, check that it shows this code, and approve.             │
╰────────────────────────────────────────────────────────────────────────╯

`,
  );
});

Deno.test("showDeviceCode() never cuts the page's address", async () => {
  const told = await shown({ ansi: true, columns: 70 });
  assert.match(told, /╯\n\nhttps:\/\/device\.sso\.us-east-1\.amazonaws\.com\/\?user_code=ABCD-EFGH\n\n$/);
  assert.doesNotMatch(told, /Page/);
});

Deno.test("showDeviceCode() writes plain lines for dumb terminals, pipes and screen readers", async () => {
  assert.equal(
    await shown({ ansi: false }),
    `
Log in to my-sso: open this page, check that it shows this code, and approve.

  Page   https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH
  Code   ABCD-EFGH

Waiting for the approval until 2026-11-23T12:10:00Z; Ctrl-C to stop.
`,
  );
});

Deno.test("showDeviceCode() draws the QR code where it is wanted and fits, and the code and page all the same", async () => {
  const isBlocks = (line: string) => /^[█▀▄ ]{20,}$/.test(line);
  const wide = (await shown({ ansi: true, columns: 90 }, true)).split("\n");
  assert.equal(wide.filter(isBlocks).length, 19);
  assert.match(wide.join("\n"), /Code {3}ABCD-EFGH/);
  const narrow = (await shown({ ansi: true, columns: 30 }, true)).split("\n");
  assert.equal(narrow.filter(isBlocks).length, 0);
  assert.equal((await shown({ ansi: false, columns: 90 }, true)).split("\n").filter(isBlocks).length, 19);
});
