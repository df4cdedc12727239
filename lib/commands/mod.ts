/**
 * The program: from words to a command, from a command or an error to an exit code. The one `catch` that ends in
 * words for a person is here.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { joinGiven, readFlags, splitAround, splitWords, type Words } from "./args.ts";
import { assertOperands, type Command, type Line } from "./command.ts";
import type { Ending } from "./failure.ts";
import { applyGlobals, GLOBAL_FLAGS } from "./globals.ts";
import { askedLevel } from "./logging.ts";
import { NEEDS, neverNeeded } from "./needs.ts";
import { recorded } from "./remember.ts";
import type { Started } from "./start.ts";

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

/**
 * Runs the program.
 *
 * @param argv the words behind the program's name: `auth env --format json`; a program that is called `atmos-auth`
 *   goes without `auth`
 * @param started what was found out before; by default nothing is recalled or kept
 * @returns the exit code
 */
export async function main(host: Host, argv: readonly string[], started?: Started): Promise<number> {
  return (await run(host, argv, started)).exitCode;
}

/** As {@linkcode main}, and names the error that ended it. */
export async function run(
  world: Host,
  argv: readonly string[],
  { build, recalled, failure }: Started = { build: undefined },
): Promise<Ending> {
  const report = { host: world, trace: false, isBrief: isForSdk(argv), line: "", command: "" };
  try {
    if (failure !== undefined) throw failure;
    const { host, keeper } = recorded(world, argv, build);
    const line = await readLine(host, argv);
    if (line.type === "text") {
      host.write(line.text);
      return { exitCode: 0 };
    }
    report.line = line.path;
    report.command = line.isCustom === true ? "" : line.path.replace(/^atmos (?:auth )?/, "");
    host.giveUp(neverNeeded(NEEDS.get(report.command), host.os));
    const globals = readFlags(GLOBAL_FLAGS, line.words.given, host.env);
    report.trace = askedLevel(host, globals) === "trace";
    report.host = await applyGlobals(host, globals);
    const work = line.command.start(report.host, globals, line.words, { recalled, keeper });
    return { exitCode: await untilInterrupted(host, work) };
  } catch (error) {
    const { showError } = await import("./failure.ts");
    return showError(report.host, error, report);
  }
}

/** Whether an SDK is to read what is printed; told before the words are read, which may fail. */
function isForSdk(argv: readonly string[]): boolean {
  return argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined).includes("credential-process");
}

/** Ctrl-C ends the program whatever it waits for; what was being written is whole or not there at all. */
async function untilInterrupted(host: Pick<Host, "interrupted">, work: Promise<number>): Promise<number> {
  const { interrupted } = host;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(interrupted.reason);
  interrupted.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    interrupted.removeEventListener("abort", stop);
  }
}

async function readLine(host: Host, argv: readonly string[]): Promise<Line> {
  const { given, left } = splitWords(argv, GLOBAL_FLAGS, true);
  const isOwnProgram = /(?:^|[\\/])atmos-auth(?:\.exe)?$/i.test(host.calledBy());
  if (left[0] === "version") return await versionLine();
  const words = isOwnProgram && left[0] !== "auth" ? ["auth", ...left] : left;
  return await groupedLine(host, "atmos", ROOT, words, given);
}

/** Goes down the groups to the command that is meant. `help X` is `X --help`. */
async function groupedLine(
  host: Host,
  path: string,
  group: Group,
  argv: readonly string[],
  before: Words["given"],
): Promise<Line> {
  const { left: [name, ...rest], ...words } = splitWords(argv, GLOBAL_FLAGS, true);
  const given = joinGiven(before, words.given);
  if (given.has("version")) return await versionLine();
  if (name === undefined || (name === "help" && rest.length === 0)) {
    const { groupText } = await import("./other_lines.ts");
    return { type: "text", text: await groupText(host, path, group, given) };
  }
  if (name === "help") return await groupedLine(host, path, group, [...rest, "--help"], given);
  const member = Object.hasOwn(group.members, name) ? group.members[name] : undefined;
  if (member === undefined) {
    const { customOrUnknown } = await import("./other_lines.ts");
    const line = await customOrUnknown(host, path, group, [name, ...rest], given);
    return line.type === "again" ? await groupedLine(host, path, group, line.argv, given) : line;
  }
  return "members" in member
    ? await groupedLine(host, `${path} ${name}`, member, rest, given)
    : await commandLine(host, `${path} ${name}`, member, rest, given);
}

async function commandLine(
  host: Host,
  path: string,
  listed: Listed,
  argv: readonly string[],
  before: Words["given"],
): Promise<Line> {
  const [first = "", ...rest] = argv;
  const below = Object.hasOwn(listed.below ?? {}, first) ? listed.below?.[first] : undefined;
  if (below !== undefined) return await commandLine(host, `${path} ${first}`, below, rest, before);
  const command = await listed.load();
  if (command.passesOn === true) {
    const { customBelow } = await import("./other_lines.ts");
    const custom = await customBelow(host, path, argv, before);
    if (custom !== undefined) return custom;
  }
  const flags = { ...GLOBAL_FLAGS, ...command.flags };
  const words = command.passesOn === true ? splitAround(argv, flags) : splitWords(argv, flags, false);
  const given = joinGiven(before, words.given);
  if (given.has("help")) {
    const { commandHelp } = await import("./help.ts");
    return { type: "text", text: commandHelp(path, command, GLOBAL_FLAGS) };
  }
  assertOperands(path, command, words);
  return { type: "command", path, command, words: { ...words, given } };
}

async function versionLine(): Promise<Line> {
  const { default: manifest } = await import("../../deno.json", { with: { type: "json" } });
  return { type: "text", text: `atmos ${manifest.version}\n` };
}
