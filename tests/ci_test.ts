import assert from "node:assert/strict";
import { canAsk, isCi, wantsAnsi, wantsColor, wantsOutputColor } from "../lib/ci.ts";
import { isOffWord } from "../lib/switch.ts";

const env = (variables: Record<string, string>) => (name: string): string | undefined => variables[name];
const TERMINALS = { stdinIsTerminal: true, stderrIsTerminal: true };

Deno.test("isCi() knows a CI system by its variables, even empty ones", () => {
  const systems = [{ CI: "true" }, { CI: "TRUE" }, { GITHUB_ACTIONS: "" }, { GITLAB_CI: "true" }, {
    bamboo_planKey: "x",
  }];
  assert.ok(systems.every((variables) => isCi(env(variables))));
  assert.ok(isCi(env({ JENKINS_URL: "x", BUILD_ID: "1" })) && isCi(env({ CI_NAME: "codeship" })));
  for (
    const variables of [{}, { CI: "false" }, { CI: "" }, { CI: "1" }, { JENKINS_URL: "x" }, {
      CI_NAME: "mine",
    }]
  ) {
    assert.ok(!isCi(env(variables)), JSON.stringify(variables));
  }
});

Deno.test("canAsk() wants terminals on both sides, no CI, and no word against it", () => {
  assert.ok(canAsk(env({}), TERMINALS));
  assert.ok(!canAsk(env({}), { ...TERMINALS, stdinIsTerminal: false }));
  assert.ok(!canAsk(env({}), { ...TERMINALS, stderrIsTerminal: false }));
  assert.ok(!canAsk(env({ CI: "true" }), TERMINALS));
  for (const off of ["false", "0", "No", " OFF "]) {
    assert.ok(!canAsk(env({ ATMOS_INTERACTIVE: off }), TERMINALS));
  }
  assert.ok(canAsk(env({ ATMOS_INTERACTIVE: "true" }), TERMINALS));
});

Deno.test("ATMOS_FORCE_TTY stands for terminals, and does not make a CI system a person", () => {
  const none = { stdinIsTerminal: false, stderrIsTerminal: false };
  assert.ok(
    canAsk(env({ ATMOS_FORCE_TTY: "true" }), none) && wantsAnsi(env({ ATMOS_FORCE_TTY: "1" }), false),
  );
  assert.ok(!canAsk(env({ ATMOS_FORCE_TTY: "false" }), none) && !canAsk(env({ ATMOS_FORCE_TTY: "" }), none));
  assert.ok(!canAsk(env({ ATMOS_FORCE_TTY: "true", CI: "true" }), none));
});

Deno.test("isOffWord() knows the words of Atmos", () => {
  assert.deepEqual(["false", "0", "NO", "Off", "", "true", "offline"].map(isOffWord), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("wantsColor() follows the terminal until a variable says otherwise; NO_COLOR is the strongest", () => {
  const onTerminal = (variables: Record<string, string>) => wantsColor(env(variables), true);
  const elsewhere = (variables: Record<string, string>) => wantsColor(env(variables), false);
  assert.deepEqual([onTerminal({}), elsewhere({}), onTerminal({ TERM: "dumb" })], [true, false, false]);
  for (
    const off of [{ NO_COLOR: "1" }, { NO_COLOR: "0" }, { CLICOLOR: "0" }, { FORCE_COLOR: "0" }, {
      ATMOS_NO_COLOR: "true",
    }]
  ) assert.equal(onTerminal(off), false, JSON.stringify(off));
  for (
    const on of [{ FORCE_COLOR: "1" }, { CLICOLOR_FORCE: "1" }, { ATMOS_FORCE_COLOR: "true" }, {
      FORCE_COLOR: "3",
      CLICOLOR: "0",
    }]
  ) assert.equal(elsewhere(on), true, JSON.stringify(on));
  assert.equal(onTerminal({ NO_COLOR: "" }), true);
  assert.equal(onTerminal({ CLICOLOR: "1", ATMOS_NO_COLOR: "false" }), true);
  assert.equal(elsewhere({ NO_COLOR: "1", FORCE_COLOR: "1" }), false);
});

Deno.test("wantsOutputColor() follows standard output's own terminal, not a pretended one, until a variable says otherwise", () => {
  const asked = (isTerminal: boolean, variables: Record<string, string> = {}) =>
    wantsOutputColor(env(variables), isTerminal);
  assert.deepEqual([asked(true), asked(false), asked(true, { TERM: "dumb" })], [true, false, false]);
  assert.deepEqual([asked(false, { ATMOS_FORCE_TTY: "true" }), asked(false, { FORCE_COLOR: "1" })], [
    false,
    true,
  ]);
  assert.equal(asked(true, { NO_COLOR: "1", FORCE_COLOR: "1" }), false);
});
