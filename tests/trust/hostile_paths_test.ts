/** Paths that a clone names: nothing is written or read there before it is trusted, and never over a person's files. */
import assert from "node:assert/strict";
import { openArena } from "./arena.ts";
import { type Hostile, hostile } from "./cases.ts";
import { portalConfig, tokenConfig, userConfig } from "./configs.ts";
import { isRoot, type Tree } from "./tree.ts";

const AWS_PORTAL = "https://mycompany.awsapps.com/start";

const withFiles = (path: string) =>
  `auth:
  providers:
    ci:
      kind: oidc/token
      region: us-east-1
      spec: { token_env: ATMOS_ID_TOKEN, files: { base_path: ${JSON.stringify(path)} } }
  identities:
    dev:
      kind: aws/assume-role
      via: { provider: ci }
      principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole", session_name: ci }
`;

/** Where AWS files are not written for a clone. */
const DIRECTORIES: Readonly<Record<string, string>> = {
  "in the clone": "./aws",
  "in the clone, by its absolute path": "@ROOT@/home/clone/aws",
  "in the home": "~/aws",
  "of Git": "~/.config/git",
  "of the AWS CLI": "~/.aws",
  "that is the root of the home": "~",
  "of our own configuration": "~/.atmos",
  "of the machine": "/etc/atmos-aws",
  "of temporary files": "@ROOT@/tmp/aws",
  "above the clone": "../../elsewhere",
  "behind a link of the clone": "./link",
};

hostile(
  Object.entries(DIRECTORIES).map(([where, path]): Hostile => ({
    name: `a directory of AWS files ${where} gets no session before it is trusted`,
    files: { "atmos.yaml": withFiles(path), "link": { link: "../.config/git" } },
    around: { "elsewhere": { directory: true } },
    env: { ATMOS_ID_TOKEN: "@TOKEN@" },
    ...path === "~/.aws" ? { fails: ["env", "login"], works: ["list"] } : { refused: ["env", "login"] },
  })),
);

/** Where no keyring is made for a clone. */
const KEYRINGS: Readonly<Record<string, string>> = {
  "in the clone": "./keyring",
  "in the home": "~/keyring",
  "of Git": "~/.config/git",
  "that climbs out of our own": "~/.atmos/keyring/../../private",
  "of the machine": "/etc/atmos-keyring",
  "of temporary files": "@ROOT@/tmp/keyring",
  "behind a link of the clone": "./link/keyring",
};

hostile(
  Object.entries(KEYRINGS).map(([where, path]): Hostile => ({
    name: `a keyring ${where} is not opened before it is trusted`,
    files: {
      "atmos.yaml": `${portalConfig(AWS_PORTAL)}  keyring: { type: file, spec: { path: ${
        JSON.stringify(path)
      } } }\n`,
      "link": { link: "../.config/git" },
    },
    refused: ["login", "env"],
  })),
);

hostile(["PATH", "HOME", "GITHUB_TOKEN", "NPM_TOKEN"].map((name): Hostile => ({
  name: `a keyring whose password would be ${name} is not opened before it is trusted`,
  files: {
    "atmos.yaml": `${portalConfig(AWS_PORTAL)}  keyring: { type: file, spec: { password_env: ${name} } }\n`,
  },
  refused: ["login", "env"],
  // Children need these two: no file may name them, trusted or not.
  ...(["PATH", "HOME"].includes(name) ? { works: ["list"], fails: ["validate"] } : {}),
})));

hostile([
  {
    name: "a token's file in the clone needs trust",
    files: { "atmos.yaml": tokenConfig("token_file: ./token.jwt"), "token.jwt": "not-a-token\n" },
    refused: ["env", "login"],
  },
  {
    name: "a token's file that is a pipe needs trust and is not waited for",
    files: { "atmos.yaml": tokenConfig("token_file: ./pipe"), "pipe": { pipe: true } },
    refused: ["env"],
  },
]);

const logConfig = (path: string) =>
  `${userConfig()}  logs: { level: Trace, file: ${JSON.stringify(path)} }\n`;

/** Files that are no place for the log of a clone; all that is planted stays as it is. */
const LOGS: Readonly<Record<string, { readonly path: string; readonly around?: Tree }>> = {
  "the keyring": {
    path: "~/.local/share/atmos/keyring/default.file.store",
    around: { "home/.local/share/atmos/keyring/default.file.store": { text: "sealed\n", mode: 0o600 } },
  },
  "the person's own configuration": {
    path: "~/.atmos/atmos.yaml",
    around: { "home/.atmos/atmos.yaml": { text: "stacks: {}\n", mode: 0o600 } },
  },
  "the list of what is trusted": { path: "~/.local/state/atmos/trust" },
  "the key that sessions are signed with": { path: "~/.local/state/atmos/mac.key" },
  "a shell's start file": { path: "~/.bashrc" },
  "a new start file": { path: "~/.profile" },
  "Git's configuration": { path: "~/.config/git/config" },
  "the AWS CLI's credentials": { path: "~/.aws/credentials" },
  "SSH's list of keys": { path: "~/.ssh/authorized_keys" },
  "AWS files of our own": { path: "~/.config/atmos/aws/my-sso/credentials" },
  "the configuration itself": { path: "./atmos.yaml" },
  "a file of the clone": { path: "build.log" },
  "a hook of Git": { path: ".git/hooks/post-checkout" },
  "a directory that is not there": { path: "~/logs/atmos/auth.log" },
  "a directory below the temporary one": {
    path: "@ROOT@/tmp/below/auth.log",
    around: { "tmp/below": { directory: true } },
  },
  "a path that climbs out of the temporary directory": { path: "@ROOT@/tmp/../home/climbed.log" },
  "a link in the temporary directory": {
    path: "@ROOT@/tmp/link.log",
    around: { "tmp/link.log": { link: "../home/.bashrc" } },
  },
  "a link to nothing yet in the temporary directory": {
    path: "@ROOT@/tmp/link.log",
    around: { "tmp/link.log": { link: "../home/.bash_login" } },
  },
  "a second name of a file in the temporary directory": {
    path: "@ROOT@/tmp/second.log",
    around: {
      "home/notes": { text: "", mode: 0o600 },
      "tmp/second.log": { hardLink: "@ROOT@/home/notes" },
    },
  },
  "another program's data in the temporary directory": {
    path: "@ROOT@/tmp/data.log",
    around: { "tmp/data.log": { text: "id,name\n1,jane\n", mode: 0o600 } },
  },
  "a file in the temporary directory that others may read": {
    path: "@ROOT@/tmp/open.log",
    around: { "tmp/open.log": { text: "", mode: 0o644 } },
  },
  "a pipe in the temporary directory": {
    path: "@ROOT@/tmp/pipe.log",
    around: { "tmp/pipe.log": { pipe: true } },
  },
  "a directory in the temporary directory": {
    path: "@ROOT@/tmp/directory.log",
    around: { "tmp/directory.log": { directory: true } },
  },
  "a device of shared memory": { path: "/dev/shm/atmos-arena.log" },
  "a stream of this very process": { path: "/proc/self/fd/1" },
  "a device that takes everything": { path: "/dev/full" },
  ...isRoot
    ? {
      "somebody else's file in the temporary directory": {
        path: "@ROOT@/tmp/theirs.log",
        around: { "tmp/theirs.log": { text: "", mode: 0o600, owner: 1234 } },
      },
    }
    : {},
};

for (const [what, { path, around = {} }] of Object.entries(LOGS)) {
  Deno.test(`${what} gets no log of a clone: a warning, and everything else works`, async () => {
    await using arena = await openArena({ files: { "atmos.yaml": logConfig(path) }, around });
    const validate = await arena.works("validate");
    const list = await arena.works("list");
    assert.match(`${validate.stdout}${validate.stderr}${list.stderr}`, /\blogs?\b|\blogged\b/i);
    assert.doesNotMatch(list.stdout, /TRCE|DEBU|INFO/);
    assert.deepEqual(await arena.takeChanges(), []);
    const env = await arena.works("env", { printsSession: true });
    assert.match(env.stdout, /^(?:(?:export \w+=".*"|unset \w+)\n)+$/);
    const changed = (await arena.takeChanges()).filter((one) =>
      !/^home\/\.(?:config|local)(?:\/(?:state|share))?(?:\/atmos|$)/.test(one)
    );
    assert.deepEqual(changed, []);
    await assertNoLog(arena.root, path.replace("~", "@ROOT@/home"), arena.fill);
    await arena.assertNoLeaks();
  });
}

/** What stands at the path, if anything does, holds no line of a log. */
async function assertNoLog(root: string, path: string, fill: (text: string) => string): Promise<void> {
  const whole = fill(path);
  const file = whole.startsWith("/") ? whole : `${root}/home/clone/${whole}`;
  const info = await Deno.stat(file).catch(() => undefined);
  if (info?.isFile !== true) return;
  assert.doesNotMatch(await Deno.readTextFile(file), /TRCE|DEBU|INFO/, file);
}

/** Paths that nothing of a configuration leads onto, whoever vouches for it. */
const NEVER: Readonly<Record<string, string>> = {
  "a keyring": ".local/share/atmos/keyring/default.file.store",
  "the person's own configuration": ".atmos/atmos.yaml",
  "the AWS CLI's credentials": ".aws/credentials",
  "an SSH key": ".ssh/id_rsa",
};

for (const [what, path] of Object.entries(NEVER)) {
  Deno.test(`${what} is never written over: not by a log that is trusted, not by env -o`, async () => {
    const own = path.startsWith(".aws") || path.startsWith(".ssh")
      ? {}
      : { [`home/${path}`]: { text: path.endsWith("atmos.yaml") ? "stacks: {}\n" : "", mode: 0o600 } };
    await using arena = await openArena({
      files: { "atmos.yaml": logConfig(`~/${path}`) },
      around: own,
    });
    const before = await arena.read(`home/${path}`);
    const trusted = { env: { ATMOS_TRUST_CONFIG: "true" } };
    await arena.run("list", trusted);
    await arena.run("validate", trusted);
    assert.equal(await arena.read(`home/${path}`), before);
    await arena.plant({ "home/clone/atmos.yaml": userConfig() });
    const { code } = await arena.run(`auth env -o @ROOT@/home/${path}`);
    assert.notEqual(code, 0);
    assert.equal(await arena.read(`home/${path}`), before);
    await arena.assertNoLeaks();
  });
}

Deno.test("what we keep in our state is never written over: not by a log that is trusted, not by env -o", async () => {
  const needy = userConfig("env: { GREETING: hello }");
  await using arena = await openArena({ files: { "atmos.yaml": needy } });
  await arena.works("auth trust");
  await arena.works("env", { printsSession: true });
  const kept = (await arena.takeChanges()).filter((path) =>
    /^home\/\.local\/state\/atmos\/(?!locks(?:\/|$))./.test(path)
  );
  assert.notDeepEqual(kept, []);
  for (const path of kept) {
    const before = await arena.read(path);
    await arena.plant({ "home/clone/atmos.yaml": logConfig(`@ROOT@/${path}`) });
    await arena.run("list", { env: { ATMOS_TRUST_CONFIG: "true" } });
    assert.notEqual((await arena.run(`auth env -o @ROOT@/${path}`)).code, 0);
    assert.equal(await arena.read(path), before, path);
  }
  await arena.assertNoLeaks();
});
