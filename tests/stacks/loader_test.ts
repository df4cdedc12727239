import assert from "node:assert/strict";
import { readConfig } from "../../lib/config/load.ts";
import { isAuthError } from "../../lib/errors.ts";
import { loadComponent } from "../../lib/stacks/find.ts";
import { listStacks, loadProject, type Project } from "../../lib/stacks/loader.ts";
import { fakeHost } from "../fake_host.ts";
import { BY_STAGE, componentOf, plain, projectOf, yaml } from "./setup.ts";

const DEV = "stacks/deploy/dev.yaml";

/** `name (manifest)` of every stack. */
async function namesIn(project: Project): Promise<readonly string[]> {
  return (await listStacks(project)).map(({ name, manifest }) => `${name} (${manifest})`);
}

/** The vars of the component \`it\` of the stack \`dev\`. */
const varsIn = async (files: Readonly<Record<string, string>>) =>
  plain(await componentOf(files, "it", "dev"), "vars");

Deno.test("stacks are the manifests that the globs name, without the excluded ones", async () => {
  const manifest = (stage: string) => `vars: { stage: ${stage} }\n`;
  const project = await projectOf({
    [DEV]: manifest("dev"),
    "stacks/deploy/eu/prod.yml": manifest("prod"),
    "stacks/deploy/eu/_defaults.yaml": manifest("defaults"),
    "stacks/deploy/notes.md": "# not a manifest",
    "stacks/catalog/vpc.yaml": manifest("catalog"),
  });
  assert.deepEqual(await namesIn(project), ["dev (deploy/dev)", "prod (deploy/eu/prod)"]);
});

Deno.test("`base_path: .` in a file below .atmos.d is the directory that .atmos.d is in", async () => {
  const project = await projectOf({
    "atmos.yaml": "stacks: { base_path: stacks }\n",
    ".atmos.d/more/base.yaml": 'base_path: "."\n',
    [DEV]: "vars: { stage: dev }\n",
  });
  assert.equal(project.settings.basePath, "/work");
  assert.deepEqual(await namesIn(project), ["deploy/dev (deploy/dev)"]);
});

Deno.test("included and excluded paths go with and without extensions, and by variable", async () => {
  const files = {
    [DEV]: "vars: { stage: dev }\n",
    "stacks/deploy/test.yaml": "vars: { stage: test }\n",
    "stacks/other.yaml": "vars: { stage: other }\n",
  };
  const names = async (env: Readonly<Record<string, string>>) =>
    await namesIn(await projectOf(files, { env }));
  assert.deepEqual(await names({ ATMOS_STACKS_INCLUDED_PATHS: "other, deploy/dev.yaml" }), [
    "dev (deploy/dev)",
    "other (other)",
  ]);
  assert.deepEqual(await names({ ATMOS_STACKS_EXCLUDED_PATHS: "deploy/te*" }), ["dev (deploy/dev)"]);
});

Deno.test("imports come in order, a later one over an earlier one, the file itself over all of them", async () => {
  const component = (vars: string) => `components: { terraform: { it: { vars: ${vars} } } }\n`;
  assert.deepEqual(
    await varsIn({
      [DEV]: yaml`
        import:
          - catalog/one
          - path: catalog/two.yaml
          - ./beside
          - mixins/*
        vars: { stage: dev }
        components: { terraform: { it: { vars: { own: own } } } }
      `,
      "stacks/catalog/one.yaml": component("{ a: one, b: one, c: one, d: one, own: one }"),
      "stacks/catalog/two.yaml": component("{ b: two, c: two, d: two }"),
      "stacks/deploy/beside.yml": "import: ../mixins/nested/deep\n" + component("{ c: beside, d: beside }"),
      "stacks/mixins/nested/deep.yaml": component("{ e: deep }"),
      "stacks/mixins/d.yaml": component("{ d: mixin }"),
    }),
    { stage: "dev", a: "one", b: "two", c: "beside", d: "mixin", e: "deep", own: "own" },
  );
});

Deno.test("an import that leads nowhere is refused with its place, unless it may be missing", async () => {
  const manifest = (item: string) => ({
    [DEV]: `vars: { stage: dev }\nimport:\n  - ${item}\ncomponents: { terraform: { it: {} } }\n`,
  });
  await assert.rejects(varsIn(manifest("catalog/none")), (error) => {
    assert.ok(isAuthError(error, "config-invalid"));
    assert.match(error.message, /it imports "catalog\/none", and there is no such manifest$/);
    assert.deepEqual(error.at, { file: `/work/${DEV}`, line: 3, column: 5 });
    return true;
  });
  const missing = "{ path: catalog/none, skip_if_missing: true }";
  assert.deepEqual(await varsIn(manifest(missing)), { stage: "dev" });
});

Deno.test("what would need a template, a context or a download is refused by name", async () => {
  const files = { "stacks/catalog/x.yaml": "vars: { x: 1 }\n" };
  const refusal = async (item: string) => {
    const manifest = `vars: { stage: dev }\nimport: [${item}]\ncomponents: { terraform: { it: {} } }\n`;
    try {
      return await varsIn({ ...files, [DEV]: manifest });
    } catch (error) {
      return isAuthError(error, "config-invalid") ? error.message.replace(/^.*?yaml: /, "") : error;
    }
  };
  assert.match(String(await refusal("{ path: catalog/x, context: { a: b } }")), /has a `context`/);
  assert.match(String(await refusal("'catalog/{{ .x }}'")), /is a template/);
  assert.match(
    String(await refusal("'https://example.com/x.yaml'")),
    /is not imported: only local manifests are/,
  );
  assert.match(String(await refusal("{ x: y }")), /an import is the path of a manifest/);
  assert.deepEqual(await refusal("{ path: catalog/x, context: {} }"), { stage: "dev", x: 1 });
});

Deno.test("manifests that import each other are refused with the circle, whoever is asked first", async () => {
  const files = {
    [DEV]: "import: [catalog/a]\nvars: { stage: dev }\ncomponents: { terraform: { it: {} } }\n",
    "stacks/catalog/a.yaml": "import: [catalog/b]\n",
    "stacks/catalog/b.yaml": "import: [catalog/a]\n",
    "stacks/deploy/self.yaml":
      "import: [./self]\nvars: { stage: self }\ncomponents: { terraform: { it: {} } }\n",
  };
  const circle = "/work/stacks/catalog/a.yaml -> /work/stacks/catalog/b.yaml -> /work/stacks/catalog/a.yaml";
  await assert.rejects(
    componentOf(files, "it", "dev"),
    (error) => isAuthError(error, "config-invalid") && error.message.endsWith(`import each other: ${circle}`),
  );
  await assert.rejects(
    componentOf(files, "it", "self"),
    (error) => isAuthError(error, "config-invalid") && error.message.endsWith("the manifest imports itself"),
  );
});

Deno.test("a pattern may well name the manifest that it stands in", async () => {
  const files = {
    [DEV]: "import: ['deploy/*']\nvars: { stage: dev }\ncomponents: { terraform: { it: {} } }\n",
    "stacks/deploy/_defaults.yaml": "vars: { x: 1 }\n",
  };
  assert.deepEqual(await varsIn(files), { x: 1, stage: "dev" });
});

Deno.test("a manifest that cannot be read takes out of use what it makes, and no other stack", async () => {
  const files = {
    [DEV]: "vars: { stage: dev }\ncomponents: { terraform: { it: {} } }\n",
    "stacks/deploy/bad.yaml":
      "vars: { stage: bad }\nvars: { twice: true }\ncomponents: { terraform: { it: {} } }\n",
    "stacks/deploy/worse.yaml": "vars: [\n",
  };
  assert.deepEqual(await varsIn(files), { stage: "dev" });
  const project = await projectOf(files);
  const target = { type: "terraform", name: "it" } as const;
  await assert.rejects(
    loadComponent(project, { ...target, stack: "deploy/bad" }),
    (error) =>
      isAuthError(error, "config-invalid") && error.at?.line === 2 && /a second time/.test(error.message),
  );
  await assert.rejects(
    loadComponent(project, { ...target, stack: "nowhere" }),
    (error) =>
      isAuthError(error, "not-found") &&
      error.hints.some((hint) => hint.includes("/work/stacks/deploy/worse.yaml:")),
  );
});

Deno.test("a manifest that may not be read is told, and stops no other stack", async () => {
  const files = {
    [DEV]: "vars: { stage: dev }\ncomponents: { terraform: { it: {} } }\n",
    "stacks/deploy/locked.yaml": "vars: { stage: locked }\n",
  };
  const project = await projectOf(files, { unreadable: ["/work/stacks/deploy/locked.yaml"] });
  const faults = (await listStacks(project)).map((stack) => stack.faults.map(({ reason }) => reason));
  assert.equal(faults[0]?.length, 0);
  assert.match(faults[1]?.[0] ?? "", /locked\.yaml/);
  await loadComponent(project, { type: "terraform", name: "it", stack: "dev" });
});

Deno.test("a stack is called by its own name, else by the template, the pattern or its path", async () => {
  const files = {
    [DEV]: "vars: { tenant: acme, stage: dev }\n",
    "stacks/deploy/named.yaml": "name: my-own\nvars: { tenant: acme, stage: x }\n",
    "stacks/deploy/typed.yaml": "terraform: { vars: { tenant: acme, stage: typed } }\n",
    "stacks/deploy/less.yaml": "vars: { tenant: acme }\n",
  };
  const names = async (stacks: string) => {
    const settings = BY_STAGE.replace(/ {2}name_pattern.*\n/, stacks);
    return (await listStacks(await projectOf({ ...files, "atmos.yaml": settings }))).map(({ name }) => name);
  };
  assert.deepEqual(await names('  name_pattern: "{tenant}-{stage}"\n'), [
    "acme-dev",
    "deploy/less",
    "my-own",
    "acme-typed",
  ]);
  assert.deepEqual(
    await names('  name_pattern: "{stage}"\n  name_template: "{{ .vars.tenant }}/{{.vars.stage}}"\n'),
    ["acme/dev", "deploy/less", "my-own", "acme/typed"],
  );
  assert.deepEqual(await names(""), ["deploy/dev", "deploy/less", "my-own", "deploy/typed"]);
  await assert.rejects(
    names('  name_template: "{{ if .vars.x }}a{{ end }}"\n'),
    (error) => isAuthError(error, "config-invalid") && error.where === "stacks.name_template",
  );
});

Deno.test("where names are paths no other stack's manifest is read", async () => {
  const settings = BY_STAGE.replace(/ {2}name_pattern.*\n/, "");
  const project = await projectOf({
    "atmos.yaml": settings,
    [DEV]: "import: [catalog/x]\ncomponents: { terraform: { it: {} } }\n",
    "stacks/catalog/x.yaml": "vars: { x: 1 }\n",
    "stacks/deploy/prod.yaml": "components: { terraform: { it: {} } }\n",
  });
  await loadComponent(project, { type: "terraform", name: "it", stack: "deploy/dev" });
  assert.deepEqual([...project.files.keys()], [
    "/work/stacks/deploy/dev.yaml",
    "/work/stacks/catalog/x.yaml",
  ]);
});

Deno.test("every manifest is read once, however many import it", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `stacks/deploy/${index}.yaml`,
      `import: [catalog/x, catalog/y]\nvars: { stage: s${index} }\n`,
    ]),
  );
  const project = await projectOf({
    ...files,
    "stacks/catalog/x.yaml": "vars: { x: 1 }\n",
    "stacks/catalog/y.yaml": "import: catalog/x\n",
  });
  const { host } = project.reading.session;
  const read: string[] = [];
  const session = {
    ...project.reading.session,
    host: {
      ...host,
      env: host.env,
      files: {
        ...host.files,
        readBytes: (path: string) => {
          read.push(path);
          return host.files.readBytes(path);
        },
      },
    },
  };
  await listStacks({ ...project, reading: { ...project.reading, session } });
  assert.equal(read.length, 22);
  assert.equal(new Set(read).size, 22);
});

Deno.test("the base path of the project is the file's directory, or what is said of it", async () => {
  const manifest = "vars: { stage: dev }\n";
  const at = async (basePath: string, path: string, env = {}, more = {}) => {
    const text = BY_STAGE.replace('base_path: "."', `base_path: "${basePath}"`);
    return await namesIn(await projectOf({ "atmos.yaml": text, [path]: manifest, ...more }, { env }));
  };
  assert.deepEqual(await at(".", "stacks/deploy/x.yaml"), ["dev (deploy/x)"]);
  assert.deepEqual(await at("./infra", "infra/stacks/deploy/x.yaml"), ["dev (deploy/x)"]);
  assert.deepEqual(await at("", "stacks/deploy/x.yaml"), ["dev (deploy/x)"]);
  const elsewhere = (env = {}) => at("/elsewhere", "/elsewhere/stacks/deploy/x.yaml", env);
  await assert.rejects(elsewhere(), (error) => isAuthError(error, "untrusted"));
  assert.deepEqual(await elsewhere({ ATMOS_TRUST_CONFIG: "true" }), ["dev (deploy/x)"]);
  assert.deepEqual(await at(".", "infra/stacks/deploy/x.yaml", { ATMOS_BASE_PATH: "infra" }), [
    "dev (deploy/x)",
  ]);
  assert.deepEqual(await at(".", "other/deploy/x.yaml", { ATMOS_STACKS_BASE_PATH: "other" }), [
    "dev (deploy/x)",
  ]);
});

Deno.test("on Windows manifests are found and called by the same paths", async () => {
  const host = fakeHost({
    os: "windows",
    workingDirectory: "C:\\work",
    env: { USERPROFILE: "C:\\Users\\me" },
    files: {
      "C:\\work\\atmos.yaml": BY_STAGE.replace(/ {2}name_pattern.*\n/, ""),
      "C:\\work\\stacks\\deploy\\eu\\dev.yaml":
        "import: [catalog/x, ../beside]\ncomponents: { terraform: { net/vpc: {} } }\n",
      "C:\\work\\stacks\\deploy\\beside.yaml": "vars: { beside: 1 }\n",
      "C:\\work\\stacks\\catalog\\x.yaml": "vars: { x: 1 }\n",
    },
  });
  const project = await loadProject(await readConfig(host));
  assert.deepEqual(await namesIn(project), [
    "deploy/beside (deploy/beside)",
    "deploy/eu/dev (deploy/eu/dev)",
  ]);
  const target = { type: "terraform", name: "net/vpc", stack: "deploy/eu/dev" } as const;
  const component = await loadComponent(project, target);
  assert.deepEqual(plain(component, "vars"), { x: 1, beside: 1 });
  assert.equal(component.directory, "C:\\work\\components\\terraform\\net\\vpc");
});
