import assert from "node:assert/strict";
import { main } from "../../lib/commands/mod.ts";
import { AuthError } from "../../lib/errors.ts";
import { derived } from "../../lib/session/derive.ts";
import { fakeHost } from "../fake_host.ts";

const HOME = { HOME: "/home/ana" };

Deno.test("main() ends an error of its own with exit code 1, in words, without a stack", async () => {
  const host = fakeHost({ env: HOME });
  const broken = derived(host, {
    workingDirectory: () => {
      throw new TypeError("the world is upside down");
    },
  });
  assert.equal(await main(broken, ["auth", "validate"]), 1);
  assert.match(host.told, /^Error: Something is wrong inside this program: the world is upside down\n/);
  assert.equal(host.told.includes("mod_test.ts"), false);
});

Deno.test("main() tells causes and stacks at level Trace only, by flag or variable", async () => {
  for (
    const [env, flags] of [[HOME, ["--logs-level=TRACE"]], [
      { ...HOME, ATMOS_LOG_LEVEL: "trace" },
      [],
    ]] as const
  ) {
    const host = fakeHost({ env });
    const broken = derived(host, {
      workingDirectory: () => {
        throw new TypeError("the world is upside down");
      },
    });
    assert.equal(await main(broken, ["auth", "validate", ...flags]), 1);
    assert.ok(host.told.includes("mod_test.ts"), host.told);
  }
});

Deno.test("main() gives every error's own exit code", async () => {
  for (
    const [code, exit] of [["failed", 1], ["refused", 4], ["unreachable", 5], ["keyring-locked", 6], [
      "interrupted",
      130,
    ]] as const
  ) {
    const host = fakeHost({ env: HOME });
    const broken = derived(host, {
      workingDirectory: () => {
        throw new AuthError(code, "Cannot x: y");
      },
    });
    assert.equal(await main(broken, ["auth", "validate"]), exit);
    assert.equal(host.told, code === "interrupted" ? "Interrupted\n" : "Error: Cannot x: y\n");
    assert.equal(host.written, "");
  }
});

Deno.test("a program that is called atmos-auth goes without the word auth, and takes it, too", async () => {
  for (const program of ["/usr/bin/atmos-auth", "C:\\bin\\ATMOS-AUTH.EXE"]) {
    for (const argv of [["whoami", "-i", "no"], ["auth", "whoami", "-i", "no"], ["-i", "no", "whoami"]]) {
      const host = fakeHost();
      assert.equal(await main(derived(host, { calledBy: () => program }), argv), 0);
      assert.equal(host.written, "Authentication is disabled by --identity=no\n");
    }
  }
});

Deno.test("flags before a command are its flags, too", async () => {
  const host = fakeHost();
  assert.equal(await main(host, ["--identity", "off", "auth", "whoami"]), 0);
  assert.equal(await main(host, ["auth", "-i", "off", "--verbose", "whoami"]), 0);
});

Deno.test("--no-color and --force-color beat what the terminal is", async () => {
  const failing = ["auth", "nonsense"];
  for (
    const [color, flag, expected] of [[true, "--no-color", false], [false, "--force-color", true]] as const
  ) {
    const host = fakeHost({ screen: { color }, env: HOME });
    await main(host, ["auth", "list", flag]);
    assert.equal(host.told.includes("\x1b["), expected);
  }
  const plain = fakeHost({ env: HOME });
  await main(plain, failing);
  assert.equal(plain.told.includes("\x1b["), false);
});

Deno.test("making the world as the flags want it does not open the prompt", async () => {
  const touched: string[] = [];
  const host = fakeHost({ env: HOME });
  const lazy = Object.defineProperty(derived(host, {}), "prompt", { get: () => void touched.push("prompt") });
  await main(lazy, ["auth", "validate", "--no-color", "-C", "/"]);
  assert.deepEqual(touched, []);
});

Deno.test("Ctrl-C ends a command that waits, with exit code 130", async () => {
  const host = fakeHost({ env: HOME, files: { "/work/atmos.yaml": "auth: {}\n" } });
  const { promise: reading, resolve } = Promise.withResolvers<void>();
  const waiting = derived(host, {
    files: {
      ...host.files,
      readBytes: () => {
        resolve();
        return new Promise(() => {});
      },
    },
  });
  const ended = main(waiting, ["auth", "validate"]);
  await reading;
  host.interrupt();
  assert.equal(await ended, 130);
  assert.equal(host.told, "Interrupted\n");
});
