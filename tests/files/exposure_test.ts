import assert from "node:assert/strict";
import { exposureOf, exposureWarning, exposureWithin } from "../../lib/files/exposure.ts";
import { fakeHost } from "../fake_host.ts";

const PATH = "/home/ana/keys/my store";
const DIRECTORY = "/home/ana/keys";

const world = (mode: number, directory = 0o700, foreign: readonly string[] = []) =>
  fakeHost({ files: { [PATH]: "" }, modes: { [PATH]: mode, [DIRECTORY]: directory }, foreign });

Deno.test("exposureOf() has nothing to say of files and directories that are the person's alone", async () => {
  for (const mode of [0o600, 0o400, 0o700]) assert.equal(await exposureOf(world(mode), PATH), undefined);
  for (const mode of [0o700, 0o755, 0o1777, 0o1775]) {
    assert.equal(await exposureWithin(world(0o600, mode), DIRECTORY, PATH), undefined);
  }
  assert.equal(await exposureOf(world(0o600), "/none"), undefined);
  assert.equal(await exposureOf(fakeHost({ os: "windows", files: { [PATH]: "" } }), PATH), undefined);
});

Deno.test("exposureOf() lets a file that others can read be used, and says how it is mended", async () => {
  for (const mode of [0o644, 0o640, 0o604]) {
    const exposure = await exposureOf(world(mode), PATH);
    assert.ok(exposure !== undefined && !exposure.isWritable);
    assert.equal(
      exposureWarning(exposure),
      `Others can read ${PATH}: its mode is ${mode.toString(8)}. Run: chmod 600 '${PATH}'`,
    );
    assert.deepEqual(exposure.command, ["chmod", "600", PATH]);
  }
});

Deno.test("exposureWithin() lets nothing be used that others can write, replace or own", async () => {
  const cases = [
    [world(0o666), `Others can write to ${PATH}: its mode is 666. Run: chmod 600 '${PATH}'`],
    [world(0o620), `Others can write to ${PATH}: its mode is 620. Run: chmod 600 '${PATH}'`],
    [
      world(0o644, 0o777),
      `Others can replace the files in ${DIRECTORY}: its mode is 777. Run: chmod go-w ${DIRECTORY}`,
    ],
    [world(0o600, 0o700, [PATH]), `${PATH} belongs to another user. Run: sudo chown "$(id -u)" '${PATH}'`],
  ] as const;
  for (const [host, told] of cases) {
    const exposure = await exposureWithin(host, DIRECTORY, PATH);
    assert.ok(exposure?.isWritable);
    assert.equal(exposureWarning(exposure), told);
  }
});
