/**
 * moto's STS and IAM with their signature check on: a judge of our signer and of what we make of AWS's answers that
 * nobody here wrote. It knows neither durations nor codes, and its sessions are made-up constants: those are the
 * emulator's part.
 */
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

/** A user of moto's, with keys that it made. */
export interface MotoUser {
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Moto extends AsyncDisposable {
  readonly url: string;
  /** What points a client to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: MotoUser;
}

const ACCOUNT = "123456789012";
const USER = "break-glass";
const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["iam:*AccessKey*", "sts:*"], Resource: "*" }],
};

/** Starts moto on a free port, makes a user, and switches the signature check on. */
export async function startMoto(): Promise<Moto> {
  const server = new Deno.Command("moto_server", {
    args: ["-H", "127.0.0.1", "-p", "0"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = server.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const stop = async () => {
    try {
      server.kill("SIGTERM");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await said.cancel();
    await server.status;
  };
  try {
    const url = await addressOf(said);
    const user = await makeUser(url);
    const switched = await fetch(`${url}/moto-api/reset-auth`, { method: "POST", body: "0" });
    await switched.body?.cancel();
    if (!switched.ok) throw new Error(`moto does not check signatures: HTTP ${switched.status}`);
    const environment = { AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_IAM: url };
    return { url, environment, user, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function addressOf(said: ReadableStreamDefaultReader<string>): Promise<string> {
  let all = "";
  while (true) {
    const { done, value } = await said.read();
    all += value ?? "";
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(all)?.[0];
    if (url !== undefined) return url;
    if (done) throw new Error(`moto_server ended: ${all}`);
  }
}

async function makeUser(url: string): Promise<MotoUser> {
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-real-secret" };
  const iam = new IAMClient({ endpoint: url, region: "us-east-1", credentials });
  await iam.send(new CreateUserCommand({ UserName: USER }));
  const PolicyDocument = JSON.stringify(POLICY);
  await iam.send(new PutUserPolicyCommand({ UserName: USER, PolicyName: "own-keys", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: USER }));
  iam.destroy();
  return {
    arn: `arn:aws:iam::${ACCOUNT}:user/${USER}`,
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}
