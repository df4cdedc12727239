import assert from "node:assert/strict";
import { checksums, readWish, stageAddon } from "../../scripts/compile.ts";
import { bakedFlags, needsAddon, programFile, TARGETS } from "../../scripts/targets.ts";
import manifest from "../../deno.json" with { type: "json" };

const nothing = () => undefined;
const named = (name: string) => {
  const target = TARGETS.find((one) => one.name === name);
  assert.ok(target !== undefined);
  return target;
};

Deno.test("readWish() takes one target, several or all", () => {
  const names = (...args: string[]) => readWish(args, nothing).targets.map(({ name }) => name);
  assert.deepEqual(names("--target", "linux-arm64"), ["linux-arm64"]);
  assert.deepEqual(names("--target=macos-x64,windows-x64"), ["macos-x64", "windows-x64"]);
  assert.deepEqual(names("--target=all"), TARGETS.map(({ name }) => name));
  assert.equal(readWish(["--out", "/x", "--compiler=/y"], nothing).out, "/x");
  assert.equal(readWish(["--out", "/x", "--compiler=/y"], nothing).compiler, "/y");
});

Deno.test("readWish() refuses what it does not know, and one runtime for several systems", () => {
  for (const args of [["--target", "amiga"], ["--target"], ["--x=y"], ["dist"], ["--out="]]) {
    assert.throws(() => readWish(args, nothing), RangeError);
  }
  assert.throws(() => readWish(["--target=all"], () => "/denort"), /DENORT_BIN is the runtime of one system/);
  assert.equal(readWish(["--target=linux-x64"], () => "/denort").runtime, "/denort");
});

Deno.test("bakedFlags() never ask, never load code from elsewhere, and let native code in only for a keyring that is", () => {
  for (const target of TARGETS) {
    const flags = bakedFlags(target, manifest.permissions.cli);
    assert.ok(flags.includes("--no-prompt") && flags.includes("--deny-import"));
    assert.ok(!flags.includes("--allow-all") && !flags.includes("-A"));
    assert.ok(flags.includes("--allow-sys=uid"));
    assert.equal(flags.includes("--allow-ffi"), target.os !== "linux");
    assert.equal(needsAddon(target), target.os !== "linux");
  }
});

Deno.test("programFile() has the ending that Windows wants", () => {
  assert.deepEqual(TARGETS.map(programFile), [
    "atmos-linux-x64",
    "atmos-linux-arm64",
    "atmos-macos-x64",
    "atmos-macos-arm64",
    "atmos-windows-x64.exe",
    "atmos-windows-arm64.exe",
  ]);
});

Deno.test("checksums() are lines of sha256sum, by name", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/b`, "");
  await Deno.writeTextFile(`${directory}/a`, "abc");
  assert.equal(
    await checksums(directory, ["b", "a"]),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n",
  );
  await Deno.remove(directory, { recursive: true });
});

Deno.test("stageAddon() fetches the keyring's native code for the system that is meant, and no other", async () => {
  for (const name of ["macos-arm64", "windows-x64"]) {
    const directory = await Deno.makeTempDir();
    const parts = await stageAddon(directory, named(name));
    const addon = name === "macos-arm64"
      ? "@napi-rs/keyring-darwin-arm64"
      : "@napi-rs/keyring-win32-x64-msvc";
    assert.deepEqual(parts.map((part) => part.name).sort(), ["@napi-rs/keyring", addon]);
    await Deno.remove(directory, { recursive: true });
  }
});
