/**
 * Fake responses of AWS, for tests without a network: by default grants everything, numbers what it issues
 * and records each call. Verifies only what it is told to; the emulator does the verifying.
 */
import { AuthError } from "../../lib/errors.ts";

export type Operation =
  | "RegisterClient"
  | "StartDeviceAuthorization"
  | "CreateToken"
  | "ListAccounts"
  | "GetRoleCredentials"
  | "AssumeRole"
  | "GetCallerIdentity";

/** A recorded call. */
export interface Call {
  readonly operation: Operation;
  /** `https://host` */
  readonly origin: string;
  /** The members of a JSON body, a form or a query. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The portal's bearer, or the access key id of the signature. */
  readonly caller: string | undefined;
}

export type Answer = Response | "network-error";

export interface FakeAws {
  readonly answer: (request: Request, now: number) => Promise<Response>;
  readonly calls: readonly Call[];
  /** The operations so far, in order. */
  readonly operations: () => readonly Operation[];
  /** Overrides of the default responses, by operation; `undefined` falls back to the default. */
  readonly on: Partial<Record<Operation, (call: Call) => Answer | undefined | Promise<Answer | undefined>>>;
  /** Tokens, access key ids, client ids and refresh tokens that are no longer valid. */
  readonly dead: Set<string>;
}

export function fakeAws(): FakeAws {
  const calls: Call[] = [];
  const on: FakeAws["on"] = {};
  const dead = new Set<string>();
  const counts = { client: 0, token: 0, key: 0 };

  function byDefault(call: Call, now: number): Response {
    const { operation, parameters, caller = "" } = call;
    switch (operation) {
      case "RegisterClient":
        counts.client += 1;
        return Response.json({
          clientId: `client-${counts.client}`,
          clientSecret: `not-a-real-client-secret-${counts.client}`,
          clientSecretExpiresAt: Math.floor(now / 1000) + 90 * 86_400,
        });
      case "StartDeviceAuthorization":
        if (dead.has(parameters["clientId"] ?? "")) return oauthError("invalid_client", 401);
        return Response.json(DEVICE);
      case "CreateToken": {
        if (dead.has(parameters["clientId"] ?? "")) return oauthError("invalid_client", 401);
        if (dead.has(parameters["refreshToken"] ?? "")) return oauthError("invalid_grant");
        counts.token += 1;
        const { token } = counts;
        return Response.json({
          accessToken: `not-a-real-token-${token}`,
          refreshToken: `not-a-real-refresh-${token}`,
          expiresIn: 3600,
          tokenType: "Bearer",
        });
      }
      case "ListAccounts":
        return Response.json({ accountList: [], nextToken: null });
      case "GetRoleCredentials":
        if (dead.has(caller)) return portalError("UnauthorizedException", 401, "Session token not found");
        counts.key += 1;
        return Response.json(roleCredentials(counts.key, now + 4 * 3600_000));
      case "AssumeRole": {
        if (dead.has(caller)) return stsError("ExpiredToken", "The security token is expired");
        counts.key += 1;
        const seconds = Number(parameters["DurationSeconds"] ?? 3600);
        return assumed(parameters, counts.key, now + seconds * 1000);
      }
      case "GetCallerIdentity":
        return xml(
          "GetCallerIdentity",
          "<Account>999999999999</Account><Arn>arn:aws:sts::999999999999:assumed-role/R/s</Arn><UserId>AROA:s</UserId>",
        );
    }
  }

  return {
    calls,
    on,
    dead,
    operations: () => calls.map(({ operation }) => operation),
    answer: async (request, now) => {
      const call = await readCall(request);
      calls.push(call);
      const answer = await on[call.operation]?.(call) ?? byDefault(call, now);
      if (answer !== "network-error") return answer;
      throw new AuthError(
        "unreachable",
        `Cannot reach ${new URL(request.url).host}: the connection was refused`,
      );
    },
  };
}

/** The default response of StartDeviceAuthorization. */
export const DEVICE = {
  deviceCode: "not-a-real-device-code",
  userCode: "ABCD-EFGH",
  verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
  verificationUriComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH",
  expiresIn: 600,
  interval: 5,
};

const PATHS: Readonly<Record<string, Operation>> = {
  "POST /client/register": "RegisterClient",
  "POST /device_authorization": "StartDeviceAuthorization",
  "POST /token": "CreateToken",
  "GET /assignment/accounts": "ListAccounts",
  "GET /federation/credentials": "GetRoleCredentials",
};

async function readCall(request: Request): Promise<Call> {
  const url = new URL(request.url);
  const text = await request.clone().text();
  const name = `${request.method} ${url.pathname}`;
  const operation = Object.entries(PATHS).find(([path]) => {
    const [method = "", end = ""] = path.split(" ");
    return name.startsWith(`${method} `) && name.endsWith(end);
  })?.[1];
  const signer = /Credential=([^/]+)\//.exec(request.headers.get("authorization") ?? "")?.[1];
  const caller = request.headers.get("x-amz-sso_bearer_token") ?? signer;
  if (operation === undefined) {
    const parameters = Object.fromEntries(new URLSearchParams(text));
    return { operation: queryOperation(parameters), origin: url.origin, parameters, caller };
  }
  const members: Record<string, unknown> = text === "" ? {} : JSON.parse(text);
  const parameters = {
    ...Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)])),
    ...Object.fromEntries(url.searchParams),
  };
  return { operation, origin: url.origin, parameters, caller };
}

function queryOperation({ Action }: Readonly<Record<string, string>>): Operation {
  if (Action === "AssumeRole" || Action === "GetCallerIdentity") return Action;
  throw new TypeError(`The fake AWS does not know ${Action}`);
}

/** An error of Identity Center's OAuth service, with the header that the SDK reads. */
export function oauthError(
  error: string,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const exception = error.split("_").map((word) => word[0]?.toUpperCase() + word.slice(1)).join("") +
    "Exception";
  return Response.json({ error, error_description: `it is ${error}` }, {
    status,
    headers: { "x-amzn-errortype": `${exception}:http://internal.amazon.com/coral/`, ...headers },
  });
}

/** An error of the access portal. */
export function portalError(
  code: string,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ message, __type: `com.amazonaws.switchboard.portal#${code}` }, {
    status,
    headers: { "x-amzn-errortype": code, ...headers },
  });
}

/** An error of STS: refusals are 403, invalid input is 400. */
export function stsError(code: string, message: string, status = 403): Response {
  return new Response(
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>` +
      `<Code>${code}</Code><Message>${message}</Message></Error>` +
      `<RequestId>11111111-2222-3333-4444-555555555555</RequestId></ErrorResponse>`,
    {
      status,
      headers: { "content-type": "text/xml", "x-amzn-requestid": "11111111-2222-3333-4444-555555555555" },
    },
  );
}

/** A response of STS. */
export function xml(action: string, result: string): Response {
  return new Response(
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result>` +
      `<ResponseMetadata><RequestId>11111111-2222-3333-4444-555555555555</RequestId></ResponseMetadata></${action}Response>`,
    { headers: { "content-type": "text/xml" } },
  );
}

/** The access key id of the nth session that the fake issues. */
export const keyId = (count: number) => `ASIAEXAMPLE${String(count).padStart(9, "0")}`;

function roleCredentials(count: number, expiration: number) {
  return {
    roleCredentials: {
      accessKeyId: keyId(count),
      secretAccessKey: `not-a-real-secret-${count}`,
      sessionToken: `not-a-real-session-token-${count}`,
      expiration,
    },
  };
}

function assumed(parameters: Call["parameters"], count: number, expiresAt: number): Response {
  const [, , , , account = "", resource = ""] = (parameters["RoleArn"] ?? "").split(":");
  const role = resource.split("/").at(-1);
  return xml(
    "AssumeRole",
    `<Credentials><AccessKeyId>${keyId(count)}</AccessKeyId>` +
      `<SecretAccessKey>not-a-real-secret-${count}</SecretAccessKey>` +
      `<SessionToken>not-a-real-session-token-${count}</SessionToken>` +
      `<Expiration>${new Date(expiresAt).toISOString()}</Expiration></Credentials>` +
      `<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:${parameters["RoleSessionName"]}</AssumedRoleId>` +
      `<Arn>arn:aws:sts::${account}:assumed-role/${role}/${
        parameters["RoleSessionName"]
      }</Arn></AssumedRoleUser>`,
  );
}
