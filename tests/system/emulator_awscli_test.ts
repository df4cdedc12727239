/**
 * The emulator as Debian's AWS CLI 2 sees it. That version knows no `AWS_ENDPOINT_URL`, so it is pointed at
 * the emulator by endpoint rule sets of our own in `AWS_DATA_PATH`.
 */
import assert from "node:assert/strict";
import { type Emulator, MFA_USER, startEmulator } from "../emulator/mod.ts";
import { findAwsCli } from "./awscli.ts";

const aws = await findAwsCli();

/** Stands under its own name among the skipped when the CLI is not there. */
function cliTest(name: string, fn: (emulator: Emulator, home: string) => Promise<void>): void {
  const skipped = aws === undefined ? " (skipped: AWS CLI v2 is not installed)" : "";
  Deno.test({
    name: `AWS CLI: ${name}${skipped}`,
    ignore: aws === undefined,
    fn: async () => {
      const home = await Deno.makeTempDir({ prefix: "emulator-awscli-" });
      await using emulator = await startEmulator();
      try {
        await writeHome(home, emulator);
        await fn(emulator, home);
      } finally {
        await Deno.remove(home, { recursive: true });
      }
    },
  });
}

async function writeHome(home: string, { url, startUrl }: Emulator): Promise<void> {
  for (const service of ["sts/2011-06-15", "sso/2019-06-10", "sso-oidc/2019-06-10"]) {
    await Deno.mkdir(`${home}/models/${service}`, { recursive: true });
    await Deno.writeTextFile(
      `${home}/models/${service}/endpoint-rule-set-1.json`,
      JSON.stringify(ruleSet(url)),
    );
  }
  await Deno.writeTextFile(
    `${home}/config`,
    `[sso-session corp]
sso_start_url = ${startUrl}
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile base]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdminAccess
region = us-east-1

[profile unassigned]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = AdminAccess
region = us-east-1

[profile user]
region = us-east-1
`,
  );
  await Deno.writeTextFile(
    `${home}/credentials`,
    `[user]
aws_access_key_id = ${MFA_USER.accessKeyId}
aws_secret_access_key = ${MFA_USER.secretAccessKey}
`,
  );
}

/** One endpoint for every region; botocore wants to see the parameters it passes declared. */
function ruleSet(url: string) {
  const flag = (builtIn: string) => ({
    builtIn,
    required: true,
    default: false,
    type: "Boolean",
    documentation: "",
  });
  const text = (builtIn: string) => ({ builtIn, required: false, type: "String", documentation: "" });
  return {
    version: "1.0",
    parameters: {
      Region: text("AWS::Region"),
      UseDualStack: flag("AWS::UseDualStack"),
      UseFIPS: flag("AWS::UseFIPS"),
      Endpoint: text("SDK::Endpoint"),
      UseGlobalEndpoint: flag("AWS::STS::UseGlobalEndpoint"),
    },
    rules: [{ conditions: [], endpoint: { url, properties: {}, headers: {} }, type: "endpoint" }],
  };
}

function command(home: string, args: readonly string[]): Deno.Command {
  return new Deno.Command(aws ?? "aws", {
    args: [...args],
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: home,
      LANG: "C.UTF-8",
      AWS_DATA_PATH: `${home}/models`,
      AWS_CONFIG_FILE: `${home}/config`,
      AWS_SHARED_CREDENTIALS_FILE: `${home}/credentials`,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: "1",
      AWS_PAGER: "",
      NO_PROXY: "127.0.0.1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(home: string, ...args: string[]) {
  const { code, stdout, stderr } = await command(home, args).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Signs in as a person does: reads the code the CLI prints, opens the page, presses Approve. */
async function login(home: string): Promise<string> {
  const child = command(home, ["sso", "login", "--no-browser", "--profile", "base"]).spawn();
  const stderr = new Response(child.stderr).text();
  let printed = "";
  let answered = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += chunk;
    const [link] = /http:\S+user_code=[A-Z]{4}-[A-Z]{4}/.exec(printed) ?? [];
    if (answered || link === undefined) continue;
    answered = true;
    await pressApprove(link);
  }
  const { success } = await child.status;
  assert.ok(success, printed + await stderr);
  return printed + await stderr;
}

async function pressApprove(link: string): Promise<void> {
  const page = await (await fetch(link)).text();
  const code = /name="user_code" value="([^"]+)"/.exec(page)?.[1];
  assert.equal(code, new URL(link).searchParams.get("user_code"));
  const answer = await fetch(new URL("/device", link), {
    method: "POST",
    body: new URLSearchParams({ user_code: code ?? "", answer: "approve" }),
  });
  assert.match(await answer.text(), /Request approved/);
}

cliTest(
  "`sso login` is approved at the device page, and its role answers GetCallerIdentity",
  async (emulator, home) => {
    emulator.state.seed.portal.interval = 1;
    assert.match(await login(home), /Successfully logged into Start URL/);
    const { code, stdout, stderr } = await run(home, "sts", "get-caller-identity", "--profile", "base");
    assert.equal(code, 0, stderr);
    const identity = JSON.parse(stdout);
    assert.equal(identity.Account, "111122223333");
    assert.equal(
      identity.Arn,
      "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdminAccess_0123456789abcdef/jane.doe@example.com",
    );
    assert.equal(emulator.calls("RegisterClient"), 1);
    // Its second poll follows the first at once, is told to slow down, and the third comes six seconds later.
    assert.deepEqual(emulator.requests("CreateToken").map(({ status }) => status), [400, 400, 200]);
    assert.deepEqual([...emulator.state.deviceGrants.values()].map(({ interval }) => interval), [6]);

    const role = "arn:aws:iam::999999999999:role/ProductionAdmin";
    const assume = [
      "sts",
      "assume-role",
      "--profile",
      "base",
      "--role-arn",
      role,
      "--role-session-name",
      "cli",
    ];
    const chained = await run(home, ...assume);
    assert.equal(chained.code, 0, chained.stderr);
    assert.equal(
      JSON.parse(chained.stdout).AssumedRoleUser.Arn,
      "arn:aws:sts::999999999999:assumed-role/ProductionAdmin/cli",
    );
    const tooLong = await run(home, ...assume, "--duration-seconds", "7200");
    assert.match(tooLong.stderr, /\(ValidationError\).*AssumeRole.*role chaining/);

    const refused = await run(home, "sts", "get-caller-identity", "--profile", "unassigned");
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /ForbiddenException.*GetRoleCredentials.*No access/);

    const loggedOut = await run(home, "sso", "logout");
    assert.equal(loggedOut.code, 0, loggedOut.stderr);
    assert.equal(emulator.calls("Logout"), 1);
  },
);

cliTest(
  "`sts get-session-token` takes an MFA code and shows the emulator's refusals",
  async (emulator, home) => {
    const session = (code: string) =>
      run(
        home,
        "sts",
        "get-session-token",
        "--profile",
        "user",
        "--serial-number",
        MFA_USER.mfaSerial,
        "--token-code",
        code,
      );
    const code = await emulator.totp(MFA_USER.mfaSerial);
    const first = await session(code);
    assert.equal(first.code, 0, first.stderr);
    assert.match(JSON.parse(first.stdout).Credentials.SessionToken, /^EMULATOR/);
    const second = await session(code);
    assert.equal(second.code, 254);
    assert.match(second.stderr, /\(AccessDenied\).*GetSessionToken.*invalid MFA one time pass code/);
  },
);
