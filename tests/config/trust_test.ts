/** What an untrusted file may say, what needs trust, and what trusting it means. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig, type LoadOptions } from "../../lib/config/load.ts";
import type { TrustRecord } from "../../lib/config/need.ts";
import type { LoadedConfig } from "../../lib/config/types.ts";
import { fakeHost, type FakeHostInit } from "../fake_host.ts";
import { yaml } from "./setup.ts";

const FILE = "/repo/atmos.yaml";
const OWN = "/home/ana/.atmos/atmos.yaml";
const HOME = { HOME: "/home/ana" };

/** Loads a text as what a clone brings, with nobody's trust. */
async function clone(
  text: string,
  init: FakeHostInit = {},
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  const host = fakeHost({
    workingDirectory: "/repo",
    ...init,
    files: { "/repo/.git/HEAD": "", [FILE]: text, ...init.files },
    env: { ...HOME, ...init.env },
  });
  return await loadConfig(host, options);
}

/** What needs trust, one line each: the path, and what it would do. */
const needs = (loaded: LoadedConfig): readonly string[] =>
  loaded.needs.flatMap(({ values }) => values.map(({ path, does }) => `${path} ${does}`));
const errors = (loaded: LoadedConfig): readonly string[] =>
  loaded.problems.filter(({ severity }) => severity === "error").map(({ code, path }) => `${code} ${path}`);

const provider = (fields: string) => `auth: {providers: {p: {region: us-east-1, ${fields}}}}\n`;
const identity = (fields: string) => `auth: {identities: {i: {${fields}}}}\n`;
const user = (credentials: string) => identity(`kind: aws/user, credentials: {${credentials}}`);
const sso = (startUrl: string) => provider(`kind: aws/iam-identity-center, start_url: "${startUrl}"`);
const role = (principal: string) =>
  `auth: {providers: {p: {kind: github/oidc, region: us-east-1}}, identities: {i: {kind: aws/assume-role, via: {provider: p}, principal: {${principal}}}}}\n`;
const ROLE = "assume_role: 'arn:aws:iam::123456789012:role/R'";

const SECRET = "canary-not-a-real-secret";
const ENV = {
  SECRET,
  REGION: "eu-west-1",
  ACCOUNT: "123456789012",
  ARN: "arn:aws:iam::123456789012:role/FromEnv",
  MFA: "arn:aws:iam::123456789012:mfa/ana",
  PORTAL: "https://example.awsapps.com/start",
  LASTING: "2h",
  ID: "AKIAIOSFODNN7EXAMPLE",
  STS_TOKEN: `e30.${btoa('{"aud":"sts.amazonaws.com"}').replaceAll("=", "")}.c2ln`,
  OTHER_TOKEN: `e30.${btoa('{"aud":["sts.amazonaws.com","https://example.com"]}').replaceAll("=", "")}.c2ln`,
};

/** A value of an untrusted file, and what it needs; `undefined`: nothing. */
const VALUES: Readonly<Record<string, readonly [text: string, need: string | undefined]>> = {
  "an endpoint": [
    provider("kind: github/oidc, spec: {endpoint_url: 'https://evil.example'}"),
    "auth.providers.p.spec.endpoint_url sends your session to https://evil.example",
  ],
  "an endpoint of an identity": [
    identity("kind: aws/user, spec: {endpoint_url: 'https://evil.example'}"),
    "auth.identities.i.spec.endpoint_url sends your session to https://evil.example",
  ],
  "a SAML page": [
    provider("kind: aws/saml, url: 'https://evil.example'"),
    "auth.providers.p.url sends your sign-in to https://evil.example",
  ],
  "a directory of AWS files": [
    provider("kind: github/oidc, spec: {files: {base_path: .aws-files}}"),
    "auth.providers.p.spec.files.base_path writes the AWS files below .aws-files",
  ],
  "a directory of AWS files of ours": [
    provider("kind: github/oidc, spec: {files: {base_path: ~/.config/atmos/here}}"),
    "auth.providers.p.spec.files.base_path writes the AWS files below ~/.config/atmos/here",
  ],
  "a token file": [
    provider("kind: oidc/token, spec: {token_file: ~/.aws/credentials}"),
    "auth.providers.p.spec.token_file sends the content of ~/.aws/credentials to AWS",
  ],
  "a variable with a token for STS": [provider("kind: oidc/token, spec: {token_env: STS_TOKEN}"), undefined],
  "a variable with a token that others accept, too": [
    provider("kind: oidc/token, spec: {token_env: OTHER_TOKEN}"),
    "auth.providers.p.spec.token_env sends the variable OTHER_TOKEN, which holds no token for AWS STS, to AWS",
  ],
  "a variable with any other secret": [
    provider("kind: oidc/token, spec: {token_env: SECRET}"),
    "auth.providers.p.spec.token_env sends the variable SECRET, which holds no token for AWS STS, to AWS",
  ],
  "a command": [
    user("mfa_command: [pass, otp, aws]"),
    "auth.identities.i.credentials.mfa_command runs `pass otp aws`",
  ],
  "a command in one text": [
    user("mfa_command: pass otp aws"),
    "auth.identities.i.credentials.mfa_command runs `pass otp aws`",
  ],
  "keys": [
    user("access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: not-a-real-secret"),
    "auth.identities.i.credentials.access_key_id uses keys written in the file",
  ],
  "keys from variables": [user("access_key_id: !env ID, secret_access_key: !env SECRET"), undefined],
  "keys from variables with a default": [
    user("access_key_id: !env ID, secret_access_key: !env SECRET x"),
    "auth.identities.i.credentials.secret_access_key uses keys written in the file",
  ],
  "an MFA device": [user("mfa_arn: 'arn:aws:iam::123456789012:mfa/ana'"), undefined],
  "an MFA device from a variable": [user("mfa_arn: !env MFA"), undefined],
  "a variable for commands": [
    identity("kind: aws/user, env: [{key: FOO, value: bar}]"),
    "auth.identities.i.env[0] sets FOO=bar for commands",
  ],
  "a variable for commands in a map": [
    identity("kind: aws/user, env: {FOO: bar}"),
    "auth.identities.i.env.FOO sets FOO=bar for commands",
  ],
  "a variable for commands from a variable": [
    identity("kind: aws/user, env: {FOO: !env SECRET}"),
    "auth.identities.i.env.FOO sets FOO=!env SECRET for commands",
  ],
  "a region from a variable": [role(`${ROLE}, region: !env REGION`), undefined],
  "a region from a variable with a default": [
    role(`${ROLE}, region: !env REGION us-east-1`),
    "auth.identities.i.principal.region uses !env REGION",
  ],
  "a role from a variable": [role("assume_role: !env ARN"), undefined],
  "a duration from a variable": [role(`${ROLE}, duration: !env LASTING`), undefined],
  "a session name": [role(`${ROLE}, session_name: ci`), undefined],
  "a session name from a variable": [
    role(`${ROLE}, session_name: !env SECRET`),
    "auth.identities.i.principal.session_name uses !env SECRET",
  ],
  "an external id from a variable": [
    role(`${ROLE}, external_id: !env SECRET`),
    "auth.identities.i.principal.external_id uses !env SECRET",
  ],
  "a portal from a variable": [
    provider("kind: aws/iam-identity-center, start_url: !env PORTAL"),
    undefined,
  ],
  "a user name": [
    provider("kind: aws/saml, url: 'https://idp.example', username: ana"),
    "auth.providers.p.url sends your sign-in to https://idp.example",
  ],
  "the usual password variable": [
    "auth: {keyring: {type: file, spec: {path: ~/.atmos/keyring, password_env: ATMOS_KEYRING_PASSWORD}}}\n",
    undefined,
  ],
  "another password variable": [
    "auth: {keyring: {type: file, spec: {password_env: GITHUB_TOKEN}}}\n",
    "auth.keyring.spec.password_env takes the keyring's password from the variable GITHUB_TOKEN",
  ],
  "a keyring beside ours": [
    "auth: {keyring: {type: file, spec: {path: ~/.local/share/atmos/keyring-ci}}}\n",
    undefined,
  ],
  "a keyring elsewhere": [
    "auth: {keyring: {type: file, spec: {path: keyring}}}\n",
    "auth.keyring.spec.path keeps the keyring in keyring",
  ],
  "a log in the temporary directory": ["auth: {logs: {file: /tmp/atmos-auth.log}}\n", undefined],
  "a log elsewhere": ["auth: {logs: {file: ~/notes}}\n", "auth.logs.file logs to ~/notes"],
  "a log below the temporary directory": [
    "logs: {file: /tmp/x/atmos.log}\n",
    "logs.file logs to /tmp/x/atmos.log",
  ],
};

for (const [what, [text, need]] of Object.entries(VALUES)) {
  Deno.test(`loadConfig() ${need === undefined ? "takes" : "wants trust for"} ${what} of an untrusted file`, async () => {
    const loaded = await clone(text, { env: ENV });
    assert.deepEqual(needs(loaded).slice(0, 1), need === undefined ? [] : [need]);
    assert.equal(JSON.stringify([loaded.problems, needs(loaded)]).includes(SECRET), false);
    const own = await clone("", { env: ENV, files: { [OWN]: text } });
    assert.deepEqual(needs(own), [], "the user's own file may say it");
    const vouched = await clone(text, { env: { ...ENV, ATMOS_TRUST_CONFIG: "true" } });
    assert.deepEqual(needs(vouched), []);
  });
}

const PORTALS: Readonly<Record<string, boolean>> = {
  "https://mycompany.awsapps.com/start": true,
  "https://mycompany.awsapps.com/start#/": true,
  "https://start.us-gov-home.awsapps.com/directory/d-1234567890": true,
  "https://start.home.awsapps.cn/directory/d-1234567890": true,
  "https://ssoins-1234567890abcdef.portal.us-east-1.app.aws": true,
  "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef": true,
  "https://MyCompany.AwsApps.com/start": true,
  "https://evil-awsapps.com/start": false,
  "https://awsapps.com/start": false,
  "https://mycompany.awsapps.com.evil.example/start": false,
  "https://mycompany.awsapps.com:8443/start": false,
  "https://mycompany.awsapps.com./start": false,
  "https://x.awsapps.cn/start": false,
  "https://x.home.awsapps.cn/start": false,
  "https://portal.us-east-1.app.aws": false,
  "https://x.portal.nowhere.app.aws": false,
  "https://x.portal.us-east-1.app.aws.evil.example": false,
  "https://evil.app.aws": false,
  "https://x.identitycenter.amazonaws.com/y": false,
  "http://127.0.0.1:4000/start": false,
};

for (const [url, isPortal] of Object.entries(PORTALS)) {
  Deno.test(`loadConfig() ${isPortal ? "takes" : "wants trust for"} the portal ${url} of an untrusted file`, async () => {
    assert.equal(needs(await clone(sso(url))).length, isPortal ? 0 : 1);
  });
}

Deno.test("loadConfig() takes a portal at an origin that the user's environment names as an endpoint", async () => {
  const text = sso("http://127.0.0.1:4000/start");
  const named = { AWS_ENDPOINT_URL_SSO: "http://127.0.0.1:4000" };
  assert.deepEqual(needs(await clone(text, { env: named })), []);
  assert.equal(needs(await clone(text, { env: { AWS_ENDPOINT_URL: "http://127.0.0.1:4001" } })).length, 1);
  const ignored = { ...named, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
  assert.equal(needs(await clone(text, { env: ignored })).length, 1);
});

Deno.test("loadConfig() takes an entry out whole, shows its values as notices, and leaves the others", async () => {
  const loaded = await clone(yaml`
    auth:
      providers:
        sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: "https://c.awsapps.com/start"}
      identities:
        a: {kind: aws/permission-set, via: {provider: sso}, principal: {name: A, account: {id: "123456789012"}}, env: {X: y}}
        b: {kind: aws/permission-set, via: {provider: sso}, principal: {name: B, account: {id: "123456789012"}}}
  `);
  assert.deepEqual([...loaded.auth.identities.values()].map(({ config }) => config?.kind), [
    undefined,
    "aws/permission-set",
  ]);
  assert.equal(loaded.asWritten.identities.get("a")?.config?.kind, "aws/permission-set");
  assert.deepEqual(loaded.problems, [{
    severity: "notice",
    code: "untrusted",
    path: "auth.identities.a.env.X",
    at: { file: FILE, line: 5, column: 119 },
    reason: "needs trust: sets X=y for commands",
    hint: "Read the file; if you agree with it, run `atmos auth trust`",
    blocks: true,
    about: { type: "identity", name: "a" },
  }]);
});

Deno.test("loadConfig() judges a merged entry by the file of each value", async () => {
  const own = yaml`
    auth:
      providers:
        p: {kind: aws/saml, region: us-east-1, url: "https://idp.example", username: ana, password: !env SECRET}
  `;
  const over = async (text: string) => needs(await clone(text, { env: ENV, files: { [OWN]: own } }));
  const url = "auth: {providers: {p: {url: 'https://evil.example'}}}\n";
  assert.deepEqual(await over(url), ["auth.providers.p.url sends your sign-in to https://evil.example"]);
  assert.deepEqual(await over("auth: {providers: {P: {URL: 'https://evil.example'}}}\n"), [
    "auth.providers.P.URL sends your sign-in to https://evil.example".replace("URL", "url"),
  ]);
  assert.deepEqual(await over("auth: {providers: {p: {driver: Okta}}}\n"), [
    "auth.providers.p.driver uses Okta",
  ]);
  assert.deepEqual(await over("auth: {providers: {p: {session: {duration: 1h}, tags: [a]}}}\n"), []);
});

Deno.test("loadConfig() finds a value in whatever form a file has it", async () => {
  const forms = [
    "auth: {identities: {i: {kind: aws/user, ENV: {BASH_ENV: hook.sh}}}}\n",
    "x: &x {BASH_ENV: hook.sh}\nauth: {identities: {i: {kind: aws/user, env: *x}}}\n",
    "x: &x {env: {BASH_ENV: hook.sh}}\nauth: {identities: {i: {kind: aws/user, <<: *x}}}\n",
    "auth: {identities: {i: {kind: aws/user, env: [{key: A, value: a}, {KEY: BASH_ENV, VALUE: hook.sh}]}}}\n",
    "auth:\n  identities:\n    i:\n      kind: aws/user\n      env:\n        - key: BASH_ENV\n          value: hook.sh\n",
    "Auth: {Identities: {i: {Kind: aws/user, Env: {BASH_ENV: hook.sh}}}}\n",
  ];
  for (const text of forms) {
    const loaded = await clone(text);
    assert.ok(needs(loaded).some((line) => line.includes("BASH_ENV=hook.sh")), text);
    assert.equal(loaded.auth.identities.get("i")?.config, undefined, text);
  }
});

Deno.test("loadConfig() refuses two spellings of one key in a map, trusted or not", async () => {
  const text = identity("kind: aws/user, env: [{key: FOO, KEY: BASH_ENV, value: hook.sh}]");
  for (const init of [{}, { env: { ATMOS_TRUST_CONFIG: "true" } }]) {
    assert.deepEqual(errors(await clone(text, init)), ["duplicate-key auth.identities.i.env[0].KEY"]);
  }
});

Deno.test("loadConfig() lets no file set what carries or selects the session, trusted or not", async () => {
  for (
    const name of ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "aws_session_token", "AWS_SHARED_CREDENTIALS_FILE"]
  ) {
    for (const text of [`{${name}: x}`, `[{key: ${name}, value: x}]`]) {
      const loaded = await clone("", { files: { [OWN]: identity(`kind: aws/user, env: ${text}`) } });
      assert.equal(errors(loaded)[0]?.split(" ")[0], "session-variable", text);
    }
  }
});

Deno.test("loadConfig() refuses a value from a variable that lacks the form its key demands, and names the variable", async () => {
  for (
    const text of [
      role("assume_role: !env SECRET"),
      role(`${ROLE}, region: !env SECRET`),
      role(`${ROLE}, duration: !env SECRET`),
      sso("x").replace('"x"', "!env SECRET"),
      user("access_key_id: !env SECRET, secret_access_key: !env SECRET"),
    ]
  ) {
    const loaded = await clone(text, { env: ENV });
    assert.ok(loaded.problems.length > 0, text);
    assert.equal(JSON.stringify(loaded.problems).includes(SECRET), false, text);
    assert.ok(
      JSON.stringify(loaded.problems).includes("!env SECRET") || text.includes("access_key_id"),
      text,
    );
  }
});

Deno.test("loadConfig() wants trust for a text that another file holds", async () => {
  const loaded = await clone(role(`${ROLE}, session_name: !include secret.json`), {
    files: { "/repo/secret.json": JSON.stringify(SECRET) },
  });
  assert.equal(needs(loaded).length, 1);
  assert.equal(JSON.stringify([loaded.problems, needs(loaded)]).includes(SECRET), false);
  const map = await clone("auth: !include parts.yaml\n", {
    files: { "/repo/parts.yaml": role(ROLE).slice(6) },
  });
  assert.deepEqual([needs(map), errors(map)], [[], []]);
});

Deno.test("loadConfig() reads an import outside the tree, or in .git, only once it is trusted", async () => {
  const planted = {
    "/tmp/planted.yaml": user("mfa_command: [evil]"),
    "/repo/.git/x.yaml": user("mfa_command: [x]"),
  };
  for (const path of ["/tmp/planted.yaml", "../tmp/planted.yaml", "/tmp/*.yaml", ".git/x.yaml", "/tmp"]) {
    const loaded = await clone(`import: ["${path}"]\n`, { files: planted });
    assert.equal(needs(loaded).length, 1, path);
    assert.equal(loaded.auth.identities.size, 0, path);
    assert.equal(loaded.auth.isIncomplete, true, path);
  }
  const link = await clone("import: [link.yaml]\n", {
    files: planted,
    links: { "/repo/link.yaml": "/tmp/planted.yaml" },
  });
  assert.deepEqual(needs(link), ["import reads /tmp/planted.yaml"]);
  const inside = await clone("import: [parts/*.yaml]\n", { files: { "/repo/parts/a.yaml": role(ROLE) } });
  assert.deepEqual([needs(inside), inside.auth.identities.size], [[], 1]);
});

Deno.test("loadConfig() reads no profile from outside the tree for an untrusted file", async () => {
  const files = { "/tmp/planted/p/a.yaml": role(ROLE) };
  const loaded = await clone("profiles: {base_path: /tmp/planted, default: p}\n", { files });
  assert.deepEqual([needs(loaded), loaded.auth.identities.size], [
    ["profiles.base_path reads /tmp/planted"],
    0,
  ]);
});

/** Loads again with what was trusted of a first load. */
async function trustedThen(
  before: string,
  after: string,
  init: FakeHostInit = {},
): Promise<readonly string[]> {
  const records = await recordsFor(before, init);
  return needs(await clone(after, init, { trusted: () => Promise.resolve(records) }));
}

async function recordsFor(text: string, init: FakeHostInit = {}): Promise<readonly TrustRecord[]> {
  const loaded = await clone(text, init);
  assert.ok(loaded.needs.length > 0);
  return await loaded.trusting(loaded.needs) ?? [];
}

const TRUSTED = `auth:
  providers: {p: {kind: github/oidc, region: us-east-1, session: {duration: 1h}}}
  identities:
    i: {kind: aws/assume-role, via: {provider: p}, principal: {${ROLE}}, env: {X: y}, tags: [a]}
    j: {kind: aws/user, credentials: {mfa_command: [sh, otp.sh, --x=lib/more.sh]}}
`;
const PROGRAMS = { "/repo/otp.sh": "echo 1\n", "/repo/lib/more.sh": "true\n" };

Deno.test("trust holds for the same values: not for a comment, default, required, alias, tags or a duration", async () => {
  const init = { files: PROGRAMS };
  const same: readonly (readonly [string, string])[] = [
    ["auth:", "# a comment\nauth:"],
    ["tags: [a]", "tags: [b], default: true, required: true, alias: Prod"],
    ["duration: 1h", "duration: 2h"],
    ["{X: y}", '{"X": "y"}'],
  ];
  for (const [from, to] of same) {
    assert.deepEqual(await trustedThen(TRUSTED, TRUSTED.replace(from, to), init), [], to);
  }
});

Deno.test("trust ends with a change of a value, of what the entry starts from, or of a file that a command names", async () => {
  const other: readonly (readonly [string, string])[] = [
    ["{X: y}", "{X: z}"],
    ["{X: y}", "{X: !env SECRET}"],
    ["role/R", "role/Other"],
    ["region: us-east-1", "region: eu-west-1"],
    ["[sh, otp.sh", "[sh, other.sh"],
  ];
  for (const [from, to] of other) {
    const needed = await trustedThen(TRUSTED, TRUSTED.replace(from, to), { files: PROGRAMS });
    assert.equal(needed.length, 1, to);
  }
  const records = await recordsFor(TRUSTED, { files: PROGRAMS });
  for (const path of Object.keys(PROGRAMS)) {
    const files = { ...PROGRAMS, [path]: "evil\n" };
    const loaded = await clone(TRUSTED, { files }, { trusted: () => Promise.resolve(records) });
    assert.deepEqual(needs(loaded), [
      "auth.identities.j.credentials.mfa_command runs `sh otp.sh --x=lib/more.sh`",
    ]);
  }
});

Deno.test("trust binds the program that PATH finds in the tree", async () => {
  const text = user("mfa_command: [otp]");
  const init = (content: string) => ({
    files: { "/repo/bin/otp": content },
    env: { PATH: "/usr/bin:/repo/bin" },
  });
  const records = await recordsFor(text, init("one"));
  const trusted = () => Promise.resolve(records);
  assert.deepEqual(needs(await clone(text, init("one"), { trusted })), []);
  assert.equal(needs(await clone(text, init("two"), { trusted })).length, 1);
});

Deno.test("trust is for the file at its real path: a copy is another file, and `!env` is bound by its name", async () => {
  const text = identity("kind: aws/user, env: {X: !env SECRET}");
  const records = await recordsFor(text, { env: { SECRET: "one" } });
  const trusted = () => Promise.resolve(records);
  assert.deepEqual(needs(await clone(text, { env: { SECRET: "two" } }, { trusted })), []);
  const copy = fakeHost({ workingDirectory: "/other", files: { "/other/atmos.yaml": text }, env: HOME });
  assert.equal(needs(await loadConfig(copy, { trusted })).length, 1);
});

Deno.test("an untrusted identity that adds only free values over a trusted provider asks nothing", async () => {
  const own = provider("kind: aws/saml, url: 'https://idp.example'");
  const text = "auth: {identities: {i: {kind: aws/assume-role, via: {provider: p}, principal: {" + ROLE +
    "}}}}\n";
  assert.deepEqual(needs(await clone(text, { files: { [OWN]: own } })), []);
});

Deno.test("isOwnFile() decides by place, owner and mode: what others could have written is not the user's", async () => {
  const text = user("mfa_command: [totp]");
  const modes: Readonly<Record<string, readonly [Readonly<Record<string, number>>, boolean]>> = {
    "closed": [{}, true],
    "a file that all may write": [{ [OWN]: 0o666 }, false],
    "a directory that all may write": [{ "/home/ana/.atmos": 0o777 }, false],
    "a home that all may write": [{ "/home/ana": 0o777 }, true],
  };
  for (const [what, [mode, isOwn]] of Object.entries(modes)) {
    const host = fakeHost({ workingDirectory: "/work", files: { [OWN]: text }, env: HOME });
    const status = async (path: string) => {
      const found = await host.files.status(path);
      const bits = mode[path];
      return found === undefined || bits === undefined
        ? found
        : { ...found, mode: bits, writableByOthers: (bits & 0o022) !== 0 };
    };
    const loaded = await loadConfig({ ...host, files: { ...host.files, status } });
    assert.equal(loaded.files[0]?.trusted, isOwn, what);
  }
});

Deno.test("loadConfig() uses nothing of a home inside an untrusted tree, and says which", async () => {
  const env = { HOME: "/home/ana", XDG_CONFIG_HOME: "/repo/.config", ATMOS_XDG_STATE_HOME: "/repo/.state" };
  const loaded = await clone("", {
    env,
    files: { "/repo/.config/atmos/profiles/p/a.yaml": user("mfa_command: [x]") },
  });
  assert.deepEqual(loaded.foreignHomes.map(({ home, tree }) => [home, tree]), [
    ["config", "/repo"],
    ["state", "/repo"],
  ]);
  const records = () => Promise.reject(new Error("the trust list of a checkout is not asked"));
  const asked = await clone(identity("kind: aws/user, env: {X: y}"), { env }, { trusted: records });
  assert.equal(asked.needs.length, 1);
});

Deno.test("loadConfig() uses the homes of a user whose home directory is a work tree itself, but not in CI", async () => {
  const files = {
    "/home/ana/.git/HEAD": "",
    "/home/ana/work/atmos.yaml": "",
    [OWN]: user("mfa_command: [totp]"),
  };
  const load = (env: Readonly<Record<string, string>>) =>
    loadConfig(fakeHost({ workingDirectory: "/home/ana/work", files, env: { ...HOME, ...env } }));
  assert.deepEqual((await load({})).foreignHomes, []);
  assert.equal((await load({ CI: "true" })).foreignHomes.length > 0, true);
});

Deno.test("a value from `!env` is in no problem and no need, whatever its key", async () => {
  const keys = fc.constantFrom(
    "kind",
    "alias",
    "url",
    "start_url",
    "username",
    "region",
    "driver",
    "default",
    "tags",
    "mfa",
    "idp_arn",
  );
  const below = fc.constantFrom("providers", "identities");
  await fc.assert(
    fc.asyncProperty(
      below,
      fc.constantFrom("aws/saml", "aws/user", "aws/assume-role", "x"),
      keys,
      async (section, kind, key) => {
        const loaded = await clone(
          `auth: {${section}: {e: {kind: ${kind}, region: us-east-1, ${key}: !env SECRET}}}\n`,
          { env: ENV },
        );
        const shown = [loaded.problems, needs(loaded), [...loaded.auth.identities.values()], [
          ...loaded.auth.providers.values(),
        ]];
        assert.equal(JSON.stringify(shown).includes(SECRET), false);
      },
    ),
    { numRuns: 60 },
  );
});
