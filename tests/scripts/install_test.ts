import assert from "node:assert/strict";
import { type Place, windowsLauncher } from "../../scripts/install.ts";
import { start, testIf } from "../system/program.ts";

const INSTALL = new URL("../../scripts/install.ts", import.meta.url).pathname;
const OFF = { code: 0, stdout: "Authentication is disabled by --identity=no\n", stderr: "" };

/** Runs words in a home, with the Deno of the tests off the PATH unless it is put there. */
async function ran(home: string, words: readonly [string, ...string[]], path = "/usr/bin:/bin") {
  const env = {
    HOME: home,
    PATH: path,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
  };
  return await start(words, { directory: home, env }).ended;
}

const install = (home: string, ...args: string[]) =>
  ran(home, [Deno.execPath(), "run", "-q", "--cached-only", "-A", INSTALL, ...args]);

function unixTest(name: string, test: (home: string) => Promise<void>): void {
  testIf(Deno.build.os !== "windows", "shell scripts are for Unix", name, async () => {
    const home = await Deno.makeTempDir({ prefix: "atmos-install-" });
    await test(home);
    await Deno.remove(home, { recursive: true });
  });
}

unixTest("an installed atmos runs; by the name atmos-auth it says auth itself", async (home) => {
  const { stdout } = await install(home);
  assert.equal(
    stdout,
    `${home}/.local/bin/atmos\n${home}/.local/bin/atmos-auth\nAdd ${home}/.local/bin to your PATH\n`,
  );
  const bin = `${home}/.local/bin`;
  const path = `${bin}:/usr/bin:/bin`;
  assert.deepEqual(await ran(home, ["sh", "-c", "atmos auth whoami -i no"], path), OFF);
  assert.deepEqual(await ran(home, ["sh", "-c", "atmos-auth whoami -i no"], path), OFF);
  assert.deepEqual(await ran(home, ["sh", "-c", "atmos-auth auth whoami -i no"], path), OFF);
});

unixTest("a link to an installed atmos, or a copy of it, goes by its own name", async (home) => {
  await install(home, "--to", `${home}/it's here`);
  await Deno.mkdir(`${home}/bin`);
  await Deno.symlink(`${home}/it's here/atmos`, `${home}/bin/atmos-auth`);
  assert.deepEqual(await ran(home, [`${home}/bin/atmos-auth`, "whoami", "-i", "no"]), OFF);
  await Deno.copyFile(`${home}/it's here/atmos-auth`, `${home}/bin/atmos`);
  assert.deepEqual(await ran(home, [`${home}/bin/atmos`, "auth", "whoami", "-i", "no"]), OFF);
  assert.equal((await ran(home, [`${home}/bin/atmos`, "whoami", "-i", "no"])).code, 2);
});

unixTest("without the Deno that installed it, atmos takes the one on the PATH, then npx", async (home) => {
  await install(home);
  const launcher = `${home}/.local/bin/atmos`;
  const text = await Deno.readTextFile(launcher);
  assert.ok(text.includes(Deno.execPath()));
  await Deno.writeTextFile(launcher, text.replace(Deno.execPath(), "/gone/deno"));
  await Deno.mkdir(`${home}/bin`);
  await Deno.writeTextFile(`${home}/bin/npx`, '#!/bin/sh\necho "npx $*"\n', { mode: 0o755 });
  const byNpx = await ran(home, [launcher, "auth", "list"], `${home}/bin:/usr/bin:/bin`);
  assert.match(byNpx.stdout, new RegExp(`^npx -y deno@${Deno.version.deno} run .*/cli\\.ts auth list\n$`));
  await Deno.symlink(Deno.execPath(), `${home}/bin/deno`);
  assert.deepEqual(
    await ran(home, [launcher, "auth", "whoami", "-i", "no"], `${home}/bin:/usr/bin:/bin`),
    OFF,
  );
});

unixTest("the task writes over its own files, and over nobody else's", async (home) => {
  await install(home, `--to=${home}/bin`);
  assert.equal((await install(home, `--to=${home}/bin`)).code, 0);
  await Deno.writeTextFile(`${home}/bin/atmos`, "another program");
  const refused = await install(home, `--to=${home}/bin`);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /bin\/atmos is there already, and was not written by this task/);
  assert.equal(await Deno.readTextFile(`${home}/bin/atmos`), "another program");
  assert.equal((await install(home, "--into", "x")).code, 2);
});

Deno.test("windowsLauncher() says auth for atmos-auth alone", () => {
  const place: Place = { deno: "C:\\deno.exe", version: "2.9.6", root: "C:\\clone\\", ffi: true };
  const [atmos, own] = [windowsLauncher(place, "atmos"), windowsLauncher(place, "atmos-auth")];
  assert.ok(!atmos.includes("word=auth") && own.includes('if not "%~1"=="auth" set word=auth\r\n'));
  assert.ok(atmos.includes('"--allow-ffi"') && atmos.startsWith("@echo off\r\n"));
});

unixTest("Deno's own installer does it as well, by the lines that are documented", async (home) => {
  const root = new URL("../../", import.meta.url).pathname;
  const guide = await Deno.readTextFile(`${root}docs/install.md`);
  const lines = guide.split("\n").filter((line) => line.startsWith("deno install -g"));
  assert.equal(lines.length, 2);
  const deno = Deno.execPath().slice(0, Deno.execPath().lastIndexOf("/"));
  // It asks the registry, as this machine is set up to.
  const env = { ...Deno.env.toObject(), DENO_INSTALL_ROOT: home, PATH: `${deno}:/usr/bin:/bin` };
  const installed = await start(["sh", "-ec", lines.join("\n")], { directory: root, env }).ended;
  assert.equal(installed.code, 0, installed.stderr);
  await Deno.writeTextFile(`${home}/atmos.yaml`, "auth: { identities: { bot: { kind: aws/user } } }\n");
  const path = `${home}/bin:${deno}:/usr/bin:/bin`;
  assert.deepEqual(await ran(home, ["sh", "-c", "atmos auth whoami -i no"], path), OFF);
  assert.deepEqual(await ran(home, ["sh", "-c", "atmos-auth whoami -i no"], path), OFF);
  const validated = await ran(home, ["sh", "-c", "atmos auth validate"], path);
  assert.deepEqual([validated.code, validated.stderr], [0, ""], validated.stdout);
});
