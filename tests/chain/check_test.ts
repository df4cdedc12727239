import assert from "node:assert/strict";
import { assertUsable, checkChains } from "../../lib/chain/check.ts";
import { planChain } from "../../lib/chain/plan.ts";
import { emptyMap } from "../../lib/config/raw.ts";
import type { LoadedConfig, Problem } from "../../lib/config/types.ts";
import { auth, blocked, permissionSet, problem, role } from "./samples.ts";

Deno.test("checkChains() gives a plan or its error for every identity, in their order", () => {
  const config = auth({
    z: permissionSet("sso"),
    broken: blocked("broken"),
    a: role({ identity: "z" }),
    loop: role({ identity: "loop" }),
  });
  const verdicts = checkChains(config);
  assert.deepEqual(
    verdicts.map((verdict) => [verdict.name, "plan" in verdict ? "planned" : verdict.error.code]),
    [["z", "planned"], ["broken", "config-invalid"], ["a", "planned"], ["loop", "config-invalid"]],
  );
  assert.deepEqual(verdicts[2], { name: "a", plan: planChain(config, "a") });
});

function loaded(problems: readonly Problem[], files: readonly string[] = ["/repo/atmos.yaml"]): LoadedConfig {
  return {
    auth: auth({}),
    asWritten: auth({}),
    problems,
    needs: [],
    trusting: () => Promise.resolve([]),
    foreignHomes: [],
    files: files.map((path) => ({ path, realPath: path, trusted: false, tree: "/repo" })),
    directory: "/repo",
    origins: () => new Map(),
    raw: emptyMap({ file: "/repo/atmos.yaml", line: 1, column: 1 }),
  };
}

const whole = (reason: string, with_: Partial<Problem> = {}) =>
  problem("x", { about: undefined, path: "auth", reason, hint: undefined, ...with_ });

Deno.test("assertUsable() lets problems of single entries and warnings pass", () => {
  assertUsable(loaded([]));
  assertUsable(loaded([problem("prod"), whole("odd", { severity: "warning", blocks: false })]));
});

Deno.test("assertUsable() refuses what could not be read as a whole, with its place", () => {
  assert.throws(() => assertUsable(loaded([problem("prod"), whole("it is not a map")])), {
    code: "config-invalid",
    exitCode: 2,
    message: "Cannot use the configuration: it is not a map",
    where: "auth",
    at: { file: "/repo/atmos.yaml", line: 7, column: 5 },
    hints: [],
  });
  assert.throws(() => assertUsable(loaded([whole("one", { hint: "Mend it" }), whole("two")])), {
    message: "Cannot use the configuration: one",
    hints: ["Mend it", "Run `atmos auth validate` to see every problem with its place"],
  });
});

Deno.test("assertUsable() says when there is no configuration, and what to do", () => {
  assert.throws(() => assertUsable(loaded([], [])), {
    code: "config-invalid",
    message: "Cannot find a configuration: there is no atmos.yaml here or above",
    hints: ["Create atmos.yaml with an `auth:` section, or name one with --config FILE"],
  });
});
