import assert from "node:assert/strict";
import { busSocket, openSecretBus } from "../../lib/keyring/secret_bus.ts";
import { fakeHost } from "../fake_host.ts";

const socket = (env: Record<string, string>) => busSocket((name) => env[name]);

Deno.test("busSocket() returns the first socket in the variable", () => {
  const table: Record<string, string | undefined> = {
    "unix:path=/run/user/1000/bus": "/run/user/1000/bus",
    "unix:path=/tmp/dbus-x,guid=00ff": "/tmp/dbus-x",
    "unix:guid=00ff,path=/tmp/dbus-x": "/tmp/dbus-x",
    "unix:abstract=/tmp/dbus-x,guid=00ff": "\0/tmp/dbus-x",
    "tcp:host=localhost,port=1;unix:path=/run/bus;unix:path=/other": "/run/bus",
    "tcp:path=/no;unix:tmpdir=/tmp;unix:path=/run/bus": "/run/bus",
    "unix:path=/home/a%20b%2Cc/bus": "/home/a b,c/bus",
    "unixexec:path=/bin/sh": undefined,
    "tcp:host=localhost,port=1": undefined,
    "autolaunch:": undefined,
    "unix:tmpdir=/tmp": undefined,
  };
  for (const [listed, expected] of Object.entries(table)) {
    assert.equal(socket({ DBUS_SESSION_BUS_ADDRESS: listed }), expected, listed);
  }
});

Deno.test("busSocket() returns systemd's socket without the variable, and undefined without either", () => {
  assert.equal(socket({ XDG_RUNTIME_DIR: "/run/user/1000" }), "/run/user/1000/bus");
  assert.equal(socket({ DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "/run/x" }), "/run/x/bus");
  assert.equal(socket({}), undefined);
});

Deno.test("openSecretBus() reports that there is no session, and suggests the file keyring", async () => {
  await assert.rejects(openSecretBus(fakeHost()), {
    code: "keyring-unavailable",
    exitCode: 6,
    message: "Cannot use the system keyring: there is no D-Bus session",
    hints: [
      "Log in to a desktop session, or start gnome-keyring or KWallet.",
      "Or use a keyring with a password: auth.keyring.type: file, or ATMOS_KEYRING_TYPE=file.",
    ],
  });
});

Deno.test("openSecretBus() reports that the session's socket is missing", async () => {
  const host = fakeHost({ env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" } });
  await assert.rejects(openSecretBus(host), { code: "keyring-unavailable" });
});
