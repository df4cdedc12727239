/** Errors that a caller says more about keep their place, AWS's request id and its code. */
import assert from "node:assert/strict";
import { readFlags } from "../../lib/cli/line/args.ts";
import { GLOBAL_FLAGS } from "../../lib/cli/line/globals.ts";
import { openContext } from "../../lib/cli/run/context.ts";
import { type Context } from "../../lib/cli/run/context.ts";
import { runProgram } from "../../lib/commands/program/component.ts";
import { withComponent } from "../../lib/commands/program/component.ts";
import { showError } from "../../lib/cli/run/failure.ts";
import { giveTrust } from "../../lib/cli/run/trust_ask.ts";
import { chooseIdentity } from "../../lib/cli/run/choose.ts";
import { identityOf } from "../../lib/cli/run/steps.ts";
import { whileAuthenticated } from "../../lib/commands/program/session.ts";
import { awsFailure } from "../../lib/aws/client.ts";
import { readConfig } from "../../lib/config/load.ts";
import { AuthError, type ErrorCode } from "../../lib/errors.ts";
import { assertNotStopped } from "../../lib/host_deno/passing_on.ts";
import type { Host } from "../../lib/host.ts";
import { readStore } from "../../lib/keyring/store_file.ts";
import { fakeHost } from "../fake_host.ts";

const AT = { file: "/work/atmos.yaml", line: 3, column: 5 };

const sample = (code: ErrorCode) =>
  new AuthError(code, "Cannot x: y", {
    where: "x.y",
    at: AT,
    hints: ["Try this"],
    reason: "tls",
    requestId: "r-1",
    remoteCode: "Odd",
  });

async function failureOf(act: () => unknown): Promise<AuthError> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof AuthError, String(error));
    return error;
  }
  throw new TypeError("It did not fail");
}

/** What gets lost where an error is rebuilt by hand. */
const kept = ({ at, reason, requestId, remoteCode }: AuthError) => ({ at, reason, requestId, remoteCode });
const ALL = kept(sample("failed"));

const CONFIG = `
auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1}
  identities:
    prod: {kind: aws/permission-set, via: {provider: sso}, principal: {name: A, account: {id: "123456789012"}}}
`;
const HOST = () => fakeHost({ env: { HOME: "/home/ana" }, files: { "/home/ana/.atmos/atmos.yaml": CONFIG } });
const globalsOf = (host: Host) => readFlags(GLOBAL_FLAGS, new Map(), host.env);
const opened = async (): Promise<Context> => {
  const host = HOST();
  return await openContext(host, globalsOf(host));
};
const thrower = (error: AuthError) => (): never => {
  throw error;
};

Deno.test("awsFailure() keeps all of an error that is ours", () => {
  const error = awsFailure(sample("unreachable"), { doing: "assume the role", operation: "sts:AssumeRole" });
  assert.deepEqual([error.message, error.where, kept(error)], [
    "Cannot assume the role: Cannot x: y",
    "x.y",
    ALL,
  ]);
});

Deno.test("runProgram() keeps all of the error of a program that is missing, and says how to get it", async () => {
  const run = () => Promise.reject(sample("command-not-found"));
  const error = await failureOf(() =>
    runProgram(
      { run },
      { program: "tofu", args: [], environment: { set: {}, unset: [] }, stdio: "inherit" },
      "terraform",
    )
  );
  assert.deepEqual([error.code, error.where, kept(error)], ["command-not-found", "x.y", ALL]);
  assert.deepEqual(error.hints, [
    "Try this",
    "Install tofu, or name another program: components.terraform.command in atmos.yaml",
  ]);
});

Deno.test("showError() shows place, request and answer of a missing grant beside the command", () => {
  const host = HOST();
  showError(host, sample("permission-missing"), {
    trace: false,
    isBrief: false,
    line: "atmos auth env",
    command: "env",
  });
  for (const part of ["x.y (/work/atmos.yaml:3:5)", "r-1", "Odd", "Try this", "`atmos auth env` needs it"]) {
    assert.ok(host.told.includes(part), `${part} in ${host.told}`);
  }
});

Deno.test("readStore() keeps all of a failed read", async () => {
  const { files } = HOST();
  const failing = { ...files, status: () => Promise.reject(sample("file-failed")) };
  const error = await failureOf(() => readStore({ files: failing }, "/k"));
  assert.deepEqual([error.code, error.message, error.where, kept(error)], [
    "keyring-unavailable",
    "Cannot open keyring /k: Cannot x: y",
    "x.y",
    ALL,
  ]);
});

Deno.test("giveTrust() keeps all of a failed write", async () => {
  await using context = await opened();
  const { files, ...host } = HOST();
  const failing = { ...host, files: { ...files, lock: () => Promise.reject(sample("file-failed")) } };
  const trusting = () => Promise.resolve([{ path: "/work/atmos.yaml", unit: "env", digest: "0".repeat(64) }]);
  const error = await failureOf(() => giveTrust(failing, { ...context.loaded(), trusting }, []));
  assert.deepEqual([error.code, error.where, kept(error)], ["untrusted", "x.y", ALL]);
});

Deno.test("chooseIdentity() keeps all of a failed choice, and says that a file is not trusted", async () => {
  await using context = await opened();
  const identities = new Map(context.auth().identities);
  identities.has = thrower(sample("not-found"));
  const auth = { ...context.auth(), identities, isIncomplete: true };
  const error = await failureOf(() => chooseIdentity(HOST(), auth, { flag: "x", variable: undefined }));
  assert.deepEqual([error.code, error.where, kept(error)], ["not-found", "x.y", ALL]);
  assert.deepEqual(error.hints, ["Try this", "Read the file; if you agree with it, run `atmos auth trust`"]);
});

Deno.test("openContext() keeps the place of what is wrong, and says that a file is not trusted", async () => {
  const text = "auth:\n  keyring: {type: nonsense}\n  providers:\n" +
    "    p: {kind: aws/saml, region: us-east-1, url: https://idp.example/x}\n";
  const host = fakeHost({ env: { HOME: "/home/ana" }, files: { "/work/atmos.yaml": text } });
  const error = await failureOf(() => openContext(host, globalsOf(host)));
  assert.deepEqual([error.code, error.where, error.at], [
    "config-invalid",
    "auth.keyring.type",
    { file: "/work/atmos.yaml", line: 2, column: 19 },
  ]);
  assert.equal(error.hints.at(-1), "Read the file; if you agree with it, run `atmos auth trust`");
});

Deno.test("identityOf() keeps request and answer, and puts the place of the step first", async () => {
  await using context = await opened();
  const step = { name: "one", at: AT, identity: "prod", type: "shell" as const };
  const around = {
    project: { context: { ...context, auth: thrower(sample("not-found")) } },
    identities: { shell: undefined, atmos: undefined },
    off: undefined,
  };
  const error = await failureOf(() => identityOf(around, step));
  assert.deepEqual([error.where, kept(error)], ['the step "one"', ALL]);
});

Deno.test("whileAuthenticated() keeps all of what a person must do, and names the component in the line", async () => {
  const host = fakeHost({
    env: { HOME: "/home/ana" },
    files: {
      "/home/ana/.atmos/atmos.yaml": CONFIG,
      "/work/atmos.yaml": `
base_path: .
components: {terraform: {base_path: components}}
stacks: {base_path: stacks, included_paths: ["*"], name_pattern: "{stage}"}
`,
      "/work/stacks/dev.yaml": "vars: {stage: dev}\ncomponents: {terraform: {vpc: {}}}\n",
    },
  });
  const call = {
    host,
    globals: { ...globalsOf(host), identity: "prod" },
    input: { stack: undefined, dryRun: undefined },
    words: [],
  };
  const error = await failureOf(() =>
    withComponent(call, { name: "vpc", stack: "dev", type: "terraform" }, async (opened) => {
      const remedy = "Run `atmos auth login` in a terminal";
      const sessions = thrower(sample("person-needed").with({ remedy }));
      const failing = { ...opened, context: { ...opened.context, sessions } };
      return await whileAuthenticated(
        call,
        failing,
        { long: false, changes: false },
        () => Promise.resolve(0),
      );
    })
  );
  assert.deepEqual([error.code, error.where, kept(error)], ["person-needed", "x.y", ALL]);
  assert.deepEqual(error.hints, [
    "Run `atmos auth login --identity prod --component vpc --stack dev` in a terminal",
    "Try this",
  ]);
});

Deno.test("readConfig() keeps all of a pipe that cannot be read", async () => {
  const { files, ...host } = HOST();
  const failing = { ...host, files: { ...files, readPipe: () => Promise.reject(sample("file-failed")) } };
  const options = { configFiles: ["/dev/stdin"], configPaths: [], profiles: [] };
  const error = await failureOf(() =>
    readConfig(failing, { ...options, trusted: () => Promise.resolve([]) })
  );
  assert.deepEqual([error.code, error.where, kept(error)], ["config-invalid", "x.y", ALL]);
});

Deno.test("showError() names every signal but that of Ctrl-C", () => {
  const told = (error: AuthError) => {
    const host = HOST();
    const { exitCode } = showError(host, error, { trace: false, isBrief: false, line: "", command: "" });
    return [host.told, exitCode];
  };
  const stopped = (signal: "SIGINT" | "SIGTERM", code: number) => {
    try {
      assertNotStopped({ stopped: { signal, code } });
    } catch (error) {
      if (error instanceof AuthError) return told(error);
    }
    throw new TypeError("It did not fail");
  };
  assert.deepEqual(told(new AuthError("interrupted", "Interrupted")), ["Interrupted\n", 130]);
  assert.deepEqual(stopped("SIGINT", 130), ["Interrupted\n", 130]);
  assert.deepEqual(stopped("SIGTERM", 143), ["Stopped by SIGTERM\n", 143]);
});
