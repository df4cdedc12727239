import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { BY_STAGE, componentOf, plain, yaml } from "./setup.ts";

const DEV = "stacks/deploy/dev.yaml";

/** A component `it` of the stack `dev`, whose manifest is this. */
const it = (manifest: string, more: Readonly<Record<string, string>> = {}, env = {}) =>
  componentOf({ [DEV]: `vars: { stage: dev }\n${manifest}`, ...more }, "it", "dev", { env });

Deno.test("a component is the manifest, the type, base components, itself and overrides, merged in that order", async () => {
  const component = await componentOf(
    {
      [DEV]: yaml`
      vars: { stage: dev, a: top, b: top, c: top, d: top, e: top }
      terraform:
        vars: { b: type, c: type, d: type, e: type }
        overrides:
          vars: { e: overrides }
      components:
        terraform:
          base:
            metadata: { type: abstract }
            vars: { c: base, d: base, e: base }
          vpc:
            metadata: { inherits: [base] }
            vars: { d: component, e: component }
    `,
    },
    "vpc",
    "dev",
  );
  assert.deepEqual(plain(component, "vars"), {
    stage: "dev",
    a: "top",
    b: "type",
    c: "base",
    d: "component",
    e: "overrides",
  });
  assert.deepEqual(component.inherits, ["base"]);
  assert.equal(component.file, `/work/${DEV}`);
  assert.equal(component.directory, "/work/components/terraform/vpc");
});

Deno.test("base components come in the order of inherits, each behind its own, and the last one wins", async () => {
  const component = await it(yaml`
    components:
      terraform:
        root: { vars: { from: root, root: 1 } }
        left: { metadata: { inherits: [root] }, vars: { from: left, left: 1 } }
        right: { metadata: { inherits: [root] }, vars: { right: 1 } }
        it: { metadata: { inherits: [left, right] } }
  `);
  // The chain of \`right\` begins with \`root\`, and comes over that of \`left\` as a whole.
  assert.deepEqual(plain(component, "vars"), { stage: "dev", from: "root", root: 1, left: 1, right: 1 });
  assert.deepEqual(component.inherits, ["right", "root", "left"]);
});

Deno.test("the older key component names a base component and, through it, the code", async () => {
  const component = await it(yaml`
    components:
      terraform:
        infra/base: { metadata: { component: infra/vpc }, vars: { x: 1 } }
        it: { component: infra/base }
  `);
  assert.deepEqual(plain(component, "vars"), { stage: "dev", x: 1 });
  assert.equal(component.folder, "infra/vpc");
  assert.equal(component.workspace, "dev-it");
});

Deno.test("metadata is inherited, but for what a base inherits from, and that it is one", async () => {
  const manifest = yaml`
    components:
      terraform:
        base:
          metadata: { type: abstract, component: vpc, locked: true, name: net, inherits: [] }
        it: { metadata: { inherits: [base] } }
  `;
  const component = await it(manifest);
  assert.deepEqual([component.isAbstract, component.isLocked, component.folder], [false, true, "vpc"]);
  assert.deepEqual(plain(component, "metadata"), {
    component: "vpc",
    locked: true,
    name: "net",
    inherits: ["base"],
  });
  const atmos = BY_STAGE.replace("stacks:\n", "stacks:\n  inherit: { metadata: false }\n");
  const alone = await it(manifest, { "atmos.yaml": atmos });
  assert.deepEqual([alone.isLocked, alone.folder], [false, "it"]);
});

Deno.test("a component without anything of its own has what is imported", async () => {
  const component = await componentOf(
    {
      "stacks/catalog/vpc.yaml": "components: { terraform: { vpc: { vars: { size: 1 } } } }\n",
      [DEV]: "import: catalog/vpc\nvars: { stage: dev }\ncomponents: { terraform: { vpc: } }\n",
    },
    "vpc",
    "dev",
  );
  assert.deepEqual(plain(component, "vars"), { stage: "dev", size: 1 });
});

Deno.test("lists meet as settings.list_merge_strategy says", async () => {
  const manifest = yaml`
    terraform: { vars: { zones: [a, b] } }
    components: { terraform: { it: { vars: { zones: [c] } } } }
  `;
  const zones = async (atmos: string, env = {}) => {
    const component = await it(manifest, { "atmos.yaml": BY_STAGE + atmos }, env);
    return plain(component, "vars");
  };
  assert.deepEqual(await zones(""), { stage: "dev", zones: ["c"] });
  assert.deepEqual(await zones("settings: { list_merge_strategy: append }\n"), {
    stage: "dev",
    zones: ["a", "b", "c"],
  });
  assert.deepEqual(await zones("", { ATMOS_SETTINGS_LIST_MERGE_STRATEGY: "merge" }), {
    stage: "dev",
    zones: ["a", "b"],
  });
  await assert.rejects(
    zones("settings: { list_merge_strategy: sideways }\n"),
    (error) => isAuthError(error, "config-invalid") && error.at?.line === 10,
  );
});

Deno.test("env of atmos.yaml is below that of the stacks, and a null takes a variable away", async () => {
  const atmos = BY_STAGE + "env: { A: atmos, B: atmos, N: 1 }\n";
  const component = await it("components: { terraform: { it: { env: { B: own, C: null, D: true } } } }\n", {
    "atmos.yaml": atmos,
  });
  assert.deepEqual(component.env, { A: "atmos", N: "1", B: "own", C: null, D: "true" });
});

Deno.test("!env is the component's own variable, then the environment's, then the default", async () => {
  const manifest = yaml`
    components:
      terraform:
        it:
          env: { OWN: own, FROM: !env OUTER }
          vars: { own: !env OWN, outer: !env OUTER, from: !env FROM, fallback: !env NOWHERE "a b" }
  `;
  const component = await it(manifest, {}, { OWN: "environment", OUTER: "outer" });
  assert.deepEqual(plain(component, "vars"), {
    stage: "dev",
    own: "own",
    outer: "outer",
    from: "outer",
    fallback: "a b",
  });
});

Deno.test("a variable that is not set is a problem of the component that needs it, and of no other", async () => {
  const manifest = "components: { terraform: { it: { vars: { x: !env NOWHERE } }, other: {} } }\n";
  const files = { [DEV]: `vars: { stage: dev }\n${manifest}` };
  assert.equal((await componentOf(files, "other", "dev")).name, "other");
  await assert.rejects(componentOf(files, "it", "dev"), (error) => {
    assert.ok(isAuthError(error, "config-invalid"));
    assert.equal(
      error.message,
      "Cannot use the component it in dev: the variable NOWHERE is not set, and has no default",
    );
    assert.equal(error.where, "vars.x");
    assert.deepEqual(error.at, { file: `/work/${DEV}`, line: 2, column: 50 });
    return true;
  });
});

Deno.test("tags and templates that nobody evaluates are refused by name where a run would use them", async () => {
  const manifest = (section: string) =>
    `vars: { stage: dev }\ncomponents: { terraform: { it: { ${section} } } }\n`;
  const refusal = async (section: string, atmos = BY_STAGE) => {
    try {
      const files = { [DEV]: manifest(section), "atmos.yaml": atmos };
      await componentOf(files, "it", "dev");
      return undefined;
    } catch (error) {
      if (isAuthError(error, "config-invalid")) return error.message.replace(/.*?: /, "");
      throw error;
    }
  };
  assert.equal(
    await refusal("vars: { x: !terraform.output vpc id }"),
    "!terraform.output is not evaluated by this program",
  );
  assert.equal(await refusal("env: { X: !exec whoami }"), "!exec is not evaluated by this program");
  assert.equal(
    await refusal("backend: { s3: { bucket: '{{ .vars.stage }}-state' } }"),
    'it holds a template, "{{ .vars.stage }}", and templates are not rendered',
  );
  assert.equal(
    await refusal("vars: { x: !env 'A B C' }")?.then((text) => text?.slice(0, 15)),
    "!env takes a na",
  );
  assert.equal(await refusal("settings: { x: !store a b c, y: '{{ .z }}' }"), undefined);
  assert.equal(await refusal("vars: { x: !literal '{{ .z }}' }"), undefined);
  const off = BY_STAGE + "templates: { settings: { enabled: false } }\n";
  assert.equal(await refusal("vars: { x: '{{ .z }}' }", off), undefined);
});

Deno.test("!literal is the text itself", async () => {
  const component = await it("components: { terraform: { it: { vars: { x: !literal '{{ .z }}' } } } }\n");
  assert.deepEqual(plain(component, "vars"), { stage: "dev", x: "{{ .z }}" });
});

Deno.test("!include takes files of the project's tree, and no others", async () => {
  const files = { "stacks/shared/tags.yaml": "team: net\n", "/secret.yaml": "a: b\n" };
  const component = await it(
    "components: { terraform: { it: { vars: { tags: !include ../shared/tags.yaml, more: !include stacks/shared/tags.yaml } } } }\n",
    files,
  );
  assert.deepEqual(plain(component, "vars"), { stage: "dev", tags: { team: "net" }, more: { team: "net" } });
  const outside = it(
    "components: { terraform: { it: { vars: { x: !include /secret.yaml } } } }\n",
    files,
  );
  await assert.rejects(
    outside,
    (error) => isAuthError(error, "config-invalid") && /outside/.test(error.message),
  );
});

Deno.test("a base component that is not there is a problem, with the near name, file and line", async () => {
  const manifest = yaml`
    components:
      terraform:
        defaults: {}
        it: { metadata: { inherits: [default] } }
  `;
  await assert.rejects(it(manifest), (error) => {
    assert.ok(isAuthError(error, "config-invalid"));
    assert.match(error.message, /inherits from "default", which this stack does not have/);
    assert.deepEqual([error.at?.line, error.hints], [5, ['Did you mean "defaults"?']]);
    return true;
  });
});

Deno.test("components that inherit from each other are refused with the circle", async () => {
  const manifest = yaml`
    components:
      terraform:
        a: { metadata: { inherits: [b] } }
        b: { metadata: { inherits: [a] } }
        it: { metadata: { inherits: [a] } }
  `;
  await assert.rejects(
    it(manifest),
    (error) => isAuthError(error, "config-invalid") && /each other: a -> b -> a$/.test(error.message),
  );
});

Deno.test("what a component is stands in its metadata", async () => {
  const component = await it(
    "components: { terraform: { it: { metadata: { type: abstract, enabled: false, locked: true }, command: tofu } } }\n",
  );
  assert.deepEqual(
    [component.isAbstract, component.isEnabled, component.isLocked, component.command],
    [true, false, true, "tofu"],
  );
  const usual = await it("components: { terraform: { it: { vars: { enabled: false } } } }\n");
  assert.deepEqual([usual.isAbstract, usual.isEnabled, usual.isLocked, usual.command], [
    false,
    true,
    false,
    undefined,
  ]);
});

Deno.test("helmfile and packer components have directories of their own, and no workspace", async () => {
  const files = {
    [DEV]: yaml`
      vars: { stage: dev, all: 1 }
      helmfile: { vars: { kind: helm } }
      components:
        helmfile: { echo: { vars: { x: 1 } } }
        packer: { image: {} }
    `,
  };
  const echo = await componentOf(files, "echo", "dev", { type: "helmfile" });
  assert.deepEqual(plain(echo, "vars"), { stage: "dev", all: 1, kind: "helm", x: 1 });
  assert.deepEqual([echo.directory, echo.workspace], ["/work/components/helmfile/echo", undefined]);
  const image = await componentOf(files, "image", "dev", { type: "packer" });
  assert.equal(image.directory, "/work/components/packer/image");
});

Deno.test("a whole number that Go would round is refused, and one in quotes is not", async () => {
  const refusal = async (vars: string) => {
    try {
      await it(`components: { terraform: { it: { vars: { x: ${vars} } } } }\n`);
      return undefined;
    } catch (error) {
      return isAuthError(error, "config-invalid") ? [error.where, error.message] : error;
    }
  };
  for (
    const number of [
      "18446744073709551616",
      "-12345678901234567890",
      "+9_223_372_036_854_775_808",
      ".inf",
      "[.nan]",
    ]
  ) {
    const [where, text] = number.startsWith("[") ? ["vars.x[0]", number.slice(1, -1)] : ["vars.x", number];
    assert.deepEqual(await refusal(number), [
      where,
      `Cannot use the component it in dev: the number ${text} cannot be kept as it is written`,
    ]);
  }
  for (
    const number of [
      "9007199254740992",
      '"18446744073709551616"',
      "0xffffffffffffffff",
      "1e30",
      "0.1",
      "012345678901",
      "0o17",
    ]
  ) {
    assert.equal(await refusal(number), undefined);
  }
});

Deno.test("what should be a map and is something else is refused, wherever it stands, and nothing is not", async () => {
  const base = "base: { metadata: { type: abstract }, auth: !env AUTH }";
  const cases: readonly (readonly [manifest: string, reason: string, line: string])[] = [
    ["vars: [a]", "`vars` should be a map, and is a list", "it: {}"],
    ["terraform: x", "`terraform` should be a map, and is a text", "it: {}"],
    ["terraform: { env: [A=b] }", "`env` should be a map, and is a list", "it: {}"],
    ["x: 1", "`auth` should be a map, and is a text", "it: { auth: none }"],
    ["x: 1", "`auth` should be a map, and is !env", `${base}, it: { metadata: { inherits: [base] } }`],
    ["x: 1", "`vars` should be a map, and is a number", "it: { overrides: { vars: 1 } }"],
    ["x: 1", "`metadata` should be a map, and is a text", "it: { metadata: locked }"],
    ["x: 1", "`providers` should be a map, and is a list", "it: { providers: [aws] }"],
  ];
  for (const [top, reason, line] of cases) {
    await assert.rejects(
      componentOf(
        { "stacks/deploy/it.yaml": `name: it\n${top}\ncomponents: { terraform: { ${line} } }\n` },
        "it",
        "it",
      ),
      { code: "config-invalid", message: `Cannot use the component it in it: ${reason}` },
    );
  }
  const empty = "components: { terraform: { it: { vars: , env: ~, auth: , metadata: , overrides: } } }\n";
  assert.deepEqual(plain(await it(empty), "vars"), { stage: "dev" });
});

Deno.test("a lock and a switch understand the words for yes and no, and nothing else", async () => {
  const made = (metadata: string) => it(`components: { terraform: { it: { metadata: { ${metadata} } } } }\n`);
  const { isLocked, isEnabled } = await made("locked: yes, enabled: off");
  assert.deepEqual([isLocked, isEnabled], [true, false]);
  await assert.rejects(made("locked: ture"), {
    code: "config-invalid",
    where: "metadata.locked",
    message: 'Cannot use the component it in dev: "ture" is neither true nor false',
  });
  await assert.rejects(made("enabled: [true]"), {
    where: "metadata.enabled",
    message: "Cannot use the component it in dev: a list is neither true nor false",
  });
});

Deno.test("what is no name of a variable is refused: it would set another one, above the session", async () => {
  const line = "components: { terraform: { it: { env: { 'AWS_ACCESS_KEY_ID=x': y } } } }\n";
  await assert.rejects(it(line), {
    code: "config-invalid",
    where: "env",
    message: 'Cannot use the component it in dev: "AWS_ACCESS_KEY_ID=x" cannot be the name of a variable',
  });
  await assert.rejects(
    it("components: { terraform: { it: {} } }\n", { "atmos.yaml": `${BY_STAGE}env: { '': x }\n` }),
    { code: "config-invalid", message: /"" cannot be the name of a variable$/ },
  );
});
