import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/load.ts";
import { textAt } from "../../lib/config/raw.ts";
import type { LoadedConfig } from "../../lib/config/types.ts";
import { fakeHost } from "../fake_host.ts";
import { FILE, linesOf, loadFiles, loadText, yaml } from "./setup.ts";

/** A configuration that says only where it stands. */
const mark = (value: string) => `mark: ${value}\nseen:\n  ${value}: true\n`;
const marked = (loaded: LoadedConfig) => textAt(loaded.raw, "mark");
const seen = (loaded: LoadedConfig) => {
  const node = loaded.raw.entries.get("seen")?.value;
  return node?.type === "map" ? [...node.entries.keys()] : [];
};
const paths = (loaded: LoadedConfig) => loaded.files.map(({ path }) => path);

Deno.test("loadConfig() without any configuration is empty, and no problem", async () => {
  const loaded = await loadFiles({});
  assert.deepEqual([loaded.problems, loaded.files, loaded.directory], [[], [], "/work"]);
  assert.equal(loaded.auth.identities.size, 0);
  assert.deepEqual(loaded.auth.keyring, {
    type: "system",
    path: undefined,
    passwordVariable: "ATMOS_KEYRING_PASSWORD",
  });
});

Deno.test("loadConfig() reads an empty file, and one without auth, without a problem", async () => {
  for (const text of ["", "# nothing\n", "auth:\n", "stacks:\n  base_path: stacks\n"]) {
    assert.deepEqual((await loadText(text)).problems, []);
  }
});

Deno.test("loadConfig() merges system, home, nearest above, repository root, in this order", async () => {
  const loaded = await loadFiles({
    "/usr/local/etc/atmos/atmos.yaml": mark("system"),
    "/home/me/.atmos/atmos.yaml": mark("home"),
    "/repo/.git/HEAD": "",
    "/repo/atmos.yaml": mark("root"),
    "/repo/a/atmos.yaml": mark("above"),
  }, { workingDirectory: "/repo/a/b/c", directories: ["/repo/a/b/c"] });
  assert.deepEqual(seen(loaded), ["system", "home", "above", "root"]);
  assert.equal(marked(loaded), "root");
  assert.equal(loaded.directory, "/repo");
});

Deno.test("loadConfig() looks no further up when the working directory has a configuration", async () => {
  const loaded = await loadFiles(
    { "/repo/.git/HEAD": "", "/repo/atmos.yaml": mark("root"), "/repo/a/atmos.yaml": mark("here") },
    { workingDirectory: "/repo/a" },
  );
  assert.deepEqual(seen(loaded), ["here"]);
});

Deno.test("loadConfig() lets .atmos.yaml go over atmos.yaml, and reads atmos.yml", async () => {
  const loaded = await loadFiles({ "/work/atmos.yml": mark("plain"), "/work/.atmos.yaml": mark("dot") });
  assert.deepEqual(seen(loaded), ["plain", "dot"]);
});

Deno.test("loadConfig() adds the directory of ATMOS_CLI_CONFIG_PATH, and then looks no further up", async () => {
  const loaded = await loadFiles(
    {
      "/repo/atmos.yaml": mark("above"),
      "/conf/atmos.yaml": mark("set"),
      "/home/me/.atmos/atmos.yaml": mark("home"),
    },
    { workingDirectory: "/repo/a", env: { ATMOS_CLI_CONFIG_PATH: "/conf" } },
  );
  assert.deepEqual(seen(loaded), ["home", "set"]);
  assert.equal(loaded.directory, "/conf");
});

Deno.test("loadConfig() leaves the repository root out with ATMOS_GIT_ROOT_BASEPATH=false", async () => {
  const files = {
    "/repo/.git/HEAD": "",
    "/repo/atmos.yaml": mark("root"),
    "/repo/a/atmos.yaml": mark("above"),
  };
  const init = { workingDirectory: "/repo/a/b", env: { ATMOS_GIT_ROOT_BASEPATH: "false" } };
  assert.deepEqual(seen(await loadFiles(files, init)), ["above"]);
});

Deno.test("loadConfig() reads the files that are named instead of any that would be found", async () => {
  const files = {
    [FILE]: mark("found"),
    "/a.yaml": mark("a"),
    "/work/b.yaml": mark("b"),
    "/d/.atmos.yaml": mark("d"),
  };
  const flags = await loadFiles(files, {}, { configFiles: ["/a.yaml", "b.yaml"], configPaths: ["/d"] });
  assert.deepEqual([seen(flags), flags.directory], [["a", "b", "d"], "/d"]);
  const variables = await loadFiles(files, {
    env: { ATMOS_CONFIG: "/a.yaml, b.yaml", ATMOS_CONFIG_PATH: "/d" },
  });
  assert.deepEqual(seen(variables), ["a", "b", "d"]);
  const both = await loadFiles(files, { env: { ATMOS_CONFIG: "/a.yaml" } }, { configFiles: ["b.yaml"] });
  assert.deepEqual(seen(both), ["b"]);
});

Deno.test("loadConfig() refuses a named file or directory that is not there", async () => {
  for (
    const options of [{ configFiles: ["none.yaml"] }, { configPaths: ["/none"] }, { configFiles: ["/home"] }]
  ) {
    await assert.rejects(loadFiles({ "/home/me/x": "" }, {}, options), {
      name: "AuthError",
      code: "config-invalid",
    });
  }
});

Deno.test("loadConfig() passes over a directory called atmos.yaml, and a file called .atmos.d", async () => {
  const loaded = await loadFiles({
    "/work/atmos.yaml/x": "",
    "/work/.atmos.d": "",
    "/work/.atmos.yaml": mark("dot"),
  });
  assert.deepEqual([seen(loaded), loaded.problems], [["dot"], []]);
});

Deno.test("loadConfig() fails for a file that cannot be read", async () => {
  await assert.rejects(loadText("auth:\n", { unreadable: [FILE] }), {
    name: "AuthError",
    code: "file-failed",
  });
});

Deno.test("loadConfig() merges atmos.d, .atmos.d, then imports, then the file's own content", async () => {
  const loaded = await loadFiles({
    [FILE]: `import: [one.yaml, two]\n${mark("own")}`,
    "/work/one.yaml": mark("one"),
    "/work/two.yaml": mark("two"),
    "/work/atmos.d/z.yaml": mark("z"),
    "/work/atmos.d/deep/a.yaml": mark("deep"),
    "/work/.atmos.d/both.yml": mark("yml"),
    "/work/.atmos.d/both.yaml": mark("dot"),
  });
  assert.deepEqual(seen(loaded), ["z", "deep", "dot", "one", "two", "own"]);
  assert.deepEqual(paths(loaded), [
    "/work/atmos.d/z.yaml",
    "/work/atmos.d/deep/a.yaml",
    "/work/.atmos.d/both.yaml",
    "/work/one.yaml",
    "/work/two.yaml",
    FILE,
  ]);
});

Deno.test("loadConfig() counts .atmos.d of the repository's root from anywhere in it", async () => {
  const loaded = await loadFiles(
    { "/repo/.git/HEAD": "", "/repo/.atmos.d/a.yaml": mark("dropin"), "/repo/x/atmos.yaml": mark("here") },
    { workingDirectory: "/repo/x" },
  );
  assert.deepEqual(seen(loaded), ["dropin", "here"]);
});

Deno.test("loadConfig() imports by pattern, by directory, and from base_path first", async () => {
  const loaded = await loadFiles({
    [FILE]: "base_path: ./base\nimport:\n- parts/**/*.yaml\n- dir\n- ./beside.yaml\n- name.yaml\n",
    "/work/base/parts/b.yaml": mark("b"),
    "/work/base/parts/a/a.yaml": mark("a"),
    "/work/base/parts/no.txt": mark("txt"),
    "/work/base/dir/x.yml": mark("x"),
    "/work/beside.yaml": mark("beside"),
    "/work/base/beside.yaml": mark("wrong"),
    "/work/name.yaml": mark("wrong"),
    "/work/base/name.yaml": mark("based"),
  });
  assert.deepEqual(loaded.problems, []);
  assert.deepEqual(seen(loaded), ["b", "a", "x", "beside", "based"]);
});

Deno.test("loadConfig() resolves imports against --base-path, then ATMOS_BASE_PATH, from the working directory", async () => {
  const files = {
    [FILE]: "import: x.yaml\n",
    "/work/one/x.yaml": mark("one"),
    "/work/two/x.yaml": mark("two"),
  };
  const env = { ATMOS_BASE_PATH: "two" };
  assert.equal(marked(await loadFiles(files, { env })), "two");
  assert.equal(marked(await loadFiles(files, { env }, { basePath: "one" })), "one");
});

Deno.test("loadConfig() imports from imports, ten deep, and no deeper", async () => {
  const files: Record<string, string> = { [FILE]: "import: f1.yaml\n" };
  for (let depth = 1; depth <= 12; depth++) {
    files[`/work/f${depth}.yaml`] = `import: f${depth + 1}.yaml\n${mark(`m${depth}`)}`;
  }
  const loaded = await loadFiles(files);
  assert.equal(seen(loaded).length, 10);
  assert.deepEqual(linesOf(loaded), ["/work/f10.yaml:1:9 warning deep-import import"]);
});

Deno.test("loadConfig() breaks a circle of imports, and names it", async () => {
  const loaded = await loadFiles({ [FILE]: "import: a.yaml\n", "/work/a.yaml": "import: atmos.yaml\n" });
  assert.deepEqual(loaded.problems.map(({ code, reason }) => [code, reason]), [[
    "import-cycle",
    "/work/atmos.yaml is not imported again: /work/atmos.yaml -> /work/a.yaml -> /work/atmos.yaml",
  ]]);
});

Deno.test("loadConfig() lets a pattern find the file that it stands in", async () => {
  assert.deepEqual(
    (await loadFiles({ [FILE]: 'import: "*.yaml"\n', "/work/a.yaml": mark("a") })).problems,
    [],
  );
});

Deno.test("loadConfig() warns about imports that are missing, remote or nonsense, and goes on", async () => {
  const loaded = await loadText(
    yaml`
    import:
      - none.yaml
      - https://example.com/a.yaml
      - git::https://example.com/repo.git//a.yaml
      - github.com/org/repo//a.yaml
      - ""
      - ~nobody/a.yaml
      - /work
    auth: {realm: ok}
  `,
    { files: { "/work/.x/credentials": "" } },
  );
  assert.deepEqual(linesOf(loaded), [
    "2:5 warning missing-import import",
    "3:5 warning remote-import import",
    "4:5 warning remote-import import",
    "5:5 warning remote-import import",
    "6:5 warning malformed-import import",
    "7:5 warning missing-import import",
  ]);
  assert.equal(loaded.auth.realm, "ok");
});

Deno.test("loadConfig() lets a file's own identity go over an imported one, key by key", async () => {
  const loaded = await loadFiles({
    [FILE]: "import: a.yaml\nauth: {identities: {user: {credentials: {region: eu-west-1}}}}\n",
    "/work/a.yaml":
      "auth: {identities: {user: {kind: aws/user, credentials: {region: us-east-1}, default: true}}}\n",
  });
  const entry = loaded.auth.identities.get("user");
  assert.deepEqual([entry?.config?.kind, entry?.isDefault], ["aws/user", true]);
  assert.equal(entry?.config?.kind === "aws/user" && entry.config.region, "eu-west-1");
});

Deno.test("loadConfig() takes names that differ only in case for one, as written last, with a warning", async () => {
  const loaded = await loadFiles({
    [FILE]: "import: a.yaml\nauth:\n  identities:\n    Prod: {default: true}\n",
    "/work/a.yaml": "auth:\n  identities:\n    prod: {kind: aws/user}\n",
  });
  assert.deepEqual([...loaded.auth.identities.keys()], ["Prod"]);
  assert.deepEqual(linesOf(loaded), ["4:5 warning name-case auth.identities.Prod"]);
  assert.equal(loaded.auth.identities.get("Prod")?.config?.kind, "aws/user");
});

Deno.test("loadConfig() reads keys in any case, as Atmos does", async () => {
  const loaded = await loadText("Auth: {Identities: {u: {Kind: aws/user, Default: true}}}\n");
  assert.deepEqual([loaded.problems, loaded.auth.identities.get("u")?.isDefault], [[], true]);
});

Deno.test("loadConfig() with a file that does not parse blocks everything, and says only that", async () => {
  const loaded = await loadFiles({
    [FILE]: "import: a.yaml\nauth: {identities: {x: {kind: aws/assume-role, via: {identity: y}}}}\n",
    "/work/a.yaml": "auth:\n\tidentities: {}\n",
  });
  assert.deepEqual(linesOf(loaded), ["/work/a.yaml:2:1 error syntax"]);
  assert.deepEqual([loaded.problems[0]?.blocks, loaded.problems[0]?.about], [true, undefined]);
});

Deno.test("loadConfig() says of a duplicate key which entry it is about; elsewhere it is only a warning", async () => {
  const loaded = await loadText(
    "stacks: {a: 1, a: 2}\nauth:\n  identities:\n    u: {kind: aws/user, kind: aws/user}\n    v: {kind: aws/user}\n",
  );
  assert.deepEqual(linesOf(loaded), [
    "1:16 warning duplicate-key stacks.a",
    "4:25 error duplicate-key auth.identities.u.kind",
  ]);
  assert.deepEqual(loaded.problems[1]?.about, { type: "identity", name: "u" });
  assert.equal(loaded.auth.identities.get("u")?.config, undefined);
  assert.equal(loaded.auth.identities.get("v")?.config?.kind, "aws/user");
});

Deno.test("loadConfig() says what is wrong with bytes that are no text, and where", async () => {
  const bytes = (...values: readonly (string | number)[]) =>
    Uint8Array.from(
      values.flatMap((value) => typeof value === "string" ? [...new TextEncoder().encode(value)] : [value]),
    );
  const problems = async (content: Uint8Array) => linesOf(await loadFiles({ [FILE]: content }));
  assert.deepEqual(await problems(bytes("a: 1\nb: ", 0, "x")), ["2:4 error not-text"]);
  assert.deepEqual(await problems(bytes("a: ", 0xff, 0xfe)), ["1:4 error not-text"]);
  assert.deepEqual(await problems(bytes(0xff, 0xfe, "a", 0)), ["1:4 error not-text"]);
  assert.deepEqual(await problems(bytes(0xef, 0xbb, 0xbf, "auth: {realm: bom}\n")), []);
});

Deno.test("loadConfig() reads thousands of identities, and a cycle of hundreds, without trouble", async () => {
  const lines = ["auth:", "  identities:"];
  for (let index = 0; index < 2000; index++) lines.push(`    u${index}: {kind: aws/user}`);
  for (let index = 0; index < 500; index++) {
    const role = `principal: {assume_role: "arn:aws:iam::111122223333:role/A"}`;
    lines.push(`    c${index}: {kind: aws/assume-role, via: {identity: c${(index + 1) % 500}}, ${role}}`);
  }
  const loaded = await loadText(lines.join("\n"));
  assert.equal(loaded.auth.identities.size, 2500);
  assert.deepEqual(linesOf(loaded), ["2003:49 error cycle auth.identities.c0.via.identity"]);
});

Deno.test("loadConfig() works from the real names of files behind links, and finds no repository without a home", async () => {
  const host = fakeHost({
    files: { "/real/atmos.yaml": "auth: {realm: r}\n" },
    links: { "/work/atmos.yaml": "/real/atmos.yaml" },
  });
  const loaded = await loadConfig(host);
  assert.deepEqual([loaded.auth.realm, paths(loaded)], ["r", ["/work/atmos.yaml"]]);
});

Deno.test("loadConfig() keeps where every value came from", async () => {
  const loaded = await loadText(
    "auth:\n  realm: !env REALM\n  identities:\n    a.b: {kind: aws/user, tags: [x]}\n",
    {
      env: { REALM: "r" },
    },
  );
  assert.deepEqual([...loaded.origins()], [
    ["auth.realm", { at: { file: FILE, line: 2, column: 15 }, variable: "REALM" }],
    ['auth.identities["a.b"].kind', { at: { file: FILE, line: 4, column: 17 } }],
    ['auth.identities["a.b"].tags[0]', { at: { file: FILE, line: 4, column: 34 } }],
  ]);
});

Deno.test("loadConfig() hands over the whole merged tree, with variables in it", async () => {
  const loaded = await loadFiles({
    [FILE]: "import: a.yaml\ncommands: [{name: x, steps: [!env STEP]}]\n",
    "/work/a.yaml": "commands: [{name: y}]\nworkflows: {base_path: w, x: !exec ls}\n",
  }, { env: { STEP: "run" } });
  assert.equal(textAt(loaded.raw, "workflows", "base_path"), "w");
  const commands = loaded.raw.entries.get("commands")?.value;
  assert.deepEqual(commands?.type === "list" ? commands.items.map((item) => textAt(item, "name")) : [], [
    "y",
    "x",
  ]);
  assert.deepEqual(loaded.problems, []);
});

const profile = (name: string) => `auth: {identities: {u: {credentials: {region: ${name}}}}}\n`;
const profileFiles = {
  [FILE]: "auth: {identities: {u: {kind: aws/user, default: true}}}\n",
  "/work/profiles/west/a.yaml": profile("us-west-1"),
  "/work/.atmos/profiles/east/deep/a.yaml": profile("us-east-1"),
  "/home/me/.config/atmos/profiles/north/a.yml": profile("eu-north-1"),
};
const regionOf = ({ auth }: LoadedConfig) => {
  const config = auth.identities.get("u")?.config;
  return config?.kind === "aws/user" ? config.region : undefined;
};

Deno.test("loadConfig() lays profiles over the rest, later ones last, by flag, variable or profiles.default", async () => {
  const both = await loadFiles(profileFiles, { env: { ATMOS_PROFILE: "north" } }, {
    profiles: ["west", "east"],
  });
  assert.equal(regionOf(both), "us-east-1");
  assert.equal(both.auth.identities.get("u")?.isDefault, true);
  assert.equal(both.directory, "/work");
  assert.equal(
    regionOf(await loadFiles(profileFiles, { env: { ATMOS_PROFILE: "east, north" } })),
    "eu-north-1",
  );
  const files = { ...profileFiles, [FILE]: `${profileFiles[FILE]}profiles: {default: west}\n` };
  assert.equal(regionOf(await loadFiles(files)), "us-west-1");
});

Deno.test("loadConfig() refuses a profile that is not there, or that is a path", async () => {
  for (const name of ["none", "../work", ".", "a/b"]) {
    await assert.rejects(loadFiles(profileFiles, {}, { profiles: [name] }), { code: "config-invalid" });
  }
});

Deno.test("drop-ins and profiles belong to the configuration's directory where no repository says otherwise", async () => {
  const files = {
    "/work/.atmos.d/a.yaml": "import: [../parts/p.yaml]\n",
    "/work/profiles/dev/b.yaml": "import: [../../parts/q.yaml]\n",
    "/work/parts/p.yaml": "auth: {identities: {p: {kind: aws/user}}}\n",
    "/work/parts/q.yaml": "auth: {identities: {q: {kind: aws/user}}}\n",
  };
  const trees = async (more: Readonly<Record<string, string>> = {}) => {
    const loaded = await loadFiles({ ...files, ...more }, {}, { vouched: false, profiles: ["dev"] });
    return [[...loaded.auth.identities.keys()], loaded.files.map(({ tree }) => tree)];
  };
  assert.deepEqual(await trees(), [["p", "q"], ["/work", "/work", "/work", "/work"]]);
  assert.deepEqual(await trees({ "/work/atmos.yaml": "", "/work/.git/HEAD": "" }), [
    ["p", "q"],
    ["/work", "/work", "/work", "/work", "/work"],
  ]);
});

Deno.test("a state home beside a drop-in is one that a checkout could have brought along", async () => {
  const files = { "/work/.atmos.d/a.yaml": "auth: {}\n" };
  const { foreignHomes } = await loadFiles(files, { env: { XDG_STATE_HOME: "/work/.state" } }, {
    vouched: false,
  });
  assert.deepEqual(foreignHomes, [{ home: "state", path: "/work/.state/atmos", tree: "/work" }]);
});
