import assert from "node:assert/strict";
import { GLOBAL_FLAGS } from "../../lib/cli/line/globals.ts";
import { longName } from "../../lib/cli/line/flags.ts";
import { manualPage, roff } from "../../scripts/man.ts";
import { isInstalled, testIf } from "../system/program.ts";

Deno.test("roff() leaves no character a meaning of its own", () => {
  assert.equal(roff(".x\n'y\n a.b --c \\d"), "\\&.x\n\\&'y\n a.b \\-\\-c \\ed");
});

Deno.test("the manual page has every command, every global flag and every exit code of the README", async () => {
  const page = await manualPage();
  for (const path of ["auth login", "auth env", "auth user configure", "auth keyring passwd"]) {
    assert.match(page, new RegExp(`^\\.SS atmos ${path}$`, "m"));
  }
  for (const key of Object.keys(GLOBAL_FLAGS)) {
    assert.ok(page.includes(`\\fB${roff(longName(key))}\\fR`), key);
  }
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const codes = [...readme.matchAll(/^\| (\d+(?: \/ \d+)*) *\| /gm)].map(([, code]) =>
    (code ?? "").replace(" / ", ", ")
  );
  assert.ok(codes.length >= 9);
  for (const code of codes) assert.ok(page.includes(`.TP\n\\fB${code}\\fR\n`), code);
});

testIf(
  await isInstalled("groff"),
  "groff is not installed",
  "groff has nothing to say against the manual page",
  async () => {
    const child = new Deno.Command("groff", {
      args: ["-man", "-Tutf8", "-ww", "-z"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(await manualPage()));
    await writer.close();
    const { success, stderr } = await child.output();
    assert.deepEqual([success, new TextDecoder().decode(stderr)], [true, ""]);
  },
);
