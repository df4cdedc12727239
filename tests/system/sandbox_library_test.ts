/**
 * The library in a sandbox: a script that may reach one host, and nothing else.
 */
import assert from "node:assert/strict";
import { PLAIN_USER, startEmulator } from "../emulator/mod.ts";
import { ROOT } from "./ci_runner.ts";

/** Where Deno keeps what it compiled: not in the script's home. */
const denoDirectory = (): string => Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`;

/** Runs a script in an empty directory with these permissions and no others. */
async function runScript(text: string, permissions: readonly string[], words: readonly string[]) {
  const directory = await Deno.makeTempDir({ prefix: "atmos-script-" });
  try {
    await Deno.writeTextFile(`${directory}/script.ts`, text);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--no-prompt",
        "--cached-only",
        `--config=${ROOT}/deno.json`,
        ...permissions,
        `${directory}/script.ts`,
        ...words,
      ],
      cwd: directory,
      // What must not be looked at, since it may not.
      env: { HOME: directory, DENO_DIR: denoDirectory(), AWS_PROFILE: "not-there", AWS_REGION: "eu-west-1" },
    }).output();
    const left = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr), left };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const SCRIPT = `
import { authenticate } from "@atmos/auth";
const [endpoint_url, secret_access_key] = Deno.args;
const { identity, session, region, environment } = await authenticate({
  config: {
    identities: {
      bot: {
        kind: "aws/user",
        credentials: { access_key_id: "${PLAIN_USER.accessKeyId}", secret_access_key, region: "us-east-1" },
        spec: { endpoint_url },
      },
    },
  },
});
console.log(JSON.stringify([identity, region, session.accessKeyId === environment().AWS_ACCESS_KEY_ID, String(session.secretAccessKey)]));
`;

Deno.test("a script with --allow-net for one host gets a session from a configuration that is a value", async () => {
  await using aws = await startEmulator();
  const words = [aws.url, PLAIN_USER.secretAccessKey];
  const ran = await runScript(SCRIPT, [`--allow-net=${new URL(aws.url).host}`], words);
  assert.deepEqual(ran, {
    code: 0,
    stdout: '["bot","us-east-1",true,"[secret]"]\n',
    stderr: "",
    left: ["script.ts"],
  });
  assert.deepEqual(aws.requests().map(({ operation }) => operation), ["GetSessionToken"]);
});

Deno.test("a script without that host is told which grant is missing, as an AuthError", async () => {
  await using aws = await startEmulator();
  const script = `import { AuthError } from "@atmos/auth";\ntry {${
    SCRIPT.replace(/import .*\n/, 'const { authenticate } = await import("@atmos/auth");\n')
  }} catch (error) {
    if (!(error instanceof AuthError)) throw error;
    console.log(error.code, error.hints.join());
  }`;
  const { host } = new URL(aws.url);
  const ran = await runScript(script, ["--allow-net=example.com"], [aws.url, PLAIN_USER.secretAccessKey]);
  assert.equal(ran.stderr, "");
  assert.equal(ran.stdout, `permission-missing Run with --allow-net=${host}\n`);
  assert.equal(aws.requests().length, 0);
});

Deno.test("an OIDC token that a script has in hand becomes a role, with one variable granted", async () => {
  await using aws = await startEmulator();
  const script = `
import { authenticate } from "@atmos/auth";
Deno.env.set("JOB_TOKEN", Deno.args[1]);
const { session } = await authenticate({
  config: {
    providers: { job: { kind: "oidc/token", region: "us-east-1", spec: { token_env: "JOB_TOKEN", audience: "sts.amazonaws.com" } } },
    identities: {
      deploy: {
        kind: "aws/assume-role",
        via: { provider: "job" },
        spec: { endpoint_url: Deno.args[0] },
        principal: { assume_role: "arn:aws:iam::123456789012:role/GitHubActionsRole", session_name: "script" },
      },
    },
  },
});
console.log(session.principalArn);
`;
  const token = await aws.githubToken("sts.amazonaws.com");
  const grants = [`--allow-net=${new URL(aws.url).host}`, "--allow-env=JOB_TOKEN"];
  const ran = await runScript(script, grants, [aws.url, token]);
  assert.equal(ran.stderr, "");
  assert.equal(ran.stdout, "arn:aws:sts::123456789012:assumed-role/GitHubActionsRole/script\n");
});
