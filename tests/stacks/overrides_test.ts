import assert from "node:assert/strict";
import { loadComponent } from "../../lib/stacks/find.ts";
import { componentOf, plain, projectOf, yaml } from "./setup.ts";

const DEV = "stacks/deploy/dev.yaml";

Deno.test("overrides are for the components of their manifest, of what it imports and of what imports it", async () => {
  const files = {
    "stacks/teams/net.yaml": yaml`
      import: [catalog/vpc]
      terraform:
        overrides: { vars: { team: net, tier: net } }
      overrides: { env: { TEAM: net } }
    `,
    "stacks/catalog/vpc.yaml": "components: { terraform: { vpc: { vars: { team: none } } } }\n",
    [DEV]: yaml`
      import: [teams/net]
      vars: { stage: dev, team: top }
      components:
        terraform:
          app: {}
          vpc: { vars: { tier: own, size: 3 } }
    `,
  };
  const [vpc, app] = [await componentOf(files, "vpc", "dev"), await componentOf(files, "app", "dev")];
  assert.deepEqual([plain(vpc, "vars"), vpc.env], [
    { stage: "dev", team: "net", tier: "net", size: 3 },
    { TEAM: "net" },
  ]);
  assert.deepEqual([plain(app, "vars"), app.env], [{ stage: "dev", team: "net", tier: "net" }, {
    TEAM: "net",
  }]);
  assert.equal(vpc.sections.entries.has("overrides"), false);
});

const CATALOG = {
  "stacks/catalog/one.yaml": "components: { terraform: { one: { vars: { own: 1 } } } }\n",
  "stacks/catalog/two.yaml": "components: { terraform: { two: } }\n",
  "stacks/teams/overrides.yaml": "overrides: { vars: { team: imported, also: imported } }\n",
};

/** The vars of every component of `dev`, without its stage. */
async function varsOf(manifest: string, more: Readonly<Record<string, string>> = {}, lists = "replace") {
  const project = await projectOf({ [DEV]: `vars: { stage: dev }\n${manifest}`, ...CATALOG, ...more }, {
    env: { ATMOS_SETTINGS_LIST_MERGE_STRATEGY: lists },
  });
  const made = async (name: string) => {
    const { stage: _, ...others } = Object(
      plain(await loadComponent(project, { type: "terraform", name, stack: "dev" }), "vars"),
    );
    return others;
  };
  return { one: await made("one"), two: await made("two") };
}

Deno.test("imported overrides are for what is imported behind them, and for no component before", async () => {
  assert.deepEqual(await varsOf("import: [catalog/one, teams/overrides, catalog/two]\n"), {
    one: { own: 1 },
    two: { team: "imported", also: "imported" },
  });
  assert.deepEqual(await varsOf("import: [catalog/one, catalog/two, teams/overrides]\n"), {
    one: { own: 1 },
    two: {},
  });
});

Deno.test("overrides of a manifest are for all that it imports, and come over imported ones", async () => {
  const own = "overrides: { vars: { team: own } }\n";
  assert.deepEqual(await varsOf(`import: [catalog/one, teams/overrides, catalog/two]\n${own}`), {
    one: { own: 1, team: "own" },
    two: { team: "own", also: "imported" },
  });
});

Deno.test("lists of overrides are appended once each, however often their manifest is passed", async () => {
  const more = {
    "stacks/teams/overrides.yaml": "import: [teams/more]\noverrides: { vars: { list: [a] } }\n",
    "stacks/teams/more.yaml": "overrides: { vars: { list: [b] } }\n",
  };
  const items = Array.from({ length: 30 }, () => "teams/overrides").join(", ");
  const { two } = await varsOf(`import: [catalog/one, ${items}, catalog/two]\n`, more, "append");
  assert.deepEqual(two, { list: ["b", "a"] });
});

Deno.test("manifests with overrides that import each other in too many ways are refused, and soon", async () => {
  const levels = Array.from({ length: 30 }, (_, level) => [
    `stacks/teams/${level}.yaml`,
    `import: [teams/${level + 1}, teams/${level + 1}]\noverrides: { vars: { x: ${level} } }\n`,
  ]);
  const more = { ...Object.fromEntries(levels), "stacks/teams/30.yaml": "vars: { y: 1 }\n" };
  await assert.rejects(varsOf("import: [teams/0, catalog/one, catalog/two]\n", more), {
    code: "config-invalid",
    message: /manifests with overrides are imported at more than 10000 places$/,
  });
});
