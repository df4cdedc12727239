import assert from "node:assert/strict";
import { openOutput } from "../../lib/cli/run/output_file.ts";
import { isAuthError } from "../../lib/errors.ts";
import { descriptorOf } from "../../lib/paths.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";

const HOME = "/home/ana";

async function written(file: string, init: FakeHostInit = {}) {
  const host = fakeHost({ env: { HOME }, ...init });
  const output = await openOutput(host, file, "replace", undefined);
  await output.write("text\n");
  return host;
}

const refused = (file: string, reason: RegExp, init: FakeHostInit = {}) =>
  assert.rejects(written(file, init), (error) => isAuthError(error, "usage") && reason.test(error.message));

Deno.test("openOutput() writes to a pipe and a device, and makes no file of their names", async () => {
  const host = await written("/work/pipe", { pipes: { "/work/pipe": "" } });
  assert.deepEqual([...host.poured], [["/work/pipe", "text\n"]]);
  assert.deepEqual(host.changes, []);
  const device = await written("/dev/tty", { devices: ["/dev/tty"] });
  assert.deepEqual([...device.poured], [["/dev/tty", "text\n"]]);
});

Deno.test("openOutput() knows the devices of Windows in every directory", async () => {
  const windows = {
    os: "windows",
    env: { USERPROFILE: "C:\\Users\\ana" },
    workingDirectory: "C:\\work",
  } as const;
  assert.equal((await written("CON", windows)).written, "text\n");
  const nowhere = await written("sub\\nul.txt", windows);
  assert.deepEqual([nowhere.written, nowhere.changes], ["", []]);
  await refused("COM1", /it is a device of Windows/, windows);
});

Deno.test("openOutput() refuses an empty name, and works without a home directory", async () => {
  await refused("", /its name is empty/);
  assert.deepEqual(Object.keys((await written("/work/out", { env: {} })).tree()), ["/work/out"]);
});

Deno.test("openOutput() writes although no note of it can be kept", async () => {
  const host = await written("/work/out", { unwritable: [`${HOME}/.local`] });
  assert.deepEqual(Object.keys(host.tree()), ["/work/out"]);
});

Deno.test("openOutput() finds a kept place behind links, whether or not the file is there", async () => {
  const links = { "/work/way": `${HOME}/.ssh`, "/work/home": HOME };
  await refused("way/new", /\.ssh is left to the programs it belongs to/, {
    links,
    directories: [`${HOME}/.ssh`],
  });
  await refused("home/.local/share/atmos/keyring/x.store", /holds files of atmos itself/, {
    links,
    directories: [`${HOME}/.ssh`],
  });
});

Deno.test("descriptorOf() knows the names of this process's descriptors, and no others", () => {
  const names = [
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/fd/7",
    "/proc/self/fd/63",
    "/proc/thread-self/fd/1",
  ];
  assert.deepEqual(names.map((name) => descriptorOf("linux", name)), [0, 1, 2, 7, 63, 1]);
  for (const name of ["/dev/fd/", "/dev/fd/x", "/proc/1/fd/1", "/dev/stdout/x", "stdout"]) {
    assert.equal(descriptorOf("linux", name), undefined, name);
  }
  assert.equal(descriptorOf("windows", "/dev/stdout"), undefined);
});
