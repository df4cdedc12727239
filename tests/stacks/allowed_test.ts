import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { assertAllowed } from "../../lib/stacks/allowed.ts";
import type { Component } from "../../lib/stacks/types.ts";
import { component } from "./terraform_samples.ts";

function refusal(changes: Partial<Component>, changing: boolean): string | undefined {
  try {
    assertAllowed(component(changes), "apply", changing);
    return undefined;
  } catch (error) {
    assert.ok(isAuthError(error, "config-invalid"));
    return `${error.where}: ${error.message}`;
  }
}

Deno.test("an abstract component runs nothing", () => {
  for (const changing of [true, false]) {
    assert.equal(
      refusal({ isAbstract: true }, changing),
      "components.terraform.myapp.metadata.type: Cannot run apply for myapp in dev: it is abstract",
    );
  }
});

Deno.test("a locked component is looked at, and not changed", () => {
  assert.equal(refusal({ isLocked: true }, false), undefined);
  assert.equal(
    refusal({ isLocked: true }, true),
    "components.terraform.myapp.metadata.locked: Cannot run apply for myapp in dev: it is locked",
  );
  assert.equal(refusal({}, true), undefined);
});
