/**
 * What must never be printed, sent or changed, planted in a home and in its environment. Every value is made up.
 */
import type { IssuedSecret } from "../emulator/mod.ts";
import { PLAIN_USER } from "../emulator/mod.ts";
import type { Tree } from "./tree.ts";

/** The password of the file keyring of every arena. */
export const KEYRING_PASSWORD = "canary-keyring-password-not-real-31c4";

/** Secrets in the environment. */
export const SECRET_VARIABLES = {
  GITHUB_TOKEN: "canary-github-token-not-real-7f31a0c9",
  NPM_TOKEN: "canary-npm-token-not-real-02bd55e1",
  // The form of some secrets is that of a name, a tag or an external id.
  PLAIN_TOKEN: "canaryplaintokennotreal90412",
  AWS_SECRET_ACCESS_KEY: "canary-aws-secret-not-real-5d029b7e",
  AWS_SESSION_TOKEN: "canary-aws-session-not-real-88f0a1d2",
  ATMOS_KEYRING_PASSWORD: KEYRING_PASSWORD,
  ATMOS_SAML_PASSWORD: "canary-saml-password-not-real-6e1b",
  ATMOS_MFA_TOKEN: "canary-mfa-token-not-real-4a77c0",
} as const;

const SECRETS_IN_FILES = {
  ssh: "canary-ssh-key-not-real-b0b1c2d3",
  aws: "canary-aws-file-not-real-e4e5f6a7",
  git: "canary-git-header-not-real-99ac01",
  netrc: "canary-netrc-not-real-7d7e8f",
  docker: "canary-docker-auth-not-real-1f2e3d",
  kube: "canary-kube-token-not-real-5c6b7a",
  remote: "canary-remote-token-not-real-aa12bb",
  private: "canary-private-file-not-real-0d9e8f",
} as const;

/** Files of the person, from the root of the arena. */
export const PERSONAL_FILES: Tree = {
  "home/.ssh/id_rsa": {
    text: `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRETS_IN_FILES.ssh}\n-----END OPENSSH PRIVATE KEY-----\n`,
    mode: 0o600,
  },
  "home/.aws/credentials": {
    text:
      `[default]\naws_access_key_id = AKIACANARYNOTREAL222\naws_secret_access_key = ${SECRETS_IN_FILES.aws}\n`,
    mode: 0o600,
  },
  "home/.config/git/config": `[http]\n\textraHeader = "Authorization: ${SECRETS_IN_FILES.git}"\n`,
  "home/.netrc": { text: `machine example.com password ${SECRETS_IN_FILES.netrc}\n`, mode: 0o600 },
  "home/.docker/config.json":
    `{ "auths": { "registry.example.com": { "auth": "${SECRETS_IN_FILES.docker}" } } }\n`,
  "home/.kube/config": `users: [{ name: me, user: { token: ${SECRETS_IN_FILES.kube} } }]\n`,
  "home/.bashrc": "# the person's own\n",
  // Would be shown by `list` if it were read.
  "home/private/part.yaml": `auth: { identities: { dev: { alias: "${SECRETS_IN_FILES.private}" } } }\n`,
  "home/private/secret.txt": `${SECRETS_IN_FILES.private}\n`,
};

/** What `git clone` leaves: the remote holds a token. */
export const GIT_FILES: Tree = {
  ".git/HEAD": "ref: refs/heads/main\n",
  ".git/config":
    `[remote "origin"]\n\turl = https://x-access-token:${SECRETS_IN_FILES.remote}@example.com/repo.git\n`,
};

/** The variables that hold the long-lived keys of the emulator's user, for whom configurations ask by name. */
export const USER_VARIABLES = {
  USER_KEY: PLAIN_USER.accessKeyId,
  USER_SECRET: PLAIN_USER.secretAccessKey,
} as const;

/** Everything that is searched for. */
export const SECRETS: readonly IssuedSecret[] = [
  ...Object.entries({ ...SECRET_VARIABLES, ...SECRETS_IN_FILES }).map(([kind, value]) => ({ kind, value })),
  { kind: "user's secret key", value: PLAIN_USER.secretAccessKey },
];
