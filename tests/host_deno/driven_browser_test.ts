import assert from "node:assert/strict";
import type { BrowserProcess } from "../../lib/host.ts";
import { browserDriver } from "../../lib/host_deno/driven_browser.ts";

/** Starts a shell script instead of a browser; descriptors 3 and 4 carry the protocol. */
async function withScript(
  script: string,
  run: (browser: BrowserProcess, directory: string) => Promise<void>,
  withheld: readonly string[] = [],
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "atmos-browser-" });
  try {
    const program = `${directory}/browser`;
    await Deno.writeTextFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const profile = `${directory}/data/profile`;
    await using browser = await browserDriver("linux")({
      program,
      profile,
      args: ["--first", "a b"],
      withheld,
    });
    await run(browser, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Windows has neither this shell nor inherited descriptors; its transport is in the system tests. */
function unixTest(name: string, run: () => Promise<void>): void {
  const onWindows = Deno.build.os === "windows";
  Deno.test({ name: onWindows ? `${name} (skipped: needs a Unix shell)` : name, ignore: onWindows, fn: run });
}

unixTest(
  "browserDriver() sends and receives whole messages, whatever they contain",
  () =>
    withScript("exec cat <&3 >&4", async (browser) => {
      const messages = ['{"id":1}', "ünïcödé \u{1f600}\n", "x".repeat(1_000_000), "last"];
      for (const message of messages) browser.send(message);
      for (const message of messages) assert.equal(await browser.receive(), message);
    }),
);

unixTest(
  "browserDriver() creates a private profile and passes it as the first argument",
  () =>
    withScript('printf "%s|" "$@" >&4; printf "\\0" >&4', async (browser, directory) => {
      const profile = `${directory}/data/profile`;
      assert.equal(
        await browser.receive(),
        `--remote-debugging-pipe|--user-data-dir=${profile}|--first|a b|`,
      );
      for (const path of [profile, `${directory}/data`]) {
        assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o700);
      }
    }),
);

unixTest(
  "browserDriver() hides withheld variables from the browser, and keeps ours unchanged",
  async () => {
    Deno.env.set("ATMOS_TEST_WITHHELD", "not-a-real-secret");
    try {
      await withScript('printf "<%s>\\0" "${ATMOS_TEST_WITHHELD-unset}" >&4', async (browser) => {
        assert.equal(await browser.receive(), "<unset>");
      }, ["ATMOS_TEST_WITHHELD", "ATMOS_TEST_ABSENT"]);
      assert.equal(Deno.env.get("ATMOS_TEST_WITHHELD"), "not-a-real-secret");
    } finally {
      Deno.env.delete("ATMOS_TEST_WITHHELD");
    }
  },
);

unixTest(
  "browserDriver() reports that the browser exited, and drops half a message",
  () =>
    withScript('printf "whole\\0half" >&4', async (browser) => {
      assert.equal(await browser.receive(), "whole");
      assert.equal(await browser.receive(), undefined);
      browser.send("nobody listens");
      assert.equal(await browser.receive(), undefined);
    }),
);

unixTest(
  "browserDriver() kills a browser that does not exit by itself",
  () =>
    withScript("printf '%s\\0' $$ >&4; exec sleep 600", async (browser) => {
      const pid = Number(await browser.receive());
      Deno.kill(pid, "SIGCONT");
      await browser[Symbol.asyncDispose]();
      assert.throws(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
    }),
);

unixTest("browserDriver() names a program that is missing or not executable", async () => {
  const profile = await Deno.makeTempDir({ prefix: "atmos-browser-" });
  try {
    for (
      const [program, code] of [["/nowhere/chrome", "command-not-found"], [profile, "command-not-executable"]]
    ) {
      await using browser = await browserDriver("linux")({ program: program ?? "", profile, args: [] });
      await assert.rejects(browser.receive(), { code });
    }
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
});
