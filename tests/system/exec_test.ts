/**
 * `exec`: what its child gets, and what becomes of the child's end.
 */
import assert from "node:assert/strict";
import { assertFailed } from "./clear.ts";
import { helper, isInstalled, testIf } from "./program.ts";
import { snapshot } from "./sessions.ts";
import {
  KEYRING_PASSWORD,
  loggedInWorld,
  MEMORY_CONFIG,
  MEMORY_KEYS,
  type RunOptions,
  startWorld,
  type World,
} from "./world.ts";

const CHILD = helper("exec_child.ts");
const hasSetsid = await isInstalled("setsid");
const hasSh = await isInstalled("sh");

/** Variables of every kind that must not reach the child. */
const FOREIGN = {
  AWS_ACCESS_KEY_ID: "AKIAINHERITEDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "not-a-real-inherited-secret",
  AWS_SESSION_TOKEN: "not-a-real-inherited-token",
  AWS_SECURITY_TOKEN: "not-a-real-inherited-token",
  AWS_DEFAULT_PROFILE: "inherited",
  AWS_WEB_IDENTITY_TOKEN_FILE: "/inherited",
  AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/Inherited",
  AWS_ROLE_SESSION_NAME: "inherited",
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/inherited",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1/inherited",
  AWS_CONTAINER_AUTHORIZATION_TOKEN: "not-a-real-inherited-token",
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/inherited",
  AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z",
};
const OWN_SECRETS = {
  ATMOS_KEYRING_PASSWORD: KEYRING_PASSWORD,
  ATMOS_MFA_TOKEN: "123456",
  ATMOS_SAML_PASSWORD: "not-a-real-saml-password",
};
const KEPT = { AWS_RETRY_MODE: "standard", EDITOR: "vi", ATMOS_LOGS_LEVEL: "Warning" };

interface Child {
  readonly environment: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly directory: string;
  readonly config?: string;
  readonly stdin?: string;
}

/** Runs the child that tells what it got. */
async function child(
  world: World,
  words: readonly string[] = [],
  options: RunOptions & { readonly flags?: readonly string[] } = {},
): Promise<Child> {
  const ran = await world.run(["auth", "exec", ...options.flags ?? [], "--", ...CHILD, ...words], options);
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

Deno.test("the child of `exec` gets pointers, the region and its identity, and loses what would win over them", async () => {
  await using world = await loggedInWorld();
  world.guard("SAML password", OWN_SECRETS.ATMOS_SAML_PASSWORD);
  const inherited = { ...FOREIGN, ...OWN_SECRETS, ...KEPT };
  const { environment } = await child(world, [], { env: inherited });
  const directory = `${world.home}/.config/atmos/aws/my-sso`;
  const { ATMOS_KEYRING_PASSWORD: _, ...unchanged } = world.env;
  assert.deepEqual(environment, {
    ...unchanged,
    ...KEPT,
    AWS_SHARED_CREDENTIALS_FILE: `${directory}/credentials`,
    AWS_CONFIG_FILE: `${directory}/config`,
    AWS_PROFILE: "prod-admin",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_SDK_LOAD_CONFIG: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    ATMOS_IDENTITY: "prod-admin",
  });
  await world.assertNoLeaks();
});

Deno.test("the password variable of the configuration's choice reaches no child, and an identity's `env` does", async () => {
  await using world = await loggedInWorld(`    with-env:
      kind: aws/assume-role
      via: { identity: base-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin" }
      env: [{ key: TF_VAR_stage, value: prod }]
`);
  const config = await world.read("atmos.yaml");
  await world.write(
    "atmos.yaml",
    config.replace("{ type: file }", "{ type: file, spec: { password_env: MY_PASSWORD } }"),
  );
  const { environment } = await child(world, [], {
    flags: ["--identity", "with-env"],
    env: { ATMOS_KEYRING_PASSWORD: undefined, MY_PASSWORD: KEYRING_PASSWORD, ATMOS_TRUST_CONFIG: "true" },
  });
  assert.equal(environment["MY_PASSWORD"], undefined);
  assert.equal(environment["TF_VAR_stage"], "prod");
  assert.equal(environment["AWS_PROFILE"], "with-env");
  await world.assertNoLeaks();
});

Deno.test("words behind `--`, the working directory, stdin and the files reach the child as they are", async () => {
  await using world = await loggedInWorld();
  const words = ["--identity", "other", "--help", "-i", "--", "a b", "", "$HOME", "stdin", "files"];
  const seen = await child(world, words, { stdin: "typed\nlines\n" });
  assert.deepEqual(seen.words, words);
  assert.equal(seen.directory, await Deno.realPath(world.home));
  assert.equal(seen.stdin, "typed\nlines\n");
  assert.match(seen.config ?? "", /^\[profile prod-admin\]\nregion = us-east-1$/m);
  await world.assertNoLeaks();
});

Deno.test("with a memory keyring the child gets keys, and nothing at all is written", async () => {
  await using world = await startWorld();
  await world.write(
    "atmos.yaml",
    MEMORY_CONFIG,
  );
  const before = await snapshot(world.home);
  const ran = await world.run(["auth", "exec", "--", ...CHILD], {
    env: {
      ...MEMORY_KEYS,
      AWS_PROFILE: "inherited",
    },
    printsSecrets: true,
  });
  assert.equal(ran.code, 0, ran.stderr);
  const { environment } = JSON.parse(ran.stdout);
  assert.match(environment["AWS_ACCESS_KEY_ID"] ?? "", /^ASIA/);
  assert.deepEqual([environment["AWS_PROFILE"], environment["AWS_SHARED_CREDENTIALS_FILE"]], [
    undefined,
    undefined,
  ]);
  assert.deepEqual(await snapshot(world.home), before);
  await world.assertNoLeaks();
});

testIf(hasSh, "sh is not installed", "every exit code of the child is that of `exec`", async () => {
  await using world = await loggedInWorld();
  const codes = [0, 1, 2, 3, 6, 77, 125, 126, 127, 128, 130, 254, 255];
  for (const code of codes) {
    const ran = await world.run(["auth", "exec", "--", "sh", "-c", `exit ${code}`]);
    assert.deepEqual(ran, { code, stdout: "", stderr: "" });
  }
});

testIf(
  hasSh,
  "sh is not installed",
  "a child that a signal ended gives 128 and the signal's number",
  async () => {
    await using world = await loggedInWorld();
    for (const [signal, code] of [["HUP", 129], ["KILL", 137], ["SEGV", 139], ["TERM", 143]] as const) {
      const ran = await world.run(["auth", "exec", "--", "sh", "-c", `kill -${signal} $$`]);
      assert.equal(ran.code, code);
    }
  },
);

Deno.test("a command that is not there is exit 127, one that cannot be executed is 126", async () => {
  await using world = await loggedInWorld();
  await world.write("plain.txt", "text\n");
  assertFailed(
    await world.run(["auth", "exec", "--", "no-such-program-anywhere"]),
    127,
    /no such program on PATH/,
  );
  assertFailed(await world.run(["auth", "exec", "--", "./no-such-file"]), 127, /no such file/);
  assertFailed(await world.run(["auth", "exec", "--", "./plain.txt"]), 126, /plain\.txt/);
  assertFailed(await world.run(["auth", "exec", "--", "./tmp"]), 126, /Cannot run \.\/tmp/);
});

Deno.test("`exec` without a command, or without the two hyphens, is exit 2", async () => {
  await using world = await loggedInWorld();
  assertFailed(await world.run(["auth", "exec"]), 2, /No command to run/);
  assertFailed(await world.run(["auth", "exec", "--"]), 2, /No command to run/);
  assertFailed(await world.run(["auth", "exec", "true"]), 2, /two hyphens/);
});

/** Sends a signal once the child is ready, to `exec` alone or, as a terminal does, to all of its group. */
async function signalled(
  world: World,
  signal: Deno.Signal,
  group: boolean,
): Promise<readonly [number, string]> {
  const ready = Promise.withResolvers<void>();
  const running = world.start(["auth", "exec", "--", ...CHILD, "signals"], {
    under: group ? ["setsid"] : [],
    onStdout: (soFar) => soFar.includes("ready") && ready.resolve(),
  });
  await Promise.race([ready.promise, running.ended]);
  if (group) {
    const name = signal.replace("SIG", "");
    const { success } = await new Deno.Command("kill", { args: [`-${name}`, "--", `-${running.pid}`] })
      .output();
    assert.ok(success);
  } else {
    running.kill(signal);
  }
  const { code, stdout } = await running.ended;
  return [code, stdout];
}

testIf(
  hasSetsid,
  "setsid is not installed",
  "Ctrl-C is the child's: `exec` waits for what it does and takes its exit code",
  async () => {
    await using world = await loggedInWorld();
    assert.deepEqual(await signalled(world, "SIGINT", true), [33, '"ready"\n{"signal":"SIGINT"}\n']);
  },
);

Deno.test("SIGTERM and SIGHUP that are meant for `exec` are passed on to the child", async () => {
  await using world = await loggedInWorld();
  assert.deepEqual(await signalled(world, "SIGTERM", false), [33, '"ready"\n{"signal":"SIGTERM"}\n']);
  assert.deepEqual(await signalled(world, "SIGHUP", false), [33, '"ready"\n{"signal":"SIGHUP"}\n']);
});

testIf(
  hasSetsid && hasSh,
  "setsid or sh is not installed",
  "a child that Ctrl-C ends gives 130",
  async () => {
    await using world = await loggedInWorld();
    const ready = Promise.withResolvers<void>();
    const running = world.start(["auth", "exec", "--", "sh", "-c", "echo ready; exec sleep 600"], {
      under: ["setsid"],
      onStdout: (soFar) => soFar.includes("ready") && ready.resolve(),
    });
    await Promise.race([ready.promise, running.ended]);
    await new Deno.Command("kill", { args: ["-INT", "--", `-${running.pid}`] }).output();
    assert.equal((await running.ended).code, 130);
  },
);

testIf(
  Deno.build.os === "linux",
  "processes are looked at in /proc",
  "neither `exec` nor its child has a secret among its words, and the child none in its environment",
  async () => {
    await using world = await loggedInWorld();
    const ready = Promise.withResolvers<void>();
    const running = world.start(["auth", "exec", "--", ...CHILD, "signals"], {
      onStdout: (soFar) => soFar.includes("ready") && ready.resolve(),
    });
    await Promise.race([ready.promise, running.ended]);
    const children = (await Deno.readTextFile(`/proc/${running.pid}/task/${running.pid}/children`)).trim()
      .split(" ");
    assert.equal(children.length, 1);
    world.watch("words of exec", await Deno.readTextFile(`/proc/${running.pid}/cmdline`));
    for (const pid of children) {
      world.watch("words of its child", await Deno.readTextFile(`/proc/${pid}/cmdline`));
      world.watch("environment of its child", await Deno.readTextFile(`/proc/${pid}/environ`));
    }
    running.kill("SIGTERM");
    await running.ended;
    await world.assertNoLeaks();
  },
);
