/** What trusting means: these values of this file, until they change, and nothing beside them. */
import assert from "node:assert/strict";
import { type Arena, openArena, type RunOptions } from "./arena.ts";
import { KEYS, portalConfig, roleConfig, userConfig } from "./configs.ts";
import { isRoot } from "./tree.ts";

const greeting = (value: string, more = "") => `env: { GREETING: ${value} }\n${more}`;
const write = (arena: Arena, text: string, path = "home/clone/atmos.yaml") => arena.plant({ [path]: text });
const asEnv: RunOptions = { printsSession: true };

/** What `env` prints for the variable that needs trust. */
async function greetingOf(arena: Arena, options: RunOptions = {}): Promise<string | undefined> {
  const { stdout } = await arena.works("env", { ...asEnv, ...options });
  return /^export GREETING="(.*)"$/m.exec(stdout)?.[1];
}

Deno.test("a trusted value counts, another one is asked about again, and going back to the first one is not", async () => {
  await using arena = await openArena({ files: { "atmos.yaml": userConfig(greeting("hello")) } });
  await arena.refuses("env");
  const { stdout, stderr } = await arena.works("auth trust");
  assert.equal(stdout, "");
  assert.match(stderr, /GREETING/);
  assert.equal(await greetingOf(arena), "hello");
  await write(arena, userConfig(greeting("evil")));
  await arena.refuses("env");
  await arena.refuses("exec");
  await write(arena, userConfig(greeting("hello")));
  assert.equal(await greetingOf(arena), "hello");
  await write(arena, userConfig(greeting("evil")));
  await arena.works("auth trust");
  assert.equal(await greetingOf(arena), "evil");
  // Both versions are known: whoever switches branches is not asked.
  await write(arena, userConfig(greeting("hello")));
  assert.equal(await greetingOf(arena), "hello");
  await arena.assertNoLeaks();
});

Deno.test("comments, order, spelling and what is never bound change nothing about trust", async () => {
  const base = (more: string) => roleConfig(greeting("hello", more));
  await using arena = await openArena({ files: { "atmos.yaml": base("") } });
  await arena.works("auth trust");
  const same = [
    `# a comment\n${base("")}`,
    `stacks: { base_path: stacks }\n${base("")}`,
    base("alias: Somebody\ntags: [one, two]"),
    base("session: { duration: 30m }"),
    base("required: true"),
    base("").replace("      default: true\n", ""),
    roleConfig("alias: Other\nENV: [{ key: GREETING, value: hello }]"),
  ];
  for (const text of same) {
    await write(arena, text);
    assert.equal(await greetingOf(arena, { env: { ATMOS_IDENTITY: "dev" } }), "hello", text);
  }
  await write(
    arena,
    `${base("")}    another: { kind: aws/assume-role, via: { identity: dev }, principal: ` +
      '{ assume_role: "arn:aws:iam::123456789012:role/Other" } }\n',
  );
  assert.equal(await greetingOf(arena), "hello");
});

Deno.test("another value of the unit is asked about again: the role, the region, the keys, a key more", async () => {
  const base = roleConfig(greeting("hello"));
  await using arena = await openArena({ files: { "atmos.yaml": base } });
  await arena.works("auth trust");
  const others = [
    base.replace("role/Deployer", "role/Evil"),
    base.replace("us-east-1", "eu-west-1"),
    base.replace("USER_KEY", "OTHER_KEY"),
    roleConfig(greeting("hello"), "session_name: evil"),
    roleConfig("env: { GREETING: hello, BASH_ENV: ./evil.sh }"),
    roleConfig(greeting("hello", 'spec: { endpoint_url: "@EVIL@" }')),
  ];
  for (const text of others) {
    await write(arena, text);
    await arena.refuses("env");
  }
  await write(arena, base);
  assert.equal(await greetingOf(arena), "hello");
  await arena.assertNoLeaks();
});

Deno.test("a variable is trusted by its name: its value may change, the name may not", async () => {
  await using arena = await openArena({
    files: { "atmos.yaml": userConfig("env: { GREETING: !env WORD }") },
    env: { WORD: "one" },
  });
  await arena.works("auth trust");
  assert.equal(await greetingOf(arena), "one");
  assert.equal(await greetingOf(arena, { env: { WORD: "two" } }), "two");
  await write(arena, userConfig("env: { GREETING: !env NPM_TOKEN }"));
  await arena.refuses("env");
  await arena.assertNoLeaks();
});

Deno.test("a trusted file is trusted where it is: a copy, a move and a link elsewhere are others", async () => {
  const text = userConfig(greeting("hello"));
  await using arena = await openArena({ files: { "atmos.yaml": text } });
  await arena.works("auth trust");
  await write(arena, text, "home/other/atmos.yaml");
  await arena.refuses("env", { directory: "home/other" });
  await arena.plant({ "home/linked": { link: "clone" } });
  assert.equal(await greetingOf(arena, { directory: "home/linked" }), "hello");
  await Deno.rename(`${arena.root}/home/clone`, `${arena.root}/home/moved`);
  await arena.refuses("env", { directory: "home/moved" });
  await arena.refuses("env", { directory: "home", env: { ATMOS_CONFIG: "moved/atmos.yaml" } });
});

Deno.test("trust is listed, and taken back", async () => {
  await using arena = await openArena({ files: { "atmos.yaml": userConfig(greeting("hello")) } });
  await arena.works("auth trust");
  const { stdout } = await arena.works("auth trust --list");
  assert.match(stdout, new RegExp(`${arena.root}/home/clone/atmos\\.yaml`));
  await arena.works("auth trust --revoke");
  await arena.refuses("env");
  assert.doesNotMatch((await arena.works("auth trust --list")).stdout, /clone\/atmos\.yaml/);
});

Deno.test("every file that has a part in an entry is trusted with it, and each is asked about when it changes", async () => {
  const part = (value: string) => `auth: { identities: { dev: { env: { GREETING: ${value} } } } }\n`;
  await using arena = await openArena({
    files: {
      "atmos.yaml": `import: [part.yaml]\n${userConfig()}`,
      "part.yaml": part("hello"),
    },
  });
  await arena.works("auth trust");
  assert.equal(await greetingOf(arena), "hello");
  await write(arena, part("evil"), "home/clone/part.yaml");
  await arena.refuses("env");
  await write(arena, part("hello"), "home/clone/part.yaml");
  assert.equal(await greetingOf(arena), "hello");
  await write(
    arena,
    "auth: { identities: { dev: { env: { BASH_ENV: ./evil.sh } } } }\n",
    "home/clone/atmos.d/x.yaml",
  );
  await arena.refuses("env");
});

const mfaConfig = (command: string) =>
  `auth:\n  identities:\n    dev:\n      kind: aws/user\n      ${
    KEYS.replace("credentials: {", 'credentials: { mfa_arn: "arn:aws:iam::123456789012:mfa/username",')
      .replace(" }", `, mfa_command: ${command} }`)
  }\n`;
const SCRIPT = { text: "#!/bin/sh\nleave-mark\n", mode: 0o755 };
const OTHER_SCRIPT = { text: "#!/bin/sh\nleave-mark # in another way\n", mode: 0o755 };

for (
  const [what, command, path] of [
    ["a program of the clone", "./code.sh", "code.sh"],
    ["a script that a shell reads", "[sh, ./code.sh]", "code.sh"],
    ["a script that a shell reads by its absolute path", '[sh, "@ROOT@/home/clone/code.sh"]', "code.sh"],
    ["a program that the PATH finds in the clone", "code", "bin/code"],
    ["a program behind a link", "./link.sh", "code.sh"],
  ] as const
) {
  Deno.test(`${what} is trusted as it is: another content is asked about again`, async () => {
    await using arena = await openArena({
      files: { "atmos.yaml": mfaConfig(command), [path]: SCRIPT, "link.sh": { link: "code.sh" } },
      env: { ATMOS_MFA_TOKEN: undefined, PATH: "@ROOT@/home/clone/bin:@ROOT@/bin:/usr/bin:/bin" },
    });
    await arena.refuses("env");
    await arena.works("auth trust");
    assert.deepEqual(await arena.takeMarks(), []);
    // AWS takes no such code; the program was started for it.
    assert.notEqual((await arena.run("env")).code, 2);
    assert.deepEqual(await arena.takeMarks(), ["leave-mark"]);
    await arena.plant({ [`home/clone/${path}`]: OTHER_SCRIPT });
    await arena.refuses("env");
    assert.deepEqual(await arena.takeMarks(), []);
    await arena.plant({ [`home/clone/${path}`]: SCRIPT });
    assert.notEqual((await arena.run("env")).code, 2);
    assert.deepEqual(await arena.takeMarks(), ["leave-mark"]);
    await arena.assertNoLeaks();
  });
}

Deno.test("a portal's own endpoint is spoken to once it is trusted: what holds before is no accident", async () => {
  await using arena = await openArena({
    files: { "atmos.yaml": portalConfig("@EVIL@/start", 'spec: { endpoint_url: "@EVIL@" }') },
  });
  await arena.refuses("login");
  assert.deepEqual(arena.recorder.heard, []);
  const { stderr } = await arena.works("auth trust");
  assert.match(stderr, new RegExp(arena.recorder.url));
  assert.notEqual((await arena.run("login")).code, 2);
  assert.ok(arena.recorder.heard.length > 0);
});

Deno.test("ATMOS_TRUST_CONFIG=true trusts what one run reads, and nothing for the next one", async () => {
  await using arena = await openArena({ files: { "atmos.yaml": userConfig(greeting("hello")) } });
  for (const value of ["true"]) {
    assert.equal(await greetingOf(arena, { env: { ATMOS_TRUST_CONFIG: value } }), "hello");
  }
  for (const value of ["false", "0", ""]) {
    await arena.refuses("env", { env: { ATMOS_TRUST_CONFIG: value } });
  }
  await arena.refuses("env");
  await arena.assertNoLeaks();
});

if (isRoot) {
  Deno.test("ATMOS_TRUST_CONFIG=true trusts somebody else's file in the working directory, and that of its owner above", async () => {
    const theirs = { text: userConfig(greeting("hello")), owner: 1234 };
    await using arena = await openArena({
      around: {
        "tmp/job/atmos.yaml": theirs,
        "tmp/job/below": { directory: true, owner: 1234 },
        "tmp/job": { directory: true, owner: 1234 },
      },
    });
    const env = { ATMOS_TRUST_CONFIG: "true" };
    assert.equal(await greetingOf(arena, { directory: "tmp/job", env }), "hello");
    assert.equal(await greetingOf(arena, { directory: "tmp/job/below", env }), "hello");
    await arena.refuses("env", { env: { ...env, ATMOS_CONFIG: "@ROOT@/tmp/job/atmos.yaml" } });
  });
}

Deno.test("a session that comes with the clone is not used once the clone is trusted, and stays as it is", async () => {
  const config = `auth:
  providers:
    ci: { kind: oidc/token, region: us-east-1, spec: { token_env: ATMOS_ID_TOKEN, files: { base_path: ./aws } } }
  identities:
    dev:
      kind: aws/assume-role
      via: { provider: ci }
      principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole", session_name: ci }
`;
  await using arena = await openArena({ files: { "atmos.yaml": config } });
  const token = { ATMOS_ID_TOKEN: await arena.aws.githubToken("sts.amazonaws.com") };
  const keyOf = async (env: Readonly<Record<string, string>>) =>
    /AWS_ACCESS_KEY_ID="(\w+)"/.exec((await arena.works("env", { ...asEnv, env })).stdout)?.[1] ?? "";
  // Whoever made the clone has a state of their own, and so another key.
  const theirs = { ...token, ATMOS_XDG_STATE_HOME: "@ROOT@/elsewhere", ATMOS_TRUST_CONFIG: "true" };
  const shipped = await keyOf(theirs);
  const files = await arena.read("home/clone/aws/ci/credentials");
  assert.ok(files.includes(shipped));
  await arena.refuses("env", { env: token });
  await arena.refuses("exec", { env: token });
  await arena.works("auth trust");
  const own = await keyOf(token);
  assert.notEqual(own, shipped);
  assert.equal(await keyOf(token), own);
  const after = await arena.read("home/clone/aws/ci/credentials");
  assert.ok(after.includes(files.trim()), after);
  assert.match(after, /^\[dev@[0-9a-f]{8}\]$/m);
});
