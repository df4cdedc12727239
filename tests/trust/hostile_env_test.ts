/** Variables for children, wherever and however they are written: none reaches a child before it is trusted. */
import assert from "node:assert/strict";
import { openArena } from "./arena.ts";
import { hostile, LOOKING, USING } from "./cases.ts";
import { KEYS, roleConfig, userConfig } from "./configs.ts";

const BOTH = ["env", "exec"];

/** Written in one place, meant for another. */
const LIBRARY = "{ key: LD_PRELOAD, value: ./evil.so }";

hostile([
  {
    name: "an identity's env gets nowhere: no command uses the identity, and every look at it works",
    files: { "atmos.yaml": roleConfig("env: [{ key: BASH_ENV, value: ./evil.sh }]") },
    refused: USING,
    works: LOOKING,
    runs: ["complete", "doctor"],
  },
  {
    name: "an identity's env of a harmless name needs trust",
    files: { "atmos.yaml": userConfig("env: [{ key: GREETING, value: hello }]") },
    refused: BOTH,
  },
  {
    name: "an identity's env as a map needs trust",
    files: { "atmos.yaml": userConfig("env: { KUBECONFIG: ./kube.yaml, SSLKEYLOGFILE: ./keys.log }") },
    refused: BOTH,
  },
  {
    name: "an identity's env whose keys are in capitals needs trust",
    files: { "atmos.yaml": userConfig("ENV: [{ KEY: PS4, VALUE: $(leave-mark) }]") },
    refused: BOTH,
  },
  {
    name: "an identity's env after an empty one in another case needs trust",
    files: { "atmos.yaml": userConfig("ENV: []\nEnv: []\nenv: [{ key: MAKEFLAGS, value: -f evil.mk }]") },
    refused: BOTH,
  },
  {
    name: "an identity's env in a section whose name is in capitals needs trust",
    files: {
      "atmos.yaml":
        `AUTH:\n  Identities:\n    dev:\n      Kind: aws/user\n      ${KEYS}\n      env: [${LIBRARY}]\n`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from a second spelling of its name in a drop-in needs trust",
    files: {
      "atmos.yaml": userConfig(),
      "atmos.d/more.yaml": `auth: { identities: { DEV: { env: [${LIBRARY}] } } }\n`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env that a merge key brings from another section needs trust",
    files: {
      "atmos.yaml": `vars:\n  common: &common\n    env: [${LIBRARY}]\n${userConfig("<<: *common")}`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env that a list of merge keys brings needs trust",
    files: {
      "atmos.yaml": `vars:\n  first: &first { alias: One }\n  second: &second { env: { PS4: evil } }\n${
        userConfig("<<: [*first, *second]")
      }`,
    },
    refused: BOTH,
  },
  {
    name: "an identity that is an alias of another section needs trust for the env in it",
    files: {
      "atmos.yaml": `vars:\n  made: &made\n    kind: aws/user\n    ${KEYS}\n    env: [${LIBRARY}]\n` +
        "auth: { identities: { dev: *made } }\n",
    },
    refused: BOTH,
  },
  {
    name: "an identity's env whose items and values are aliases needs trust",
    files: {
      "atmos.yaml": `vars: { name: &name BASH_ENV, path: &path ./evil.sh }\n${
        userConfig("env: [{ key: *name, value: *path }]")
      }`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env whose name and value come from variables needs trust and shows neither",
    files: { "atmos.yaml": userConfig("env: [{ key: !env NAME_OF_IT, value: !env GITHUB_TOKEN }]") },
    env: { NAME_OF_IT: "GIT_SSH_COMMAND" },
    refused: BOTH,
    works: ["validate", "list", "explain"],
  },
  {
    name: "an identity's env in flow style with a tag on the key needs trust",
    files: {
      "atmos.yaml":
        '{"auth": {"identities": {"dev": {"kind": "aws/user", "credentials": {"access_key_id": !env USER_KEY, ' +
        '"secret_access_key": !env USER_SECRET, "region": "us-east-1"}, !!str "env": {"\\x4cD_PRELOAD": "./evil.so"}}}}}\n',
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from an import needs trust",
    files: {
      "atmos.yaml": `import: [parts/*.yaml]\n${userConfig()}`,
      "parts/env.yaml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from an import of an import needs trust",
    files: {
      "atmos.yaml": `import: parts/one\n${userConfig()}`,
      "parts/one.yaml": "import: ./two.yaml\n",
      "parts/two.yaml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from a drop-in needs trust",
    files: {
      "atmos.yaml": userConfig(),
      ".atmos.d/zz/env.yml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from a drop-in of the repository's root needs trust in a directory below it",
    files: {
      "atmos.d/env.yaml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n`,
      "below/atmos.yaml": userConfig(),
    },
    directory: "home/clone/below",
    refused: BOTH,
  },
  {
    name: "an identity's env from an included map needs trust",
    files: {
      "atmos.yaml": userConfig("env: !include env.yaml"),
      "env.yaml": "{ BASH_ENV: ./evil.sh }\n",
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from a profile that the configuration itself chooses needs trust",
    files: {
      "atmos.yaml": `profiles: { default: evil }\n${userConfig()}`,
      "profiles/evil/env.yaml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n`,
    },
    refused: BOTH,
  },
  {
    name: "an identity's env from a profile that a top-level env chooses needs trust",
    files: {
      "atmos.yaml": `env: { ATMOS_PROFILE: evil }\n${userConfig()}`,
      ".atmos/profiles/evil/env.yaml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n`,
    },
    refused: BOTH,
  },
  {
    name: "a clone that adds env to an identity of the person's own configuration needs trust",
    files: { "atmos.yaml": `auth: { identities: { dev: { env: [${LIBRARY}] } } }\n` },
    around: { "home/.atmos/atmos.yaml": userConfig() },
    refused: BOTH,
  },
  {
    name: "a clone that changes an identity whose env is the person's own needs trust",
    files: { "atmos.yaml": "auth: { identities: { dev: { credentials: { region: eu-west-1 } } } }\n" },
    around: { "home/.atmos/atmos.yaml": userConfig("env: { GREETING: hello }") },
    refused: BOTH,
  },
  {
    name: "the env of an identity further up the chain needs trust",
    files: {
      "atmos.yaml": roleConfig().replace(KEYS, `${KEYS}\n      env: [${LIBRARY}]`),
    },
    refused: BOTH,
  },
]);

hostile(
  [
    ["a top-level env of a harmless name keeps exec and shell from running", "env: { GREETING: hello }\n"],
    [
      "a top-level env with a merge key keeps exec and shell from running",
      "x: &x { PS4: evil }\nenv: { <<: *x }\n",
    ],
    ["a top-level env in capitals keeps exec and shell from running", "ENV: { LD_PRELOAD: ./evil.so }\n"],
    ["a top-level env from an import keeps exec and shell from running", "import: [env.yaml]\n"],
    ["a top-level env from an included map keeps exec and shell from running", "env: !include values.yaml\n"],
  ].map(([name = "", top = ""]) => ({
    name,
    files: {
      "atmos.yaml": `${top}${userConfig()}`,
      "env.yaml": "env: { BASH_ENV: ./evil.sh }\n",
      "values.yaml": "{ BASH_ENV: ./evil.sh }\n",
    },
    refused: ["exec", "shell"],
    works: ["list"],
  })),
);

Deno.test("a top-level env moves none of our own settings: AWS is asked, trust stays away, state stays where it is", async () => {
  const variables = {
    AWS_ENDPOINT_URL_STS: "@EVIL@",
    AWS_ENDPOINT_URL: "@EVIL@",
    HTTPS_PROXY: "@EVIL@",
    HTTP_PROXY: "@EVIL@",
    ATMOS_TRUST_CONFIG: "true",
    ATMOS_XDG_STATE_HOME: "@ROOT@/home/clone/state",
    ATMOS_XDG_CONFIG_HOME: "@ROOT@/home/clone/config",
    ATMOS_IDENTITY: "false",
    ATMOS_LOGS_FILE: "@ROOT@/home/clone/log",
    USER_SECRET: "another",
  };
  const file = (more: string) => `env: ${JSON.stringify(variables)}\n${userConfig(more)}`;
  await using arena = await openArena({ files: { "atmos.yaml": file("") } });
  const { stdout } = await arena.works("env", { printsSession: true });
  assert.match(stdout, /^export AWS_ACCESS_KEY_ID="ASIA/m);
  assert.doesNotMatch(stdout, /@EVIL@|ATMOS_|PROXY|ENDPOINT/);
  assert.equal(arena.aws.calls("GetSessionToken"), 1);
  const changes = await arena.takeChanges();
  assert.deepEqual(changes.filter((path) => path.startsWith("home/clone/")), []);
  await arena.plant({ "home/clone2/atmos.yaml": file("env: { GREETING: hello }") });
  await arena.refuses("env", { directory: "home/clone2" });
  await arena.assertNoLeaks();
});

/** Variables that carry or select the session's credentials. */
const OURS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_CONFIG_FILE",
];

Deno.test("an env that sets a variable of our session's credentials is a problem, in the person's own file too", async () => {
  const identities = OURS.map((name, at) => `    user-${at}: { kind: aws/user, env: { ${name}: evil } }\n`)
    .join("");
  await using arena = await openArena({
    git: false,
    around: { "home/.atmos/atmos.yaml": `auth:\n  identities:\n${identities}` },
  });
  const { stdout } = await arena.fails("auth validate --format json");
  const { problems } = JSON.parse(stdout);
  for (const at of OURS.keys()) {
    const found = problems.some(({ severity, path }: { severity: string; path: string }) =>
      severity === "error" && path.startsWith(`auth.identities.user-${at}.env`)
    );
    assert.ok(found, `${OURS[at]}: ${stdout}`);
  }
  await arena.fails("auth exec -i user-0 -- leave-mark");
  await arena.fails("auth env -i user-3", { env: { ATMOS_TRUST_CONFIG: "true" } });
  assert.deepEqual(await arena.takeMarks(), []);
  await arena.assertNoLeaks();
});
