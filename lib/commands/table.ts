/**
 * The commands: what is typed, and where each is loaded from.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** A command that is loaded when it is called for. */
export interface Listed {
  readonly summary: string;
  readonly load: () => Promise<Command>;
  /** Commands below this one, which is a command itself. */
  readonly below?: Readonly<Record<string, Listed>>;
}

/** Commands below a word. */
export interface Group {
  readonly summary: string;
  readonly description: string;
  readonly members: Readonly<Record<string, Listed | Group>>;
}

const USER: Group = {
  summary: "Manage the long-lived keys of IAM users in the keyring",
  description: "Manage the long-lived keys of IAM users (identities of the kind aws/user) in the keyring.",
  members: {
    configure: {
      summary: "Store a user's keys",
      load: async () => (await import("./user_configure.ts")).userConfigure,
    },
    rotate: {
      summary: "Make a new access key in place of the old one",
      load: async () => (await import("./user_rotate.ts")).userRotate,
    },
    forget: {
      summary: "Remove a user's keys from the keyring",
      load: async () => (await import("./user_forget.ts")).userForget,
    },
  },
};

const KEYRING: Group = {
  summary: "Manage the keyring's file",
  description: "Manage the keyring's file: where tokens and long-lived keys rest, sealed.",
  members: {
    passwd: {
      summary: "Change the password of the file keyring",
      load: async () => (await import("./keyring_passwd.ts")).keyringPasswd,
    },
    "accept-rollback": {
      summary: "Go on with an older copy of the keyring's file",
      load: async () => (await import("./keyring_accept_rollback.ts")).keyringAcceptRollback,
    },
  },
};

const AUTH: Group = {
  summary: "Authenticate with cloud providers",
  description: "Authenticate with cloud providers, by the identities of atmos.yaml.",
  members: {
    login: {
      summary: "Authenticate and keep the session",
      load: async () => (await import("./login.ts")).login,
    },
    whoami: {
      summary: "Show who you are, and what of the chain is in hand",
      load: async () => (await import("./whoami.ts")).whoami,
    },
    env: {
      summary: "Print the session as environment variables",
      load: async () => (await import("./env.ts")).env,
    },
    exec: {
      summary: "Run a command with the session",
      load: async () => (await import("./exec.ts")).exec,
    },
    shell: {
      summary: "Start a shell with the session",
      load: async () => (await import("./shell.ts")).shell,
    },
    "credential-process": {
      summary: "Print the session as an AWS SDK reads it",
      load: async () => (await import("./credential_process.ts")).credentialProcess,
    },
    console: {
      summary: "Open the web console in the browser",
      load: async () => (await import("./console.ts")).webConsole,
    },
    logout: {
      summary: "Remove what is kept of identities and providers",
      load: async () => (await import("./logout.ts")).logout,
    },
    list: {
      summary: "List providers and identities with their chains",
      load: async () => (await import("./list.ts")).list,
      below: {
        accounts: {
          summary: "List the accounts and roles of an Identity Center",
          load: async () => (await import("./list_accounts.ts")).listAccountsCommand,
        },
      },
    },
    explain: {
      summary: "Show what a login would do, without doing it",
      load: async () => (await import("./explain.ts")).explain,
    },
    doctor: {
      summary: "Look for what is in the way of a login, and mend it",
      load: async () => (await import("./doctor.ts")).doctor,
    },
    validate: {
      summary: "Check the authentication configuration",
      load: async () => (await import("./validate.ts")).validate,
    },
    completion: {
      summary: "Complete words in bash, zsh, fish or PowerShell",
      load: async () => (await import("./completion.ts")).completion,
    },
    import: {
      summary: "Make a configuration out of other tools', or out of a portal",
      load: async () => (await import("./import.ts")).importCommand,
    },
    permissions: {
      summary: "Show what a command needs of Deno's sandbox",
      load: async () => (await import("./permissions.ts")).permissions,
    },
    user: USER,
    keyring: KEYRING,
    trust: {
      summary: "Trust this repository's configuration to run programs and set endpoints",
      load: async () => (await import("./trust.ts")).trust,
    },
  },
};

const DESCRIBE: Group = {
  summary: "Describe what is configured",
  description: "Describe what is configured, whole.",
  members: {
    component: {
      summary: "Describe a component of a stack, everything merged",
      load: async () => (await import("./describe_component.ts")).describeComponent,
    },
    stacks: {
      summary: "Describe all stacks, or one, with their components",
      load: async () => (await import("./describe_stacks.ts")).describeStacks,
    },
    workflows: {
      summary: "Describe the workflows",
      load: async () => (await import("./workflow_list.ts")).describeWorkflows,
    },
  },
};

const LIST: Group = {
  summary: "List what is configured",
  description: "List what is configured.",
  members: {
    components: {
      summary: "List the components of all stacks, or of one",
      load: async () => (await import("./list_components.ts")).listComponentsCommand,
    },
    stacks: {
      summary: "List the stacks",
      load: async () => (await import("./list_stacks.ts")).listStacksCommand,
    },
    workflows: {
      summary: "List the workflows",
      load: async () => (await import("./workflow_list.ts")).listWorkflows,
    },
  },
};

/** The command at words behind `atmos auth` or `atmos`, such as `user configure`: for those who describe commands. */
export async function commandAt(words: string): Promise<Command | undefined> {
  return await commandBelow(AUTH, words) ?? await commandBelow(ROOT, words);
}

async function commandBelow(group: Group, words: string): Promise<Command | undefined> {
  let found: Listed | Group = group;
  for (const word of words.split(" ")) {
    const below: Group["members"] = ("members" in found ? found.members : found.below) ?? {};
    const member: Listed | Group | undefined = Object.hasOwn(below, word) ? below[word] : undefined;
    if (member === undefined) return undefined;
    found = member;
  }
  return "load" in found ? await found.load() : undefined;
}

/** The table of commands: what is typed, and what the manual is made of. */
export const ROOT: Group = {
  summary: "",
  description: "One consistent way to authenticate with cloud providers.",
  members: {
    auth: AUTH,
    terraform: {
      summary: "Run Terraform for a component of a stack",
      load: async () => (await import("./terraform.ts")).terraform,
    },
    tofu: {
      summary: "Run OpenTofu for a component of a stack",
      load: async () => (await import("./tofu.ts")).tofu,
    },
    helmfile: {
      summary: "Run Helmfile for a component of a stack",
      load: async () => (await import("./helmfile.ts")).helmfile,
    },
    packer: {
      summary: "Run Packer for a component of a stack",
      load: async () => (await import("./packer.ts")).packer,
    },
    workflow: {
      summary: "Run the steps of a workflow",
      load: async () => (await import("./workflow.ts")).workflow,
    },
    describe: DESCRIBE,
    list: LIST,
  },
};
