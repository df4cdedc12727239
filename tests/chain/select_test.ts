import assert from "node:assert/strict";
import fc from "fast-check";
import {
  disabledBy,
  resolveName,
  selectIdentity,
  type Selection,
  type Wish,
} from "../../lib/chain/select.ts";
import { isOffWord } from "../../lib/switch.ts";
import { auth, blocked, entry, permissionSet } from "./samples.ts";

const NONE: Wish = { flag: undefined, variable: undefined };
const named = (name: string): Selection => ({ type: "named", name });

/** Identities of these names, in this order; those in `defaults` are marked. */
function config(names: readonly string[], defaults: readonly string[] = []) {
  return auth(
    Object.fromEntries(
      names.map((name) => [name, entry(name, permissionSet("sso"), { isDefault: defaults.includes(name) })]),
    ),
  );
}

const off = fc.constantFrom("false", "0", "no", "off").chain((word) =>
  fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }).map((upper) =>
    [...word].map((letter, index) => upper[index] ? letter.toUpperCase() : letter).join("")
  )
);

Deno.test("isOffWord() knows false, 0, no and off in any case", () => {
  fc.assert(fc.property(off, (word) => isOffWord(word)));
  for (const word of ["", "true", "1", "yes", "none", "offf", "n", "00", "f"]) {
    assert.equal(isOffWord(word), false, word);
  }
});

Deno.test("disabledBy() lets the flag beat the variable, both ways", () => {
  fc.assert(fc.property(off, off, (flag, variable) => {
    assert.equal(disabledBy({ flag, variable: undefined }), "flag");
    assert.equal(disabledBy({ flag, variable: "prod" }), "flag");
    assert.equal(disabledBy({ flag, variable }), "flag");
    assert.equal(disabledBy({ flag: undefined, variable }), "variable");
    assert.equal(disabledBy({ flag: "prod", variable }), undefined);
    assert.equal(disabledBy({ flag: true, variable }), undefined, "a bare flag asks");
    assert.equal(disabledBy({ flag: "", variable }), undefined, "--identity= asks");
  }));
  assert.equal(disabledBy(NONE), undefined);
  assert.equal(disabledBy({ flag: undefined, variable: "" }), undefined);
});

Deno.test("selectIdentity() is off before the configuration is looked at", () => {
  const empty = config([]);
  assert.deepEqual(selectIdentity(empty, { flag: "OFF", variable: undefined }), {
    type: "disabled",
    by: "flag",
  });
  assert.deepEqual(selectIdentity(empty, { flag: undefined, variable: "False" }), {
    type: "disabled",
    by: "variable",
  });
});

Deno.test("selectIdentity() takes the flag over the variable over the default", () => {
  const three = config(["a", "b", "c"], ["c"]);
  assert.deepEqual(selectIdentity(three, { flag: "a", variable: "b" }), named("a"));
  assert.deepEqual(selectIdentity(three, { flag: undefined, variable: "b" }), named("b"));
  assert.deepEqual(selectIdentity(three, NONE), named("c"));
  assert.deepEqual(selectIdentity(three, { flag: undefined, variable: "" }), named("c"), "empty is not set");
});

Deno.test("selectIdentity() uses the only identity without asking, default or not, blocked or not", () => {
  assert.deepEqual(selectIdentity(config(["only"]), NONE), named("only"));
  assert.deepEqual(selectIdentity(auth({ only: blocked("only") }), NONE), named("only"));
});

Deno.test("selectIdentity() uses the only default even when it is blocked: it is still what was meant", () => {
  const half = auth({ broken: blocked("broken", { isDefault: true }), sound: permissionSet("sso") });
  assert.deepEqual(selectIdentity(half, NONE), named("broken"));
});

Deno.test("selectIdentity() asks among several defaults, in the words of the program", () => {
  assert.deepEqual(selectIdentity(config(["z", "b", "a"], ["z", "a"]), NONE), {
    type: "ask",
    why: "several-defaults",
    question: "Multiple default identities found. Please choose one:",
    among: ["a", "z"],
  });
});

Deno.test("selectIdentity() asks among all when none is the default", () => {
  assert.deepEqual(selectIdentity(config(["b", "a"]), NONE), {
    type: "ask",
    why: "no-default",
    question: "No default identity configured. Please choose an identity:",
    among: ["a", "b"],
  });
});

Deno.test("selectIdentity() asks among all for a bare or empty flag, whatever else is set", () => {
  for (const flag of [true, ""] as const) {
    assert.deepEqual(selectIdentity(config(["b", "a"], ["a"]), { flag, variable: "b" }), {
      type: "ask",
      why: "wished",
      question: "Select an identity:",
      among: ["a", "b"],
    });
  }
});

Deno.test("selectIdentity() asks even for one identity when the flag is bare", () => {
  const selection = selectIdentity(config(["only"]), { flag: true, variable: undefined });
  assert.deepEqual(selection, {
    type: "ask",
    why: "wished",
    question: "Select an identity:",
    among: ["only"],
  });
});

Deno.test("selectIdentity() refuses a configuration without identities", () => {
  assert.throws(() => selectIdentity(config([]), NONE), {
    code: "config-invalid",
    exitCode: 2,
    where: "auth.identities",
  });
});

Deno.test("selectIdentity() names the nearest for an unknown name", () => {
  const several = config(["production", "staging", "sandbox"]);
  for (
    const wish of [{ flag: "prodution", variable: undefined }, { flag: undefined, variable: "prodution" }]
  ) {
    assert.throws(() => selectIdentity(several, wish), {
      code: "not-found",
      exitCode: 2,
      message: 'Cannot find the identity "prodution": it is not defined in auth.identities',
      hints: ['Did you mean "production"?', "Run `atmos auth list` to see what is configured"],
    });
  }
});

Deno.test("selectIdentity() suggests nothing when nothing is near", () => {
  assert.throws(() => selectIdentity(config(["production"]), { flag: "zebra", variable: undefined }), {
    code: "not-found",
    hints: ["Run `atmos auth list` to see what is configured"],
  });
});

Deno.test("resolveName() prefers the exact spelling, then any case, and returns it as written", () => {
  const { identities } = config(["Prod", "prod", "Stage.One/x"]);
  assert.equal(resolveName(identities, "prod", "identity"), "prod");
  assert.equal(resolveName(identities, "Prod", "identity"), "Prod");
  assert.equal(resolveName(identities, "STAGE.ONE/X", "identity"), "Stage.One/x");
});

Deno.test("resolveName() refuses a name that fits two entries in another case", () => {
  assert.throws(() => resolveName(config(["Prod", "prod"]).identities, "PROD", "identity"), {
    code: "identity-ambiguous",
    exitCode: 2,
    message: 'Cannot choose the identity "PROD": "Prod" and "prod" differ only in case',
    hints: ["Write the name exactly as it stands in the configuration"],
  });
});

Deno.test("resolveName() finds any name by itself, whatever its characters", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.nat(), (names, index) => {
    const name = names[index % names.length] ?? "";
    assert.equal(resolveName(new Map(names.map((key) => [key, entry(key, 1)])), name, "provider"), name);
  }));
});

Deno.test("selectIdentity() never offers a name that is not configured", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(names, fc.func(fc.boolean()), (all, isDefault) => {
    const selection = selectIdentity(config(all, all.filter((name) => isDefault(name))), NONE);
    const offered = selection.type === "ask"
      ? selection.among
      : selection.type === "named"
      ? [selection.name]
      : [];
    assert.ok(offered.length > 0 && offered.every((name) => all.includes(name)));
  }));
});

Deno.test("selectIdentity() asks about no identity that could not be used, and keeps a broken default", () => {
  const unsupported = entry(
    "gcp",
    { kind: "unsupported", declaredKind: "gcp/project", via: undefined } as const,
  );
  const broken = auth({
    good: entry("good", permissionSet("sso")),
    bad: blocked("bad"),
    also: entry("also", permissionSet("sso")),
    gcp: unsupported,
  });
  for (const flag of [true, "", undefined] as const) {
    const selection = selectIdentity(broken, { flag, variable: undefined });
    assert.deepEqual(selection.type === "ask" && selection.among, ["also", "good"]);
  }
  const withDefault = auth({
    good: entry("good", permissionSet("sso")),
    bad: blocked("bad", { isDefault: true }),
  });
  assert.deepEqual(selectIdentity(withDefault, NONE), named("bad"));
  assert.deepEqual(selectIdentity(auth({ bad: blocked("bad") }), NONE), named("bad"));
  assert.throws(() => selectIdentity(auth({ bad: blocked("bad"), gcp: unsupported }), NONE), {
    code: "config-invalid",
    message: "Cannot choose an identity: none of them can be used",
  });
});
