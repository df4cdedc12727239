import assert from "node:assert/strict";
import { AuthError } from "../lib/errors.ts";
import { isWithheld, permissionMissing, withheldBelow } from "../lib/grants.ts";

/** What Deno throws. */
function withheld(message: string): Error {
  return new Deno.errors.NotCapable(message);
}

const READ = withheld('Requires read access to "/etc/hosts", run again with the --allow-read flag');

Deno.test("permissionMissing() names the flag that is withheld, with its scope where Deno says one", () => {
  const flags = [
    'Requires read access to "/a, b/c", run again with the --allow-read flag',
    'Requires net access to "sts.us-east-1.amazonaws.com:443", run again with the --allow-net flag',
    'Requires sys access to "uid", run again with the --allow-sys flag',
    "Requires env access, run again with the --allow-env flag",
    "Requires all access, run again with the --allow-all flag",
  ].map((message) => permissionMissing("go on", withheld(message)).hints);
  assert.deepEqual(flags, [
    ["Run with --allow-read=/a, b/c"],
    ["Run with --allow-net=sts.us-east-1.amazonaws.com:443"],
    ["Run with --allow-sys=uid"],
    ["Run with --allow-env"],
    ["Run with --allow-all"],
  ]);
});

Deno.test("permissionMissing() says what attempt failed, and is exit code 2", () => {
  const error = permissionMissing("read /etc/hosts", READ);
  assert.equal(error.message, "Cannot read /etc/hosts: Deno's sandbox withholds --allow-read=/etc/hosts");
  assert.deepEqual([error.code, error.exitCode, error.cause], ["permission-missing", 2, READ]);
});

Deno.test("permissionMissing() knows why a list of programs is not enough", () => {
  const error = permissionMissing(
    "run terraform",
    withheld("Requires --allow-run permissions to spawn subprocess with LD_PRELOAD environment variable."),
  );
  assert.match(error.message, /^Cannot run terraform: with LD_PRELOAD set/);
  assert.deepEqual(error.hints, ["Unset LD_PRELOAD, or run with --allow-run"]);
});

Deno.test("permissionMissing() keeps words that it does not know", () => {
  assert.equal(permissionMissing("link", withheld("no such thing")).message, "Cannot link: no such thing");
});

Deno.test("withheldBelow() finds a missing grant below the errors of a library", () => {
  const library = new Error("could not resolve", { cause: READ });
  const ours = new AuthError("failed", "Cannot assume the role", { cause: library });
  assert.equal(
    withheldBelow(ours)?.message,
    "Cannot go on: Deno's sandbox withholds --allow-read=/etc/hosts",
  );
  assert.equal(withheldBelow(new Error("other")), undefined);
  assert.equal(withheldBelow("text"), undefined);
  assert.deepEqual([isWithheld(READ), isWithheld(library)], [true, false]);
});
