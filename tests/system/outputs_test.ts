/**
 * Where output and logs may go: files, pipes, devices and descriptors; and where they never do. Devices are made in the
 * test's own directory.
 */
import assert from "node:assert/strict";
import { canMakeDevices, FULL_DEVICE, makeDevice, makePipe, NULL_DEVICE } from "../devices.ts";
import { assertFailed } from "./clear.ts";
import { isCompiled, testIf } from "./program.ts";
import { KEYRING, snapshot } from "./sessions.ts";
import { loggedInWorld, type Ran, type RunOptions, type World } from "./world.ts";

const devices = await canMakeDevices();

const env = (world: World, file: string, options: RunOptions = {}) =>
  world.run(["auth", "env", "-o", file], { printsSecrets: true, ...options });

function succeeds(ran: Ran): Ran {
  assert.equal(ran.code, 0, ran.stderr);
  return ran;
}

const KEYS = /^export AWS_ACCESS_KEY_ID="ASIA\w+"\n/;

Deno.test("`env -o` with -, /dev/stdout, /dev/fd/1 and /proc/self/fd/1 is standard output", async () => {
  await using world = await loggedInWorld();
  const before = await snapshot(world.home);
  for (const file of ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/stdout"]) {
    assert.match(succeeds(await env(world, file)).stdout, KEYS, file);
  }
  assert.match((await env(world, "/dev/stderr")).stderr, KEYS);
  const variable = { env: { ATMOS_AUTH_ENV_OUTPUT_FILE: "-" }, printsSecrets: true };
  assert.match(succeeds(await world.run(["auth", "env"], variable)).stdout, KEYS);
  assert.deepEqual(await snapshot(world.home), before);
});

Deno.test("`env -o /dev/fd/N` writes to a descriptor that a shell has opened", async () => {
  await using world = await loggedInWorld();
  const toFile = { under: ["sh", "-c", 'exec "$@" 3>"$HOME/three.env"', "sh"] };
  const toPipe = { under: ["sh", "-c", 'exec "$@" 3>&1 >/dev/null', "sh"] };
  for (const file of ["/dev/fd/3", "/proc/self/fd/3"]) {
    assert.match(succeeds(await env(world, file, toPipe)).stdout, KEYS);
    if (isCompiled()) continue;
    assert.equal(succeeds(await env(world, file, toFile)).stdout, "");
    assert.match(await world.read("three.env"), KEYS);
  }
});

Deno.test("`env -o /dev/fd/N` in a sandbox writes to a pipe, and says why not to a file", async () => {
  await using world = await loggedInWorld();
  const grants = ["--allow-read", "--allow-write", "--allow-env", "--allow-net", "--allow-sys=uid,hostname"];
  const toFile = { grants, under: ["sh", "-c", 'exec "$@" 3>"$HOME/three.env"', "sh"] };
  const toPipe = { grants, under: ["sh", "-c", 'exec "$@" 3>&1 >/dev/null', "sh"] };
  for (const file of ["/dev/fd/3", "/proc/self/fd/3"]) {
    assert.match(succeeds(await env(world, file, toPipe)).stdout, KEYS);
    assertFailed(await env(world, file, toFile), 2, /in a sandbox, only a pipe can be opened by its number/);
    assert.equal(await world.read("three.env"), "");
  }
});

testIf(
  devices,
  "no right to make devices",
  "`env -o` writes to a device and leaves it as it was",
  async () => {
    await using world = await loggedInWorld();
    const [nowhere, full] = [`${world.home}/null`, `${world.home}/full`];
    await makeDevice(nowhere, NULL_DEVICE);
    await makeDevice(full, FULL_DEVICE);
    succeeds(await env(world, "null"));
    assertFailed(await env(world, "full"), 1, /Cannot write to \S+\/full: no space left on the device/);
    for (const path of [nowhere, full]) {
      const { isCharDevice, mode } = await Deno.lstat(path);
      assert.deepEqual([isCharDevice, (mode ?? 0) & 0o777], [true, 0o666], path);
    }
  },
);

Deno.test("`env -o` gives its output to the reader of a pipe", async () => {
  await using world = await loggedInWorld();
  await makePipe(`${world.home}/pipe`);
  const reading = Deno.readTextFile(`${world.home}/pipe`);
  succeeds(await env(world, "pipe"));
  assert.match(await reading, KEYS);
  assert.equal((await Deno.lstat(`${world.home}/pipe`)).isFifo, true);
});

Deno.test("`env -o` gives up on a pipe that nothing reads", async () => {
  await using world = await loggedInWorld();
  await makePipe(`${world.home}/pipe`);
  assertFailed(await env(world, "pipe"), 1, /nothing reads from this pipe, after waiting for 10 seconds/);
});

Deno.test("`env -o` refuses what it cannot write to before anything is attempted", async () => {
  await using world = await loggedInWorld();
  await Deno.mkdir(`${world.home}/directory`);
  await Deno.symlink(`${world.home}/target.env`, `${world.home}/link`);
  await makePipe(`${world.home}/pipe`);
  await Deno.symlink(`${world.home}/pipe`, `${world.home}/link-to-pipe`);
  using _socket = Deno.listen({ transport: "unix", path: `${world.home}/socket` });
  if (devices) await makeDevice(`${world.home}/disk`, ["b", "7", "250"]);
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["directory", /it is a directory/],
    ["link", /it is a symbolic link/],
    ["link-to-pipe", /it is a symbolic link/],
    ["socket", /it is a socket/],
    ...(devices ? [["disk", /it is a block device/] as const] : []),
    ["/dev/stdin", /it is for reading/],
    ["/dev/fd/0", /it is for reading/],
    ["/dev/fd/987", /there is no such device/],
    ["/dev/no-such-device", /there is no such device/],
    ["/proc/version", /it belongs to the system/],
    ["/proc/no-such-thing/x", /there is no such device/],
    ["/sys/x.env", /there is no such device/],
  ];
  // There is no session any more: what is refused is refused before one is made.
  await Deno.remove(`${world.home}/.config/atmos`, { recursive: true });
  const requests = world.aws.requests().length;
  for (const [file, reason] of refusals) {
    const ran = await env(world, file);
    assertFailed(ran, 2, reason);
    assert.doesNotMatch(ran.stderr, /os error|NotCapable|at async/, ran.stderr);
  }
  assert.equal(world.aws.requests().length, requests);
  assert.equal(await Deno.stat(`${world.home}/target.env`).catch(() => "absent"), "absent");
});

Deno.test("`env -o` leads onto no keyring, log or configuration, and not below ~/.aws or ~/.ssh", async () => {
  await using world = await loggedInWorld();
  for (const directory of [".aws", ".ssh", ".docker", "elsewhere/keyring", "atmos.d"]) {
    await Deno.mkdir(`${world.home}/${directory}`, { recursive: true });
  }
  await Deno.symlink(`${world.home}/.ssh`, `${world.home}/way`);
  await world.write("my.log", "");
  await world.write("empty/atmos.yaml", "");
  const logged = { env: { ATMOS_LOGS_FILE: `${world.home}/my.log`, ATMOS_LOGS_LEVEL: "Debug" } };
  const files: readonly (readonly [string, RunOptions?])[] = [
    ["~/.aws/credentials"],
    ["~/.aws/new/config"],
    ["~/.ssh/config"],
    ["way/config"],
    ["~/.docker/config.json"],
    [`~/${KEYRING}`],
    ["~/.local/share/atmos/keyring/new.file.store"],
    ["~/.local/share/keyrings/login.keyring"],
    ["~/.config/atmos/aws/my-sso/credentials"],
    ["~/.config/atmos/atmos.yaml"],
    ["~/.local/state/atmos/trust"],
    ["~/.local/state/atmos/new"],
    ["~/.cache/atmos/auth/x"],
    ["atmos.yaml"],
    ["empty/atmos.yaml"],
    ["new/.atmos.yml"],
    ["atmos.d/new.yaml"],
    ["my.log", logged],
  ];
  const before = await snapshot(world.home);
  for (const [file, options] of files) {
    const ran = await world.run(["auth", "env", "-o", file], options);
    assertFailed(ran, 2, /Cannot write to /);
    assert.equal(ran.stdout, "", file);
    // A log of its own run is written; nothing else.
    await Deno.writeTextFile(`${world.home}/my.log`, "");
    assert.deepEqual(await snapshot(world.home), before, file);
  }
});

Deno.test("`env --format github` appends to files of variables only", async () => {
  await using world = await loggedInWorld();
  await world.write(".bashrc", "# mine\nalias x=y\n");
  const append = (file: string) =>
    world.run(["auth", "env", "--format", "github"], {
      env: { GITHUB_ENV: `${world.home}/${file}` },
      printsSecrets: true,
    });
  assertFailed(await append(".bashrc"), 2, /it does not hold variables/);
  assert.equal(await world.read(".bashrc"), "# mine\nalias x=y\n");
  await world.write("job.env", "A=1\nB<<EOF\n2\nEOF\n");
  succeeds(await append("job.env"));
  assert.match(await world.read("job.env"), /^A=1\nB<<EOF\n2\nEOF\nAWS_ACCESS_KEY_ID=ASIA/);
});

const LOGGING = { ATMOS_LOGS_LEVEL: "Debug" };

testIf(devices, "no right to make devices", "a log goes to a device, which stays as it was", async () => {
  await using world = await loggedInWorld();
  const path = `${world.home}/null`;
  await makeDevice(path, NULL_DEVICE);
  for (const words of [["--logs-file", "null"], []]) {
    const ran = await world.run(["auth", "whoami", ...words], { env: { ...LOGGING, ATMOS_LOGS_FILE: path } });
    assert.equal(succeeds(ran).stderr, "");
  }
  const { isCharDevice, mode } = await Deno.lstat(path);
  assert.deepEqual([isCharDevice, (mode ?? 0) & 0o777], [true, 0o666]);
});

Deno.test("a log goes to the reader of a pipe, whole; one that nothing reads is a warning", async () => {
  await using world = await loggedInWorld();
  const path = `${world.home}/pipe`;
  await makePipe(path);
  const reading = Deno.readTextFile(path);
  const logged = { env: { ...LOGGING, ATMOS_LOGS_FILE: path } };
  assert.equal(succeeds(await world.run(["auth", "whoami"], logged)).stderr, "");
  const lines = (await reading).trimEnd().split("\n");
  assert.ok(lines.length > 1 && lines.every((line) => / (?:DEBU|INFO) /.test(line)), lines.join("\n"));
  const unread = succeeds(await world.run(["auth", "whoami"], logged));
  assert.match(unread.stderr, /^Warning: nothing is logged to the file: .*nothing reads from this pipe/);
  assert.equal((await Deno.lstat(path)).isFifo, true);
});

Deno.test("a log goes to the streams of the process, and to none of our files or the configuration", async () => {
  await using world = await loggedInWorld();
  for (const file of ["/dev/stdout", "/dev/fd/1", "/dev/stderr", "/proc/self/fd/2", "-"]) {
    const ran = succeeds(await world.run(["auth", "whoami"], { env: { ...LOGGING, ATMOS_LOGS_FILE: file } }));
    assert.match(ran.stderr, /DEBU configuration read/, file);
    assert.doesNotMatch(ran.stdout, /DEBU/, file);
  }
  const before = await snapshot(world.home);
  for (
    const file of [
      KEYRING,
      "atmos.yaml",
      ".local/state/atmos/trust",
      ".config/atmos/aws/my-sso/credentials",
      ".ssh/x",
    ]
  ) {
    const logged = { env: { ...LOGGING, ATMOS_LOGS_FILE: `${world.home}/${file}` } };
    const ran = succeeds(await world.run(["auth", "whoami"], logged));
    assert.match(ran.stderr, /^Warning: nothing is logged to the file: Cannot append to /, file);
    assert.deepEqual(await snapshot(world.home), before, file);
  }
});
