import assert from "node:assert/strict";
import type { BrowserCommand, Command } from "../../lib/host.ts";
import { INHERITED_CREDENTIALS } from "../../lib/session_variables.ts";
import { withholding } from "../../lib/session/withholding.ts";
import { fakeHost } from "../fake_host.ts";

const COMMAND: Command = { program: "x", args: [], environment: { set: {}, unset: [] }, stdio: "inherit" };

Deno.test("withholding() keeps variables from every child, in layers, and asks for their names each time", async () => {
  const state = { name: "A" };
  const fake = fakeHost({ run: () => ({}) });
  const host = withholding(withholding(fake, () => ["OUTER"]), () => [state.name]);
  await host.run(COMMAND);
  state.name = "B";
  await host.run({ ...COMMAND, withheld: ["GIVEN"] });
  assert.deepEqual(fake.commands.map(({ withheld }) => withheld), [["A", "OUTER"], ["GIVEN", "B", "OUTER"]]);
});

Deno.test("withholding() lets this very program have what it needs", async () => {
  const fake = fakeHost({ run: () => ({}) });
  const host = withholding(fake, () => ["A"]);
  await host.run({ ...COMMAND, program: "/usr/local/bin/atmos", args: ["auth", "whoami"] });
  await host.run({ ...COMMAND, program: "atmos" });
  assert.deepEqual(fake.commands.map(({ withheld }) => withheld), [undefined, ["A"]]);
});

Deno.test("withholding() keeps the person's credentials from browsers and helpers", async () => {
  const opened: (readonly string[] | undefined)[] = [];
  const browsers: BrowserCommand[] = [];
  const nothing = {
    send: () => {},
    receive: () => Promise.resolve(undefined),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const fake = fakeHost({
    run: () => ({}),
    browse: (command) => {
      browsers.push(command);
      return nothing;
    },
  });
  const host = withholding(
    Object.assign(fake, {
      openUrl: (_: URL, withheld?: readonly string[]) => {
        opened.push(withheld);
        return Promise.resolve(true);
      },
    }),
    () => ["A"],
  );
  await host.openUrl(new URL("https://example.com"));
  await host.browse?.({ program: "chromium", profile: "/p", args: [] });
  await host.run({ ...COMMAND, isHelper: true });
  const all = ["A", ...INHERITED_CREDENTIALS];
  assert.deepEqual([opened[0], browsers[0]?.withheld, fake.commands[0]?.withheld], [all, all, all]);
});
