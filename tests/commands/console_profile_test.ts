import assert from "node:assert/strict";
import { planChain } from "../../lib/chain/plan.ts";
import {
  consoleProfile,
  isolatingBrowser,
  isProfileOf,
  startBrowser,
} from "../../lib/cli/run/browser_profile.ts";
import { baseName } from "../../lib/paths.ts";
import { fakeHost } from "../fake_host.ts";
import { loadText } from "./console_config.ts";

const LINK = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=not-a-real-token";

Deno.test("consoleProfile() is one directory for each identity, chain and realm", async () => {
  const auth = await loadText();
  const host = fakeHost({ env: { HOME: "/home/ana" } });
  const at = (name: string, realm?: string, from = host) =>
    consoleProfile(from, realm, planChain(auth, name));
  assert.match(await at("set"), /^\/home\/ana\/\.local\/share\/atmos\/console\/set-[0-9a-f]{16}$/);
  assert.match(await at("set", "acme"), /\/console\/acme\.realm\/set-[0-9a-f]{16}$/);
  const elsewhere = fakeHost({ env: { HOME: "/home/ana", AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1" } });
  const all = [
    await at("set"),
    await at("set", "acme"),
    await at("chained"),
    await at("set", undefined, elsewhere),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(await at("set"), await at("set"));
});

Deno.test("isProfileOf() finds the profiles of a name, whatever their chain, and of no longer name", async () => {
  const path = await consoleProfile(
    fakeHost({ env: { HOME: "/home/ana" } }),
    undefined,
    planChain(await loadText(), "set"),
  );
  assert.ok(isProfileOf("set")(baseName("linux", path)));
  assert.ok(isProfileOf("a b/c")("a b%2Fc-0123456789abcdef"));
  for (
    const other of [
      "set-eu-0123456789abcdef",
      "set",
      "set-0123",
      "set-0123456789ABCDEF",
      "reset-0123456789abcdef",
    ]
  ) {
    assert.equal(isProfileOf("set")(other), false, other);
  }
});

Deno.test("isolatingBrowser() finds none where nothing can be shown", async () => {
  const files = { "/usr/bin/chromium": "" };
  const env = { HOME: "/home/ana", PATH: "/usr/bin" };
  assert.equal(await isolatingBrowser(fakeHost({ env, files })), undefined);
  assert.equal(
    await isolatingBrowser(fakeHost({ env: { ...env, DISPLAY: ":0" }, files })),
    "/usr/bin/chromium",
  );
  assert.equal(await isolatingBrowser(fakeHost({ env: { ...env, DISPLAY: ":0" } })), undefined);
});

Deno.test("startBrowser() makes the profile for the person alone, and starts the browser as a helper", async () => {
  const host = fakeHost({ run: () => ({}) });
  await startBrowser(host, "/usr/bin/chromium", "/data/set-0123456789abcdef", LINK);
  const [command] = host.commands;
  assert.equal(command?.isHelper, true);
  assert.deepEqual(command?.args.slice(2), [
    "/usr/bin/chromium",
    "--user-data-dir=/data/set-0123456789abcdef",
    "--no-first-run",
    "--no-default-browser-check",
    LINK,
  ]);
  const profile = host.node("/data/set-0123456789abcdef");
  assert.equal(profile?.kind === "directory" && profile.mode, 0o700);
});

Deno.test("startBrowser() hands PowerShell one word that it cannot misread", async () => {
  const host = fakeHost({ os: "windows", run: () => ({}) });
  await startBrowser(host, "C:\\Program Files\\chrome.exe", "C:\\Ana's\\set-0123456789abcdef", LINK);
  const [command] = host.commands;
  const bytes = Uint8Array.from(atob(command?.args.at(-1) ?? ""), (char) => char.charCodeAt(0));
  assert.deepEqual([command?.program, ...command?.args.slice(0, -1) ?? []], [
    "powershell.exe",
    "-NoProfile",
    "-NonInteractive",
    "-EncodedCommand",
  ]);
  assert.equal(
    new TextDecoder("utf-16le").decode(bytes),
    "Start-Process -FilePath 'C:\\Program Files\\chrome.exe' -ArgumentList " +
      `'"--user-data-dir=C:\\Ana''s\\set-0123456789abcdef"','"--no-first-run"','"--no-default-browser-check"','"${LINK}"'`,
  );
});
