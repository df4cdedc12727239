import assert from "node:assert/strict";
import { textAt } from "../../lib/config/raw.ts";
import { FILE, linesOf, loadFiles } from "./setup.ts";

const user = "auth:\n  identities:\n    u: !include ";
const reasons = async (
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
) => {
  const loaded = await loadFiles(files, { links });
  return loaded.problems.map(({ code, path, reason }) => [code, path, reason]);
};

Deno.test("!include puts the value of a YAML or JSON file in its place, with places and all", async () => {
  const loaded = await loadFiles({
    [FILE]:
      `auth:\n  providers: !include ./parts/providers.yaml\n  identities:\n    u: !include parts/u.json\n`,
    "/work/parts/providers.yaml": "gh: {kind: github/oidc}\n",
    "/work/parts/u.json": '{"kind": "aws/user", "tags": ["a"]}',
  });
  assert.deepEqual(linesOf(loaded), [
    "/work/parts/providers.yaml:1:1 error missing-key auth.providers.gh.region",
  ]);
  assert.deepEqual(loaded.auth.identities.get("u")?.tags, ["a"]);
  assert.deepEqual(loaded.files.map(({ path }) => path), [
    "/work/parts/providers.yaml",
    "/work/parts/u.json",
    FILE,
  ]);
});

Deno.test("!include takes a list, a file that includes, and a path with blanks in quotes", async () => {
  const loaded = await loadFiles({
    [FILE]: `${user}a.yaml\n`,
    "/work/a.yaml": "kind: aws/user\ntags: !include '\"the tags.yaml\"'\n",
    "/work/the tags.yaml": "[one, two]\n",
  });
  assert.deepEqual([loaded.problems, loaded.auth.identities.get("u")?.tags], [[], ["one", "two"]]);
});

Deno.test("!include looks below base_path, too", async () => {
  const loaded = await loadFiles({
    [FILE]: `base_path: ./base\n${user}u.yaml\n`,
    "/work/base/u.yaml": "kind: aws/user\n",
  });
  assert.equal(loaded.auth.identities.get("u")?.config?.kind, "aws/user");
});

Deno.test("!include refuses a file outside its own file's tree or inside .git, by name or by link", async () => {
  const outside = "auth.identities.u";
  for (const name of ["../secret.yaml", "/secret.yaml"]) {
    assert.deepEqual(await reasons({ [FILE]: `${user}${name}\n`, "/secret.yaml": "kind: aws/user\n" }), [
      [
        "include-failed",
        outside,
        "cannot include /secret.yaml: it is outside /work or inside a .git directory",
      ],
    ]);
  }
  const files = { [FILE]: `${user}link.yaml\n`, "/secret.yaml": "kind: [broken\n" };
  assert.deepEqual(await reasons(files, { "/work/link.yaml": "/secret.yaml" }), [
    [
      "include-failed",
      outside,
      "cannot include /work/link.yaml: it is outside /work or inside a .git directory",
    ],
  ]);
  const git = { [FILE]: `${user}.git/u.yaml\n`, "/work/.git/u.yaml": "kind: aws/user\n" };
  assert.deepEqual(await reasons(git), [
    [
      "include-failed",
      outside,
      "cannot include /work/.git/u.yaml: it is outside /work or inside a .git directory",
    ],
  ]);
  const beside = { [FILE]: `${user}../work-2/u.yaml\n`, "/work-2/u.yaml": "kind: aws/user\n" };
  assert.deepEqual(await reasons(beside), [
    [
      "include-failed",
      outside,
      "cannot include /work-2/u.yaml: it is outside /work or inside a .git directory",
    ],
  ]);
});

Deno.test("!include says why a file is not included", async () => {
  const reason = async (name: string) => (await reasons({ [FILE]: `${user}${name}\n` }))[0]?.[2];
  assert.equal(await reason("none.yaml"), "cannot include /work/none.yaml: there is no such file");
  assert.equal(
    await reason("https://example.com/a.yaml"),
    "cannot include https://example.com/a.yaml: only local files are included",
  );
  assert.equal(await reason("a.env"), "cannot include a.env: only YAML and JSON are included");
  assert.equal(await reason("a.yaml .x"), "!include takes one path here, and no query");
  assert.equal(await reason("[a.yaml]"), "!include takes a path");
  assert.equal(await reason(`""`), "!include needs a path");
});

Deno.test("!include breaks circles, and names them", async () => {
  assert.deepEqual(
    await reasons({ [FILE]: `${user}a.yaml\n`, "/work/a.yaml": "kind: aws/user\nalias: !include a.yaml\n" }),
    [
      [
        "include-failed",
        "auth.identities.u.alias",
        "cannot include /work/a.yaml: it includes itself: /work/atmos.yaml -> /work/a.yaml -> /work/a.yaml",
      ],
    ],
  );
});

Deno.test("!include of a file that does not parse is a problem of that file", async () => {
  const loaded = await loadFiles({ [FILE]: `${user}a.yaml\n`, "/work/a.yaml": "kind: [\n" });
  assert.deepEqual(linesOf(loaded), [
    "/work/a.yaml:2:1 error syntax auth.identities.u",
    "3:17 error include-failed auth.identities.u",
  ]);
  assert.equal(loaded.auth.identities.get("u")?.config, undefined);
});

Deno.test("!include outside of auth that leads nowhere is nobody's problem here, and other tags are left alone", async () => {
  const loaded = await loadFiles({
    [FILE]: "env: !include .env\nbase_path: !repo-root\nx: !exec ls\ncommands: !include c.yaml\n",
    "/work/c.yaml": "[{name: c}]\n",
  });
  assert.deepEqual(loaded.problems, []);
  const commands = loaded.raw.entries.get("commands")?.value;
  assert.equal(commands?.type === "list" && textAt(commands.items[0], "name"), "c");
});
