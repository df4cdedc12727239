import assert from "node:assert/strict";
import { hasLocalBrowser, isRemote } from "../../lib/terminal/local_browser.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

const has = (init: FakeHostInit) => hasLocalBrowser(fakeHost(init));
const DESKTOP = { DISPLAY: ":0" };

Deno.test("hasLocalBrowser() is so on a desktop", async () => {
  assert.equal(await has({ env: DESKTOP }), true);
  assert.equal(await has({ env: { WAYLAND_DISPLAY: "wayland-0" } }), true);
  assert.equal(await has({ env: { WSL_DISTRO_NAME: "Debian" } }), true);
  assert.equal(await has({ env: { BROWSER: "w3m" } }), true);
  assert.equal(await has({ os: "darwin" }), true);
  assert.equal(await has({ os: "windows" }), true);
});

Deno.test("hasLocalBrowser() is not so over SSH, in containers, in CI, and where nothing can show a page", async () => {
  const elsewhere = [
    { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" },
    { SSH_TTY: "/dev/pts/0" },
    { SSH_CLIENT: "192.0.2.1 1 22" },
    { container: "podman" },
    { KUBERNETES_SERVICE_HOST: "10.0.0.1" },
    { REMOTE_CONTAINERS: "true" },
    { CODESPACES: "true" },
    { CI: "true" },
    { GITHUB_ACTIONS: "true" },
  ];
  for (const env of elsewhere) {
    assert.equal(await has({ env: { ...DESKTOP, ...env } }), false, JSON.stringify(env));
    assert.equal(await has({ os: "darwin", env }), false, JSON.stringify(env));
  }
  assert.equal(await has({ env: {} }), false);
  assert.equal(await has({ env: { DISPLAY: "", WAYLAND_DISPLAY: "" } }), false);
  for (const path of ["/.dockerenv", "/run/.containerenv"]) {
    assert.equal(await has({ env: DESKTOP, files: { [path]: "" } }), false, path);
  }
});

Deno.test("isRemote() is told by what the SSH server sets", () => {
  assert.equal(isRemote(fakeHost({ env: { SSH_TTY: "/dev/pts/0" } }).env), true);
  assert.equal(isRemote(fakeHost({ env: { SSH_TTY: "", SSH_AUTH_SOCK: "/run/agent" } }).env), false);
});
