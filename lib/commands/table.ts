/**
 * The commands: what is typed, and where each is loaded from.
 *
 * @module
 */
import type { Group } from "../cli/line/command.ts";

const NOTHING = { network: false, keyring: false, sessions: "none", programs: "none" } as const;
const SESSION = { network: true, keyring: true, sessions: "write", programs: "helpers" } as const;

const USER: Group = {
  summary: "Manage the long-lived keys of IAM users in the keyring",
  description: "Manage the long-lived keys of IAM users (identities of the kind aws/user) in the keyring.",
  members: {
    configure: {
      summary: "Store a user's keys",
      needs: { ...SESSION, programs: "none", why: "stores keys, and may ask AWS whose they are" },
      load: async () => (await import("./auth/user/configure.ts")).userConfigure,
    },
    rotate: {
      summary: "Make a new access key in place of the old one",
      needs: { ...SESSION, why: "makes a key with IAM; may run mfa_command" },
      load: async () => (await import("./auth/user/rotate.ts")).userRotate,
    },
    forget: {
      summary: "Remove a user's keys from the keyring",
      needs: { ...SESSION, network: false, programs: "none", why: "removes keys" },
      load: async () => (await import("./auth/user/forget.ts")).userForget,
    },
  },
};

const KEYRING: Group = {
  summary: "Manage the keyring's file",
  description: "Manage the keyring's file: where tokens and long-lived keys rest, sealed.",
  members: {
    passwd: {
      summary: "Change the password of the file keyring",
      needs: { ...NOTHING, keyring: true, why: "changes the password" },
      load: async () => (await import("./auth/keyring/passwd.ts")).keyringPasswd,
    },
    "accept-rollback": {
      summary: "Go on with an older copy of the keyring's file",
      needs: { ...NOTHING, keyring: true, why: "opens the keyring" },
      load: async () => (await import("./auth/keyring/accept_rollback.ts")).keyringAcceptRollback,
    },
  },
};

const AUTH: Group = {
  summary: "Authenticate with cloud providers",
  description: "Authenticate with cloud providers, by the identities of atmos.yaml.",
  members: {
    login: {
      summary: "Authenticate and keep the session",
      needs: { ...SESSION, why: "makes a session and keeps it; may open a browser" },
      load: async () => (await import("./auth/login.ts")).login,
    },
    whoami: {
      summary: "Show who you are, and what of the chain is in hand",
      needs: { ...SESSION, why: "gets what can be had without a person; may run mfa_command" },
      load: async () => (await import("./auth/whoami.ts")).whoami,
    },
    env: {
      summary: "Print the session as environment variables",
      needs: { ...SESSION, why: "as login, when no session is fresh" },
      load: async () => (await import("./auth/env.ts")).env,
    },
    exec: {
      summary: "Run a command with the session",
      needs: { ...SESSION, programs: "named", why: "as env, and starts the command" },
      load: async () => (await import("./auth/exec.ts")).exec,
    },
    shell: {
      summary: "Start a shell with the session",
      needs: { ...SESSION, programs: "named", why: "as env, and starts the shell" },
      load: async () => (await import("./auth/shell.ts")).shell,
    },
    "credential-process": {
      summary: "Print the session as an AWS SDK reads it",
      needs: { ...SESSION, why: "as whoami; prints the session for an SDK" },
      load: async () => (await import("./auth/credential_process.ts")).credentialProcess,
    },
    console: {
      summary: "Open the web console in the browser",
      needs: { ...SESSION, why: "as env, and opens the console in a browser" },
      load: async () => (await import("./auth/console/console.ts")).webConsole,
    },
    logout: {
      summary: "Remove what is kept of identities and providers",
      needs: { ...SESSION, programs: "none", why: "removes sessions, tokens and keys; tells the portal" },
      load: async () => (await import("./auth/logout/logout.ts")).logout,
    },
    list: {
      summary: "List providers and identities with their chains",
      needs: { ...NOTHING, sessions: "read", why: "shows the configuration and what is in hand" },
      load: async () => (await import("./auth/list.ts")).list,
      below: {
        accounts: {
          summary: "List the accounts and roles of an Identity Center",
          needs: { ...SESSION, sessions: "none", why: "asks the access portal; may open a browser" },
          load: async () => (await import("./auth/list_accounts.ts")).listAccountsCommand,
        },
      },
    },
    explain: {
      summary: "Show what a login would do, without doing it",
      needs: { ...NOTHING, sessions: "read", why: "shows the configuration and what is in hand" },
      load: async () => (await import("./auth/explain.ts")).explain,
    },
    doctor: {
      summary: "Look for what is in the way of a login, and mend it",
      needs: { ...SESSION, why: "reaches AWS, opens the keyring; with --fix mends files" },
      load: async () => (await import("./auth/doctor/doctor.ts")).doctor,
    },
    validate: {
      summary: "Check the authentication configuration",
      needs: { ...NOTHING, why: "reads the configuration" },
      load: async () => (await import("./auth/validate.ts")).validate,
    },
    completion: {
      summary: "Complete words in bash, zsh, fish or PowerShell",
      needs: { ...NOTHING, why: "reads the configuration" },
      load: async () => (await import("./auth/completion/completion.ts")).completion,
    },
    import: {
      summary: "Make a configuration out of other tools', or out of a portal",
      needs: {
        ...SESSION,
        sessions: "none",
        why: "reads other tools' configuration; --discover asks the portal",
      },
      load: async () => (await import("./auth/import/import.ts")).importCommand,
    },
    permissions: {
      summary: "Show what a command needs of Deno's sandbox",
      needs: { ...NOTHING, why: "reads the configuration" },
      load: async () => (await import("./auth/permissions/permissions.ts")).permissions,
    },
    user: USER,
    keyring: KEYRING,
    trust: {
      summary: "Trust this repository's configuration to run programs and set endpoints",
      needs: { ...NOTHING, why: "reads the configuration, keeps its hash" },
      load: async () => (await import("./auth/trust.ts")).trust,
    },
  },
};

const DESCRIBE: Group = {
  summary: "Describe what is configured",
  description: "Describe what is configured, whole.",
  members: {
    component: {
      summary: "Describe a component of a stack, everything merged",
      needs: { ...NOTHING, why: "reads the manifests of stacks" },
      load: async () => (await import("./describe/component.ts")).describeComponent,
    },
    stacks: {
      summary: "Describe all stacks, or one, with their components",
      needs: { ...NOTHING, why: "reads the manifests of stacks" },
      load: async () => (await import("./describe/stacks.ts")).describeStacks,
    },
    workflows: {
      summary: "Describe the workflows",
      needs: { ...NOTHING, why: "reads the configuration and the workflows" },
      load: async () => (await import("./workflow/list.ts")).describeWorkflows,
    },
  },
};

const LIST: Group = {
  summary: "List what is configured",
  description: "List what is configured.",
  members: {
    components: {
      summary: "List the components of all stacks, or of one",
      needs: { ...NOTHING, why: "reads the manifests of stacks" },
      load: async () => (await import("./list/components.ts")).listComponentsCommand,
    },
    stacks: {
      summary: "List the stacks",
      needs: { ...NOTHING, why: "reads the manifests of stacks" },
      load: async () => (await import("./list/stacks.ts")).listStacksCommand,
    },
    workflows: {
      summary: "List the workflows",
      needs: { ...NOTHING, why: "reads the configuration and the workflows" },
      load: async () => (await import("./workflow/list.ts")).listWorkflows,
    },
  },
};

/** The table of commands: what is typed, and what the manual is made of. */
export const ROOT: Group = {
  summary: "",
  description: "One consistent way to authenticate with cloud providers.",
  members: {
    auth: AUTH,
    terraform: {
      summary: "Run Terraform for a component of a stack",
      needs: { ...SESSION, programs: "named", why: "as exec, for a component; writes beside its code" },
      load: async () => (await import("./program/terraform.ts")).terraform,
    },
    tofu: {
      summary: "Run OpenTofu for a component of a stack",
      needs: { ...SESSION, programs: "named", why: "as terraform" },
      load: async () => (await import("./program/tofu.ts")).tofu,
    },
    helmfile: {
      summary: "Run Helmfile for a component of a stack",
      needs: { ...SESSION, programs: "named", why: "as terraform" },
      load: async () => (await import("./program/helmfile.ts")).helmfile,
    },
    packer: {
      summary: "Run Packer for a component of a stack",
      needs: { ...SESSION, programs: "named", why: "as terraform" },
      load: async () => (await import("./program/packer.ts")).packer,
    },
    workflow: {
      summary: "Run the steps of a workflow",
      needs: { ...SESSION, programs: "named", why: "as exec, for each step" },
      load: async () => (await import("./workflow/workflow.ts")).workflow,
    },
    describe: DESCRIBE,
    list: LIST,
  },
};
