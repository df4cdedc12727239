/** Programs and files that a clone names: none is started, none is read, before it is trusted. */
import { type Hostile, hostile, LOOKING, USING } from "./cases.ts";
import { portalConfig, userConfig } from "./configs.ts";
import type { Tree } from "./tree.ts";

const EVIL: Tree = {
  "evil.sh": { text: "#!/bin/sh\nleave-mark\necho 123456\n", mode: 0o755 },
  "bin/leave": { text: "#!/bin/sh\nleave-mark\n", mode: 0o755 },
};

const mfaConfig = (command: string) =>
  userConfig().replace(
    / credentials: \{(.*)\}/,
    ` credentials:\n        { ${"$1"}, mfa_arn: "arn:aws:iam::123456789012:mfa/username", mfa_command: ${command} }`,
  );

/** Ways to name a program. */
const COMMANDS: Readonly<Record<string, string>> = {
  "of the PATH": "leave-mark",
  "of the PATH with words": '"pass otp aws"',
  "in a list": "[leave-mark, --now]",
  "of the clone": "./evil.sh",
  "of the clone, by its absolute path": '["@ROOT@/home/clone/evil.sh"]',
  "that a shell reads": "[sh, -c, leave-mark]",
  "that a shell reads from a file": "[sh, ./evil.sh]",
  "whose name comes from a variable": "!env PROGRAM",
  "with a secret from a variable": "[leave-mark, !env GITHUB_TOKEN]",
  "through an alias of YAML": "*program",
};

hostile(
  Object.entries(COMMANDS).map(([what, command]): Hostile => ({
    name: `a program ${what} for MFA codes is not started before it is trusted`,
    files: { "atmos.yaml": `x: &program [leave-mark]\n${mfaConfig(command)}`, ...EVIL },
    env: { ATMOS_MFA_TOKEN: undefined, PROGRAM: "leave-mark" },
    ...what === "of the PATH" ? { refused: USING, works: LOOKING, runs: ["complete", "doctor"] } : {},
  })),
);

hostile([
  {
    name: "a program for MFA codes is not started where the code is given",
    files: { "atmos.yaml": mfaConfig("leave-mark") },
    env: { ATMOS_MFA_TOKEN: "123456" },
  },
  {
    name: "a program of the clone is not started from a PATH that leads into it",
    files: { "atmos.yaml": mfaConfig("leave"), ...EVIL },
    env: { PATH: "@ROOT@/home/clone/bin:@ROOT@/bin:/usr/bin:/bin", ATMOS_MFA_TOKEN: undefined },
  },
  {
    name: "a .env file and a mise file of the clone set nothing",
    files: {
      "atmos.yaml": mfaConfig("leave-mark"),
      ".env": "ATMOS_TRUST_CONFIG=true\n",
      ".mise.toml": '[env]\nATMOS_TRUST_CONFIG = "true"\n',
    },
    env: { ATMOS_MFA_TOKEN: undefined },
  },
]);

/** Where a program's output could be asked for. */
const EXEC: Readonly<Record<string, string>> = {
  "an alias": userConfig("alias: !exec leave-mark"),
  "an alias in quotes": userConfig('alias: !exec "sh -c leave-mark"'),
  "a region": userConfig().replace("us-east-1", "!exec leave-mark"),
  "a secret key": userConfig().replace("!env USER_SECRET", "!exec leave-mark"),
  "an identity": "auth: { identities: { dev: !exec leave-mark } }\n",
  "a portal's address": portalConfig("x").replace('"x"', "!exec leave-mark"),
  "another spelling of the tag": userConfig("alias: !<!exec> leave-mark"),
};

hostile(
  Object.entries(EXEC).map(([what, text]): Hostile => ({
    name: `${what} is not the output of a program, trusted or not`,
    files: { "atmos.yaml": text },
    fails: ["env"],
    works: ["list"],
    runs: ["validate"],
    before: async (arena) => {
      await arena.fails("env", { env: { ATMOS_TRUST_CONFIG: "true" } });
      if ((await arena.takeMarks()).length > 0) throw new Error("a program was started once it was trusted");
    },
  })),
);

hostile([
  {
    name: "an import is not the output of a program",
    files: { "atmos.yaml": `import: [!exec leave-mark]\n${userConfig()}` },
    refused: [],
    works: ["list"],
    runs: ["validate"],
  },
]);

/** Files that an `!include` must not read: outside of the clone, of Git, or no map. */
const INCLUDES: Readonly<Record<string, string>> = {
  "an SSH key": "!include ~/.ssh/id_rsa",
  "a text above the clone": "!include ../private/secret.txt",
  "a text above the clone as it is": "!include.raw ../private/secret.txt",
  "a map above the clone": "!include ../private/part.yaml",
  "the AWS CLI's credentials": "!include @ROOT@/home/.aws/credentials",
  "Git's configuration of the clone": "!include .git/config",
  "a link out of the clone": "!include link.txt",
  "a link to a map out of the clone": "!include link.yaml",
  "a directory that is a link out of the clone": "!include directory/part.yaml",
  "this process's environment": "!include /proc/self/environ",
  "what is typed": "!include /dev/stdin",
};

hostile(
  Object.entries(INCLUDES).map(([what, include]): Hostile => ({
    name: `${what} is not included`,
    files: {
      "atmos.yaml": userConfig(`alias: ${include}`),
      "link.txt": { link: "../private/secret.txt" },
      "link.yaml": { link: "../private/part.yaml" },
      "directory": { link: "../private" },
    },
    fails: ["env"],
    works: ["list"],
    runs: ["verbose", "explain"],
  })),
);

hostile([
  {
    name: "a text of the clone is not included before it is trusted",
    files: { "atmos.yaml": userConfig("alias: !include name.txt"), "name.txt": "Name\n" },
    fails: ["env"],
    works: ["list"],
  },
  {
    name: "an identity whole from above the clone is not included",
    files: { "atmos.yaml": "auth: !include ../private/part.yaml\n" },
    fails: ["env"],
    works: [],
    runs: ["list", "validate"],
  },
]);

/** Imports that lead out of the clone, or into Git's own files. */
const IMPORTS: Readonly<Record<string, string>> = {
  "above the clone": "../private/part.yaml",
  "above the clone without its extension": "../private/part",
  "of the home": "~/private/part.yaml",
  "by its absolute path": "@ROOT@/home/private/part.yaml",
  "of a pattern above the clone": "../private/*",
  "of a pattern of everything": "../**/part.yaml",
  "of a directory above the clone": "../private",
  "that is a link out of the clone": "linked.yaml",
  "behind a directory that is a link": "directory/part.yaml",
  "behind a pattern with a link": "dir*/*.yaml",
  "below .git": ".git/evil.yaml",
  "below .git of another spelling": "x/../.GIT/../.git/evil.yaml",
  "in a map": "{ path: ../private/part.yaml }",
};

hostile(
  Object.entries(IMPORTS).map(([what, path]): Hostile => ({
    name: `an import ${what} is not read before it is trusted`,
    files: {
      "atmos.yaml": `import: [${path.startsWith("{") ? path : JSON.stringify(path)}]\n${userConfig()}`,
      "linked.yaml": { link: "../private/part.yaml" },
      "directory": { link: "../private" },
      ".git/evil.yaml": "auth: { identities: { dev: { alias: canary-private-file-not-real-0d9e8f } } }\n",
    },
    refused: ["env"],
    works: ["list", "validate"],
    runs: ["explain"],
  })),
);

hostile([
  {
    name: "a profile above the clone is not read before it is trusted",
    files: {
      "atmos.yaml": `profiles: { base_path: ../private/profiles, default: evil }\n${userConfig()}`,
    },
    around: {
      "home/private/profiles/evil/part.yaml":
        "auth: { identities: { dev: { alias: canary-private-file-not-real-0d9e8f } } }\n",
    },
    works: ["list", "validate"],
  },
  {
    name: "a profile behind a link out of the clone is not read before it is trusted",
    files: {
      "atmos.yaml": `profiles: { base_path: linked, default: evil }\n${userConfig()}`,
      "linked": { link: "../private/profiles" },
    },
    around: {
      "home/private/profiles/evil/part.yaml":
        "auth: { identities: { dev: { alias: canary-private-file-not-real-0d9e8f } } }\n",
    },
    works: ["list", "validate"],
  },
  {
    name: "an imported file that cannot be read as YAML is reported by its position, without its text",
    files: {
      "atmos.yaml": `import: [private/secrets.yaml]\n${userConfig()}`,
      "private/secrets.yaml":
        'token: "canary-private-file-not-real-0d9e8f\n  unfinished: [canary-private-file-not-real-0d9e8f\n',
    },
    fails: ["env"],
    works: [],
    runs: ["list", "validate", "verbose", "explain"],
  },
  {
    name: "an import that is a pipe is not waited for",
    files: {
      "atmos.yaml": `import: [parts/pipe.yaml]\n${userConfig()}`,
      "parts/pipe.yaml": { pipe: true },
    },
    refused: [],
    works: [],
    runs: ["list", "validate"],
  },
  {
    name: "a configuration that is a pipe is not waited for where nobody named it",
    files: { "atmos.yaml": { pipe: true } },
    refused: [],
    works: [],
    runs: ["list", "env"],
  },
]);
