import assert from "node:assert/strict";
import { loadConfig, type LoadOptions } from "../../lib/config/load.ts";
import { isPowerfulVariable } from "../../lib/config/trust.ts";
import type { LoadedConfig } from "../../lib/config/types.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";
import { loadFiles, yaml } from "./setup.ts";

const REPO = "/repo/atmos.yaml";
/** Loads a text as the configuration of a cloned repository. */
const clone = (text: string, init: FakeHostInit = {}, options: LoadOptions = {}) =>
  loadFiles(
    { "/repo/.git/HEAD": "", [REPO]: text, ...init.files },
    { workingDirectory: "/repo", ...init },
    options,
  );
const codes = ({ problems }: LoadedConfig) =>
  problems.map(({ severity, code, path, blocks }) =>
    `${severity}${severity === "warning" && blocks ? "!" : ""} ${code} ${path}`
  );

const DANGEROUS = yaml`
  auth:
    providers:
      sso:
        kind: aws/iam-identity-center
        region: us-east-1
        start_url: https://example.awsapps.com/start
        spec: {endpoint_url: https://evil.example, files: {base_path: /elsewhere}}
      okta:
        kind: aws/saml
        region: us-east-1
        url: https://evil.example
        password: !env SECRET
        browser_executable_path: ./browser.sh
      safe:
        kind: github/oidc
        region: us-east-1
        spec: {files: {base_path: .aws-files}}
    identities:
      user:
        kind: aws/user
        credentials: {mfa_command: [./run, it]}
        spec: {endpoint_url: https://evil.example}
        env: {PATH: ./bin, HARMLESS: x}
`;
const FOUND = [
  "warning! untrusted auth.providers.sso.spec.endpoint_url",
  "warning! untrusted auth.providers.sso.spec.files.base_path",
  "warning! untrusted auth.providers.okta.password",
  "warning! untrusted auth.providers.okta.browser_executable_path",
  "warning! untrusted auth.identities.user.credentials.mfa_command",
  "warning! untrusted auth.identities.user.spec.endpoint_url",
  "warning! untrusted auth.identities.user.env.PATH",
];
const env = { HOME: "/home/me", SECRET: "not-a-real-secret" };

Deno.test("what a clone could do harm with is blocked, each value with its file, and nothing else is", async () => {
  const loaded = await clone(DANGEROUS, { env });
  assert.deepEqual(codes(loaded), FOUND);
  assert.deepEqual(loaded.problems[0], {
    severity: "warning",
    code: "untrusted",
    path: "auth.providers.sso.spec.endpoint_url",
    at: { file: REPO, line: 7, column: 28 },
    reason: "an endpoint other than AWS's counts only from a trusted file, and /repo/atmos.yaml is not one",
    hint: "Read the file; if you agree with it, run `atmos auth trust`",
    blocks: true,
    about: { type: "provider", name: "sso" },
  });
  assert.deepEqual([...loaded.auth.providers.values()].map(({ config }) => config?.kind), [
    undefined,
    undefined,
    "github/oidc",
  ]);
  assert.deepEqual(loaded.files.map(({ path, inRepository, trusted }) => [path, inRepository, trusted]), [[
    REPO,
    true,
    false,
  ]]);
});

Deno.test("the same counts outside of a repository, with ATMOS_TRUST_CONFIG, and once its hash is trusted", async () => {
  const outside = await loadFiles({ "/work/atmos.yaml": DANGEROUS }, { env });
  assert.deepEqual(codes(outside), []);
  assert.deepEqual(codes(await clone(DANGEROUS, { env: { ...env, ATMOS_TRUST_CONFIG: "true" } })), []);
  assert.deepEqual(codes(await clone(DANGEROUS, { env: { ...env, ATMOS_TRUST_CONFIG: "false" } })), FOUND);
  const hash = (await clone(DANGEROUS, { env })).files[0]?.sha256 ?? "";
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(codes(await clone(DANGEROUS, { env }, { trusted: new Set([hash]) })), []);
  assert.deepEqual(codes(await clone(`${DANGEROUS}\n`, { env }, { trusted: new Set([hash]) })), FOUND);
});

Deno.test("a configuration cannot vouch for itself", async () => {
  assert.deepEqual(codes(await clone(`env: {ATMOS_TRUST_CONFIG: "true"}\n${DANGEROUS}`, { env })), FOUND);
});

Deno.test("trust is of the file that holds the value: a person's own may be dangerous, a clone's may not", async () => {
  const own = "auth: {identities: {u: {kind: aws/user, credentials: {mfa_command: [totp]}}}}\n";
  const files = { "/home/me/.atmos/atmos.yaml": own };
  assert.deepEqual(codes(await clone("auth: {identities: {u: {default: true}}}\n", { env, files })), []);
  const over = "auth: {identities: {u: {credentials: {mfa_command: [evil]}}}}\n";
  assert.deepEqual(codes(await clone(over, { env, files })), [
    "warning! untrusted auth.identities.u.credentials.mfa_command",
  ]);
});

Deno.test("a file that an untrusted one imports is trusted no further than that one, wherever it lies", async () => {
  const files = {
    "/tmp/planted.yaml": "auth: {identities: {u: {kind: aws/user, credentials: {mfa_command: [evil]}}}}\n",
  };
  const loaded = await clone("import: /tmp/planted.yaml\n", { env, files });
  assert.deepEqual(codes(loaded), ["warning! untrusted auth.identities.u.credentials.mfa_command"]);
  assert.deepEqual(loaded.files.map(({ path, inRepository, trusted }) => [path, inRepository, trusted]), [
    ["/tmp/planted.yaml", false, false],
    [REPO, true, false],
  ]);
});

Deno.test("a profile that an untrusted file points to is trusted no further than that file", async () => {
  const files = {
    "/tmp/planted/p/a.yaml":
      "auth: {identities: {u: {kind: aws/user, credentials: {mfa_command: [evil]}}}}\n",
  };
  const loaded = await clone("profiles: {base_path: /tmp/planted, default: p}\n", { env, files });
  assert.deepEqual(codes(loaded), ["warning! untrusted auth.identities.u.credentials.mfa_command"]);
});

Deno.test("a file found above that is somebody else's is not trusted", async () => {
  const text = "auth: {identities: {u: {kind: aws/user, credentials: {mfa_command: [evil]}}}}\n";
  const host = fakeHost({ files: { "/tmp/atmos.yaml": text }, workingDirectory: "/tmp/mine", env });
  const files = {
    ...host.files,
    status: async (path: string) => {
      const status = await host.files.status(path);
      return status === undefined ? undefined : { ...status, owned: false };
    },
  };
  assert.deepEqual((await loadConfig({ ...host, files })).files.map(({ trusted }) => trusted), [false]);
  assert.deepEqual((await loadConfig(host)).files.map(({ trusted }) => trusted), [true]);
});

Deno.test("a value that a trusted file includes from a clone is the clone's", async () => {
  const loaded = await loadFiles({
    "/work/atmos.yaml":
      "auth: {identities: {u: {kind: aws/user, credentials: {mfa_command: [totp, !include clone/arg.yaml]}}}}\n",
    "/work/clone/.git/HEAD": "",
    "/work/clone/arg.yaml": "--evil\n",
  });
  assert.deepEqual(codes(loaded), ["warning! untrusted auth.identities.u.credentials.mfa_command"]);
});

Deno.test("a link out of a clone, and one into it, make nothing trusted", async () => {
  const text = "auth: {identities: {u: {kind: aws/user, credentials: {mfa_command: [x]}}}}\n";
  const into = await loadFiles({ "/repo/.git/HEAD": "", "/repo/a.yaml": text }, {
    links: { "/work/atmos.yaml": "/repo/a.yaml" },
  });
  assert.deepEqual(into.files.map(({ inRepository, trusted }) => [inRepository, trusted]), [[true, false]]);
  const out = await loadFiles({ "/repo/.git/HEAD": "", "/x.yaml": text }, {
    workingDirectory: "/repo",
    links: { "/repo/atmos.yaml": "/x.yaml" },
  });
  assert.deepEqual(out.files.map(({ inRepository, trusted }) => [inRepository, trusted]), [[true, false]]);
});

Deno.test("directories for AWS files: inside of the clone, but not of .git, nor out of it through a link", async () => {
  const base = (path: string) =>
    `auth: {providers: {p: {kind: github/oidc, region: us-east-1, spec: {files: {base_path: "${path}"}}}}}\n`;
  const at = "auth.providers.p.spec.files.base_path";
  const check = async (path: string, init: FakeHostInit = {}) =>
    codes(await clone(base(path), { env, ...init }));
  assert.deepEqual(await check("state/aws"), []);
  assert.deepEqual(await check("/repo/x"), []);
  assert.deepEqual(await check("~/.config/atmos/here"), []);
  for (const path of ["/repo-2", "../x", "~/x", ".git/hooks", "/tmp/x"]) {
    assert.deepEqual(await check(path), [`warning! untrusted ${at}`], path);
  }
  assert.deepEqual(
    await check("link/x", { links: { "/repo/link": "/home/me" }, directories: ["/home/me"] }),
    [
      `warning! untrusted ${at}`,
    ],
  );
  assert.deepEqual(await check("link/x", { links: { "/repo/link": "/nowhere" } }), [
    `warning! untrusted ${at}`,
  ]);
  for (const path of ["~/.aws", "~/.aws/atmos", "~/.ssh", "/home/me/.ssh/x"]) {
    assert.deepEqual(await check(path), [`error forbidden-path ${at}`], path);
    assert.deepEqual(codes(await loadFiles({ "/work/atmos.yaml": base(path) }, { env })), [
      `error forbidden-path ${at}`,
    ], path);
  }
  assert.deepEqual(
    await check("link", { links: { "/repo/link": "/home/me/.aws" }, directories: ["/home/me/.aws"] }),
    [
      `error forbidden-path ${at}`,
    ],
  );
  assert.deepEqual(await check("~somebody/x"), [`error malformed-path ${at}`]);
});

Deno.test("the keyring's directory is judged like that of AWS files; Atmos's own places are free", async () => {
  const keyring = (path: string) => `auth: {keyring: {type: file, spec: {path: "${path}"}}}\n`;
  const loaded = await clone(keyring("~/.atmos/keyring"), { env });
  assert.deepEqual([codes(loaded), loaded.auth.keyring.path], [[], "/home/me/.atmos/keyring"]);
  const elsewhere = await clone(keyring("/elsewhere"), { env });
  assert.deepEqual(codes(elsewhere), ["warning! untrusted auth.keyring.spec.path"]);
  assert.equal(elsewhere.problems[0]?.about, undefined);
  assert.deepEqual(codes(await clone(keyring("~/.ssh"), { env })), [
    "error forbidden-path auth.keyring.spec.path",
  ]);
});

Deno.test("a log file outside of a clone is left out with a warning, one in it or in the temporary directory is not", async () => {
  const logs = (file: string) => clone(`auth: {logs: {file: "${file}"}}\n`, { env });
  for (
    const [file, path] of [["/tmp/atmos-auth.log", "/tmp/atmos-auth.log"], [
      "logs/auth.log",
      "/repo/logs/auth.log",
    ]]
  ) {
    const loaded = await logs(file ?? "");
    assert.deepEqual([codes(loaded), loaded.auth.logs.file], [[], path]);
  }
  const elsewhere = await logs("/etc/cron.d/x");
  assert.deepEqual([codes(elsewhere), elsewhere.auth.logs.file], [
    ["warning untrusted auth.logs.file"],
    undefined,
  ]);
  const ssh = await logs("~/.ssh/authorized_keys");
  assert.deepEqual([codes(ssh), ssh.auth.logs.file], [["warning forbidden-path auth.logs.file"], undefined]);
  const own = await loadFiles({ "/work/atmos.yaml": "logs: {file: /var/log/atmos.log}\n" }, { env });
  assert.deepEqual([codes(own), own.auth.logs.file], [[], "/var/log/atmos.log"]);
});

Deno.test("isPowerfulVariable() knows what makes a child run other code or talk to somebody else", () => {
  for (
    const name of [
      "PATH",
      "LD_PRELOAD",
      "DYLD_INSERT_LIBRARIES",
      "https_proxy",
      "AWS_ENDPOINT_URL_STS",
      "AWS_CA_BUNDLE",
      "GIT_SSH_COMMAND",
      "NODE_OPTIONS",
      "PYTHONPATH",
      "BASH_ENV",
      "AWS_CONFIG_FILE",
      "ATMOS_TRUST_CONFIG",
    ]
  ) {
    assert.equal(isPowerfulVariable(name), true, name);
  }
  for (const name of ["AWS_REGION", "TF_VAR_account", "STAGE", "MY_PATH", "PATHS"]) {
    assert.equal(isPowerfulVariable(name), false, name);
  }
});
