import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import { findBrowser } from "../../lib/saml/browser_find.ts";
import { browserProfile } from "../../lib/saml/browser_profile.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

const find = (init: FakeHostInit, config: { browserType?: string; browserExecutablePath?: string } = {}) =>
  findBrowser(fakeHost(init), "okta-saml", {
    browserType: config.browserType,
    browserExecutablePath: config.browserExecutablePath,
  });

const HOME = "/home/jane";
const env = { HOME, PATH: "/usr/local/bin:/usr/bin:/snap/bin:relative" };
const files = (...paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, ""]));

Deno.test("findBrowser() uses only the configured browser", async () => {
  const init = { env, files: files("/home/jane/chrome", "/usr/bin/chromium") };
  assert.equal(await find(init, { browserExecutablePath: "~/chrome" }), "/home/jane/chrome");
  await assert.rejects(find(init, { browserExecutablePath: "/opt/none" }), { code: "config-invalid" });
  await assert.rejects(find({ env, directories: ["/opt/dir"] }, { browserExecutablePath: "/opt/dir" }), {
    code: "config-invalid",
  });
});

Deno.test("findBrowser() finds browsers on PATH on Linux, through links, in PATH's order", async () => {
  const init = {
    env,
    files: files("/opt/google/chrome/chrome", "/usr/bin/chromium", "/snap/bin/brave-browser"),
    links: { "/usr/bin/google-chrome": "/opt/google/chrome/chrome" },
  };
  assert.equal(await find(init), "/usr/bin/google-chrome");
  assert.equal(await find(init, { browserType: "chromium" }), "/usr/bin/chromium");
  assert.equal(await find(init, { browserType: "Brave" }), "/snap/bin/brave-browser");
  assert.equal(await find(init, { browserType: "firefox" }), "/usr/bin/google-chrome");
});

Deno.test("findBrowser() uses a snap only as the last resort", async () => {
  const snapFirst = { ...env, PATH: "/snap/bin:/usr/bin" };
  const both = files("/snap/bin/chromium", "/usr/bin/microsoft-edge");
  assert.equal(await find({ env: snapFirst, files: both }), "/usr/bin/microsoft-edge");
  assert.equal(await find({ env: snapFirst, files: files("/snap/bin/chromium") }), "/snap/bin/chromium");
});

Deno.test("findBrowser() ignores relative entries of PATH", async () => {
  assert.equal(await find({ env, files: files("/work/relative/chromium") }), undefined);
});

Deno.test("findBrowser() finds applications on macOS, including the user's own", async () => {
  const own = "/Users/jane/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge";
  const chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  const mac = { os: "darwin", env: { HOME: "/Users/jane" } } as const;
  assert.equal(await find({ ...mac, files: files(own) }), own);
  assert.equal(await find({ ...mac, files: files(own, chrome) }), chrome);
  assert.equal(await find({ ...mac, files: files(own, chrome) }, { browserType: "msedge-dev" }), own);
});

Deno.test("findBrowser() finds programs on Windows", async () => {
  const edge = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe";
  const init = {
    os: "windows",
    env: { USERPROFILE: "C:\\Users\\jane", "ProgramFiles(x86)": "C:\\Program Files (x86)" },
    files: files(edge),
  } as const;
  assert.equal(await find(init), edge);
});

Deno.test("findBrowser() uses the newest browser in Playwright's caches when none is installed", async () => {
  const cache = `${HOME}/.cache/ms-playwright`;
  const old = `${cache}/chromium-999/chrome-linux/chrome`;
  const recent = `${cache}/chromium-1208/chrome-linux64/chrome`;
  const others = [`${cache}/firefox-1500/firefox/firefox`, `${cache}/chromium_headless_shell-1208/x/y`];
  assert.equal(await find({ env, files: files(old, recent, ...others) }), recent);
  assert.equal(await find({ env, files: files(...others) }), undefined);
  const own = `${HOME}/.cache/atmos/ms-playwright/chromium-1/chrome-linux/chrome`;
  assert.equal(await find({ env, files: files(recent, own) }), own);
  const named = { ...env, PLAYWRIGHT_BROWSERS_PATH: "/opt/pw" };
  const elsewhere = "/opt/pw/chromium-7/chrome-linux/chrome";
  assert.equal(await find({ env: named, files: files(recent, elsewhere) }), elsewhere);
});

Deno.test("findBrowser() finds Playwright's browsers on macOS and Windows", async () => {
  const mac = "/Users/j/Library/Caches/ms-playwright/chromium-1200/chrome-mac-arm64/" +
    "Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing";
  assert.equal(await find({ os: "darwin", env: { HOME: "/Users/j" }, files: files(mac) }), mac);
  const windows = "C:\\Users\\j\\AppData\\Local\\ms-playwright\\chromium-1200\\chrome-win64\\chrome.exe";
  assert.equal(
    await find({ os: "windows", env: { USERPROFILE: "C:\\Users\\j" }, files: files(windows) }),
    windows,
  );
});

Deno.test("findBrowser() treats a place that it may not read as empty", async () => {
  const host = fakeHost({ env, files: files("/usr/bin/chromium") });
  const withheld = () => Promise.reject(new AuthError("permission-missing", "withheld"));
  const hidden = { ...host, files: { ...host.files, realPath: withheld, list: withheld } };
  const config = { browserType: undefined, browserExecutablePath: undefined };
  assert.equal(await findBrowser(hidden, "okta-saml", config), undefined);
});

Deno.test("browserProfile() is one directory per provider and address, in the data directory", async () => {
  const host = fakeHost({ env: { HOME } });
  const profile = await browserProfile(host, "../Okta Prod", "https://company.okta.com/a");
  assert.match(profile, /^\/home\/jane\/\.local\/share\/atmos\/browser\/%2E\.%2FOkta Prod-[0-9a-f]{16}$/);
  assert.notEqual(profile, await browserProfile(host, "../Okta Prod", "https://company.okta.com/b"));
  assert.equal(profile, await browserProfile(host, "../Okta Prod", "https://COMPANY.okta.com:443/a"));
});
