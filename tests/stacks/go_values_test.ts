import assert from "node:assert/strict";
import { componentDocument, describedText } from "../../lib/output/describe.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import { goManifest } from "../../lib/stacks/go_values.ts";
import { backendFile, terraformVarfile } from "../../lib/stacks/program_files.ts";
import { valueIn } from "../../lib/stacks/values.ts";
import { listStacks } from "../../lib/stacks/loader.ts";
import { componentOf, projectOf, yaml } from "./setup.ts";

const MANIFEST = yaml`
  vars: { stage: dev }
  settings: { limit: .inf, id: 9007199254740993 }
  components:
    terraform:
      it:
        backend_type: s3
        backend: { s3: { bucket: states, mode: 0644 } }
        vars:
          mode: 0644
          many: 1_000
          flags: [0b101, -0x10, 0o17]
          half: .5
          id: 9007199254740993
          day: 2026-11-23
          word: yes
          none: ~
          text: "0644"
          tagged: !!str 0644
          included: !include values.yaml
        env: { MODE: 0644, MANY: 1_000, RATE: 1.50, DAY: 2026-11-23, ACCOUNT: 012345678901, ID: 9007199254740993 }
        auth:
          identities:
            me: { kind: aws/permission-set, principal: { account: { id: 012345670123 } } }
`;
const FILES = {
  "stacks/deploy/dev.yaml": MANIFEST,
  "stacks/deploy/values.yaml": "mode: 0755\n",
};
const made = () => componentOf(FILES, "it", "dev");

Deno.test("files for Terraform hold the values that Go gives manifests, to the last digit", async () => {
  const component = await made();
  const { text } = terraformVarfile(component);
  assert.match(text, /"id": 9007199254740993,/);
  assert.deepEqual(JSON.parse(text), {
    stage: "dev",
    mode: 420,
    many: 1000,
    flags: [5, -16, 15],
    half: 0.5,
    id: 9007199254740992,
    day: "2026-11-23T00:00:00Z",
    word: "yes",
    none: null,
    text: "0644",
    tagged: "0644",
    included: { mode: 493 },
  });
  assert.match(backendFile(component).text, /"mode": 420/);
});

Deno.test("variables of the environment hold numbers as Go prints them, and account ids as they are written", async () => {
  const { env } = await made();
  assert.deepEqual({ ...env }, {
    MODE: "420",
    MANY: "1000",
    RATE: "1.5",
    DAY: "2026-11-23T00:00:00Z",
    ACCOUNT: "012345678901",
    ID: "9007199254740993",
  });
});

Deno.test("describe shows Go's values in YAML and JSON, and auth as it is written", async () => {
  const document = componentDocument(await made(), false);
  const text = describedText(document, "yaml");
  assert.match(text, /^ {4}limit: \.inf\n {4}id: 9007199254740993$/m);
  assert.match(text, /^ {4}day: "2026-11-23T00:00:00Z"$/m);
  assert.match(text, /^ {4}mode: 420$/m);
  const json = describedText(document, "json");
  assert.match(json, /"limit": "\.inf",\n {4}"id": 9007199254740993/);
  assert.deepEqual(document.auth, {
    identities: { me: { kind: "aws/permission-set", principal: { account: { id: "012345670123" } } } },
  });
});

Deno.test("goManifest() leaves auth alone wherever a manifest has one, and no variable of that name", () => {
  const { root } = parseYaml(
    yaml`
      auth: { id: 0644 }
      overrides: { auth: { id: 0644 } }
      vars: { auth: { id: 0644 } }
      terraform: { auth: { id: 0644 }, overrides: { auth: { id: 0644 } } }
      components: { terraform: { it: { auth: { id: 0644 }, vars: { auth: { id: 0644 } } } } }
    `,
    "/w/a.yaml",
  );
  const seen = goManifest(root);
  const idAt = (...path: readonly string[]) => {
    const node = valueIn(seen, ...path, "auth", "id");
    return node?.type === "scalar" ? node.text : undefined;
  };
  for (
    const path of [[], ["overrides"], ["terraform"], ["terraform", "overrides"], [
      "components",
      "terraform",
      "it",
    ]]
  ) {
    assert.equal(idAt(...path), "0644", path.join("."));
  }
  assert.equal(idAt("vars"), "420");
  assert.equal(idAt("components", "terraform", "it", "vars"), "420");
});

Deno.test("goManifest() gives back the very map where Go has no other opinion", () => {
  const { root } = parseYaml("vars: { a: 1, b: x, c: 1.5, d: [true, ~, .inf, 0x1f] }\n", "/w/a.yaml");
  const { root: same } = parseYaml("vars: { a: 1, b: x, c: 1.5, d: [true, ~] }\n", "/w/a.yaml");
  assert.equal(goManifest(same), same);
  assert.notEqual(goManifest(root), root);
});

Deno.test("a number or a date names no stack by a pattern, in any notation", async () => {
  for (const value of ["0b1", "1_0", "2026-11-23", "0644"]) {
    const stacks = await listStacks(
      await projectOf({
        "stacks/deploy/it.yaml": `vars: { stage: ${value} }\ncomponents: { terraform: { it: {} } }\n`,
      }),
    );
    assert.deepEqual(stacks.map(({ name }) => name), ["deploy/it"], value);
  }
});
