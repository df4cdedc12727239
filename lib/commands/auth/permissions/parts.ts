/**
 * What the parts of a command beside its chain need of the sandbox: its words, the files it keeps, what it prints and
 * what it starts.
 *
 * @module
 */
import { partitionOfRegion } from "../../../arn.ts";
import { signinFor } from "../../../aws/federation.ts";
import { targetOf } from "../../../chain/plan.ts";
import type { ChainPlan } from "../../../chain/types.ts";
import { type AuthConfig, isPersistent, KEYRINGS } from "../../../config/types.ts";
import { type AwsSession, Secret } from "../../../credentials.ts";
import {
  childEnvironment,
  keysEnvironment,
  ownSecretVariables,
  pointersEnvironment,
} from "../../../output/environment.ts";
import { sessionKeyPath } from "../../../files/session_key.ts";
import { WHOLE } from "../../../output/permissions.ts";
import { cacheHome, joinPath, stateHome } from "../../../paths.ts";
import { keyringPlace } from "../../../session/stores.ts";
import { canAsk, wantsAnsi, wantsColor } from "../../../ci.ts";
import { TRAIL } from "../../../workflows/nesting.ts";
import type { Host, Os } from "../../../host.ts";
import type { Context } from "../../../cli/run/context.ts";
import type { Flags } from "../../../cli/line/flags.ts";
import { GLOBAL_FLAGS } from "../../../cli/line/globals.ts";
import { blankEnv } from "../../../cli/run/ledger.ts";
import { askedLevel, logTarget } from "../../../cli/run/logging.ts";
import type { Needs } from "../../../cli/line/needs.ts";
import { hostOf, noteBrowser, noteScreen, type Noting } from "./chain.ts";
import { ownHomes } from "../../../cli/run/own_files.ts";
import { provisioningOf } from "../../../cli/run/provision.ts";
import { trustPath } from "../../../cli/run/trust_store.ts";
import { SECRET_VARIABLES } from "../../../session_variables.ts";

/** The variables that stand in for flags, and those that say who is there and what it may look like. */
export function noteWords({ host, ledger }: Noting, own: Flags): void {
  for (const { variable } of Object.values<Flags[string]>({ ...GLOBAL_FLAGS, ...own })) {
    if (variable !== undefined) ledger.need("env", variable);
  }
  askedLevel({ env: blankEnv((name) => ledger.need("env", name)) }, {
    logsLevel: undefined,
    verbose: undefined,
  });
  const look = blankEnv((name) => ledger.like("env", name));
  canAsk(look, { stdinIsTerminal: true, stderrIsTerminal: true });
  wantsColor(look, true);
  wantsAnsi(look, false);
  ledger.like("env", "COLUMNS", "AWS_CA_BUNDLE");
  // Looked at for a file in a repository, which it is, too, when it cannot be told.
  ledger.need("env", "ATMOS_TRUST_CONFIG");
  // Whose a file is.
  if (host.os !== "windows") ledger.need("sys", "uid");
}

/** Sessions rest in the provider's directory, signed with a key, and are made under locks. */
export function noteSessions({ host, ledger }: Noting, directory: string, { sessions }: Needs): void {
  if (sessions === "none") return;
  ledger.need("read", directory);
  if (sessions === "read") return ledger.need("read", sessionKeyPath(host));
  ledger.need("write", directory);
  noteState({ host, ledger });
}

/** What says where that is, but for the home directory, which is looked at for other reasons, too. */
function stateVariables(os: Os): readonly string[] {
  const names: string[] = [];
  const env: Host["env"] = (name) => {
    names.push(name);
    if (name === "HOME") return "/home";
    return name === "USERPROFILE" ? "C:\\Users" : undefined;
  };
  stateHome({ os, env });
  return names.filter((name) => /XDG|LOCALAPPDATA/.test(name));
}

/** Locks, and what this machine remembers. */
function noteState({ host, ledger }: Noting): void {
  const directory = joinPath(host.os, stateHome(host), "atmos");
  ledger.need("read", directory);
  ledger.need("write", directory);
}

/** What the loader of the native addon looks at. */
const ADDON_VARIABLES = [
  "NAPI_RS_ENFORCE_VERSION_CHECK",
  "NAPI_RS_FORCE_WASI",
  "NAPI_RS_NATIVE_LIBRARY_PATH",
  "NAPI_RS_WASI_FLAVOR",
];

/** The store, and what wraps its key. */
export async function noteKeyring(noting: Noting, context: Context): Promise<void> {
  const { host, ledger } = noting;
  const { keyring, realm } = context.auth();
  if (!isPersistent(keyring.type)) return;
  const { directory } = await keyringPlace(host, { keyring, realm }, context.loaded().directory);
  ledger.need("read", directory);
  ledger.need("write", directory);
  noteState(noting);
  if (KEYRINGS[keyring.type].hasPassword) return ledger.need("env", keyring.passwordVariable);
  if (host.os !== "linux") {
    ledger.need("env", ...ADDON_VARIABLES);
    return ledger.need("ffi", WHOLE);
  }
  const { busSocket } = await import("../../../keyring/secret_bus.ts");
  const socket = busSocket(host.env);
  if (socket === undefined || socket.startsWith("\0")) return;
  ledger.need("read", socket);
  ledger.need("write", socket);
  ledger.need("net", `unix:${socket}`);
}

/** The console's sign-in, and a browser. */
export async function noteConsole(noting: Noting, plan: ChainPlan): Promise<void> {
  const { region, endpointUrl } = targetOf(plan);
  const partition = partitionOfRegion(region) ?? "aws";
  const { federation } = signinFor(noting.host.env, { partition, region, endpointUrl });
  noting.ledger.need("net", hostOf(federation));
  await noteBrowser(noting);
}

const AROUND = { region: "us-east-1", env: [] };
const NOBODY: AwsSession = {
  type: "aws-session",
  accessKeyId: "",
  secretAccessKey: new Secret(""),
  sessionToken: new Secret(""),
  issuedAt: 0,
  expiresAt: 0,
};
const NOWHERE = { credentialsFile: "", configFile: "", profile: "" };

/** Identities that a login finds are kept in the cache. */
function noteFound({ host, ledger }: Noting, auth: AuthConfig): void {
  if (provisioningOf(auth, [...auth.providers.keys()]).length === 0) return;
  const directory = joinPath(host.os, cacheHome(host), "atmos", "auth");
  ledger.need("read", directory);
  ledger.need("write", directory);
}

/** The variables that the output, or a child, may have to lose, and the files that it goes to. */
export async function noteOutput({ host, ledger }: Noting, command: string, auth: AuthConfig): Promise<void> {
  const keys = keysEnvironment(NOBODY, AROUND);
  const pointers = pointersEnvironment(NOWHERE, AROUND);
  const secrets = ownSecretVariables(auth.keyring.passwordVariable);
  switch (command) {
    case "env": {
      ledger.need("env", "GITHUB_ENV", ...keys.unset, ...pointers.unset);
      const file = host.env("GITHUB_ENV") ?? "";
      if (file === "") return;
      ledger.like("read", file);
      return ledger.like("write", file);
    }
    case "import": {
      const [{ toolPaths }, { atmosPlaces }] = [
        await import("../../../import/tool_files.ts"),
        await import("../../../import/atmos_files.ts"),
      ];
      ledger.need("read", ...Object.values(toolPaths(host)).flat());
      ledger.like("read", ...atmosPlaces(host));
      // With --write, where there is no configuration yet.
      return ledger.like("write", host.workingDirectory());
    }
    case "login":
      return noteFound({ host, ledger }, auth);
    case "logout":
      noteFound({ host, ledger }, auth);
      ledger.need("env", ...SECRET_VARIABLES);
      ledger.need("read", ...ownHomes(host));
      return ledger.need("write", ...ownHomes(host));
    case "validate":
      return ledger.need("env", "ATMOS_AUTH_VALIDATE_VERBOSE");
    case "exec":
    case "workflow":
    case "terraform":
    case "tofu":
    case "helmfile":
    case "packer":
    case "shell": {
      if (command === "shell") ledger.need("env", "SHELL", "COMSPEC", "ATMOS_SHLVL");
      if (command === "workflow") ledger.need("env", TRAIL);
      const credentials = !isPersistent(auth.keyring.type) ? keys : pointers;
      return ledger.need("env", ...childEnvironment(credentials, "", secrets).unset);
    }
    case "explain":
      for (const credentials of [keys, pointers]) {
        const { set, unset } = childEnvironment(credentials, "", secrets);
        ledger.need("env", ...Object.keys(set), ...unset);
      }
      return await noteScreen({ host, ledger });
    case "doctor":
      ledger.need(
        "env",
        "ATMOS_SHLVL",
        "SHELL",
        "HTTPS_PROXY",
        "https_proxy",
        ...keys.unset,
        ...pointers.unset,
      );
      ledger.need("env", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI");
      // It looks through all that is ours, and mends it with --fix.
      ledger.need("read", ...ownHomes(host));
      ledger.like("write", ...ownHomes(host));
      return await noteScreen({ host, ledger });
  }
}

/** The program of `exec`, or any. */
export function noteProgram({ ledger }: Noting, { programs }: Needs, program: string | undefined): void {
  if (programs === "named") ledger.need("run", program ?? WHOLE);
}

/**
 * What fails nothing: a log that cannot be written, and the list of trusted files, of which nothing is trusted when it
 * cannot be read.
 */
export function noteKindnesses(
  { host, ledger }: Noting,
  { name, needs }: { readonly name: string; readonly needs: Needs },
  context: Context,
): void {
  if (name === "trust") noteState({ host, ledger });
  else ledger.spare("read", trustPath(host));
  if (name !== "trust" && needs.sessions === "none" && !needs.keyring) {
    stateVariables(host.os).forEach((variable) => ledger.spare("env", variable));
  }
  const nothingSaid = { logsLevel: undefined, logsFile: undefined, verbose: undefined };
  const { file } = logTarget(host, nothingSaid, context.auth().logs, context.loaded().directory);
  if (file === undefined) return;
  ledger.like("read", file);
  ledger.like("write", file);
}
