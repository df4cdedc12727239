/** The library as a script of somebody else imports it. */
import assert from "node:assert/strict";
import {
  type Authenticated,
  authenticateWith,
  AuthError,
  keysEnvironment,
  loadConfig,
  planChain,
} from "@atmos/auth";
import { startEmulator } from "./emulator/mod.ts";
import { fakeHost } from "./fake_host.ts";

const ROOT = new URL("../", import.meta.url);

/** Runs a text as a script in an empty directory, with these permissions and no others. */
async function runScript(text: string, ...permissions: readonly string[]) {
  const directory = await Deno.makeTempDir();
  const script = `${directory}/script.ts`;
  try {
    await Deno.writeTextFile(script, text);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-prompt",
        "--config",
        new URL("deno.json", ROOT).pathname,
        ...permissions,
        script,
      ],
      cwd: directory,
      env: { HOME: directory },
    }).output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The examples of the module's documentation. */
async function examples(): Promise<readonly string[]> {
  const source = await Deno.readTextFile(new URL("mod.ts", ROOT));
  return [...source.matchAll(/^ \* ```ts\n(.*?)^ \* ```$/gms)].map(([, body = ""]) =>
    body.replace(/^ \* ?/gm, "")
  );
}

Deno.test("the first example says what is missing where nothing is configured", async () => {
  const [first = ""] = await examples();
  const { code, stdout, stderr } = await runScript(first, "--allow-all", "--check");
  assert.equal(stderr, "");
  assert.match(stdout, /^config-invalid Cannot find a configuration/);
  assert.equal(code, 0);
});

Deno.test("the second example needs no permission until it talks to AWS", async () => {
  const [, second = ""] = await examples();
  const { code, stdout, stderr } = await runScript(
    second,
    "--allow-net=oidc.us-east-1.amazonaws.com",
    "--check",
  );
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "Somebody must log in first\n", stderr: "" });
});

const CONFIG = {
  providers: {
    "my-sso": {
      kind: "aws/iam-identity-center",
      region: "us-east-1",
      start_url: "https://mycompany.awsapps.com/start",
    },
  },
  identities: {
    base: {
      kind: "aws/permission-set",
      via: { provider: "my-sso" },
      principal: { name: "AdminAccess", account: { id: "111122223333" } },
    },
    prod: {
      kind: "aws/assume-role",
      default: true,
      via: { identity: "base" },
      principal: {
        assume_role: "arn:aws:iam::999999999999:role/ProductionAdmin",
        session_name: "atmos-prod-access",
      },
      env: [{ key: "TF_VAR_stage", value: "prod" }],
    },
  },
};

async function withCloud(use: (host: ReturnType<typeof fakeHost>) => Promise<void>): Promise<void> {
  const clock = fakeHost();
  await using emulator = await startEmulator({ clock: clock.now, randomSeed: 1 });
  const host = fakeHost({
    env: emulator.environment,
    keys: [],
    exchanges: (request) => fetch(request, { redirect: "manual" }),
  });
  await use({
    ...host,
    now: clock.now,
    sleep: async (millis, signal) => {
      for (const code of emulator.pendingUserCodes()) emulator.approve(code);
      await clock.sleep(millis, signal);
    },
  });
}

Deno.test("authenticate() takes a configuration that is a value all the way to a session, and writes nothing", async () => {
  await withCloud(async (host) => {
    const { identity, session, region, environment, sdkCredentials }: Authenticated = await authenticateWith(
      host,
      {
        config: CONFIG,
      },
    );
    assert.equal(identity, "prod");
    assert.equal(
      session.principalArn,
      "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/atmos-prod-access",
    );
    assert.equal(region, "us-east-1");
    assert.equal(environment().TF_VAR_stage, "prod");
    assert.equal(environment().AWS_ACCESS_KEY_ID, session.accessKeyId);
    assert.deepEqual(sdkCredentials().expiration, new Date(session.expiresAt));
    assert.equal(sdkCredentials().sessionToken, session.sessionToken.reveal());
    assert.deepEqual(host.tree(), {});
  });
});

Deno.test("a printed result shows no secret", async () => {
  await withCloud(async (host) => {
    const result = await authenticateWith(host, { config: CONFIG });
    const secret = result.session.secretAccessKey.reveal();
    for (
      const text of [
        Deno.inspect(result, { depth: 9 }),
        JSON.stringify(result),
        String(result.session.secretAccessKey),
      ]
    ) {
      assert.equal(text.includes(secret), false);
    }
  });
});

Deno.test("authenticate() does not ask which identity is meant", async () => {
  const host = fakeHost({ keys: ["\r"] });
  const { identities } = CONFIG;
  const config = { ...CONFIG, identities: { ...identities, prod: { ...identities.prod, default: false } } };
  await assert.rejects(
    authenticateWith(host, { config }),
    (error) =>
      error instanceof AuthError && error.code === "identity-ambiguous" &&
      error.hints.some((hint) => hint.includes("base, prod")),
  );
});

Deno.test("authenticate() refuses a configuration and a file at once", async () => {
  await assert.rejects(authenticateWith(fakeHost(), { config: {}, configFile: "atmos.yaml" }), TypeError);
});

Deno.test("authenticate() reads a named file, and finds problems where they stand", async () => {
  const files = {
    "/work/other.yaml":
      "auth:\n  identities:\n    x: { kind: aws/assume-role, via: { provider: nowhere } }\n",
  };
  await assert.rejects(
    authenticateWith(fakeHost({ files, env: { HOME: "/home/ana" } }), { configFile: "other.yaml" }),
    (error) => error instanceof AuthError && error.code === "config-invalid",
  );
});

Deno.test("what the command line stands on is exported", () => {
  for (const exported of [loadConfig, planChain, keysEnvironment]) assert.equal(typeof exported, "function");
});
