import { isoSeconds } from "./clock.ts";
import { sameText } from "./encoding.ts";
import { json, readJsonObject, redirect, Refusal } from "./http.ts";
import { definitions, page, paragraph } from "./pages.ts";
import type { Incoming } from "./server.ts";
import { type Call, formParameters, type Operation, type Service } from "./service.ts";
import { type Context, type Credential, findAccount, issueSecret, type Origin } from "./state.ts";

const SIGNIN_TOKEN_LIFETIME = 15 * 60 * 1000;
const URL_LIMIT = 8192;
const COOKIE = "emulator-console";

/** AWS lets a console session be longer than its credentials only for these; role chaining is not among them. */
const MAY_CHOOSE_DURATION: readonly Origin[] = [
  "permission-set",
  "role-direct",
  "role-saml",
  "role-web-identity",
];

/** The console's sign-in: credentials for a token, the token for a browser session, and where that lands. */
export const signin: Service = {
  recognise(incoming) {
    const operation = operationOf(incoming);
    return operation && { operation, parameters: { ...queryOf(incoming), ...formParameters(incoming) } };
  },
  handle(context, call) {
    if (call.url.href.length > URL_LIMIT) {
      throw new Refusal(414, "UriTooLong", "The request URL is too long.");
    }
    switch (call.operation) {
      case "GetSigninToken":
        return getSigninToken(context, call);
      case "SigninLogin":
        return login(context, call);
      default:
        return consoleHome(context, call);
    }
  },
  refuse: ({ status, message }) =>
    page(status, status === 401 ? "Sign in again" : "Bad request", paragraph(message)),
};

function operationOf(incoming: Incoming): Operation | undefined {
  const { pathname } = incoming.url;
  if (pathname === "/console" || pathname.startsWith("/console/")) return "ConsolePage";
  if (pathname !== "/federation") return undefined;
  const action = queryOf(incoming)["Action"] ?? formParameters(incoming)["Action"];
  return action === "getSigninToken" ? "GetSigninToken" : "SigninLogin";
}

const queryOf = ({ url }: Incoming): Record<string, string> => Object.fromEntries(url.searchParams);

const badRequest = (message: string) => new Refusal(400, "BadRequest", message);

function getSigninToken(context: Context, { parameters }: Call): Response {
  const { state, clock } = context;
  const credential = findCredential(context, readJsonObject(parameters["Session"] ?? "") ?? {});
  const now = clock.now();
  const duration = readDuration(parameters["SessionDuration"]);
  if (duration !== undefined && !MAY_CHOOSE_DURATION.includes(credential.origin)) {
    throw badRequest("Invalid credentials parameter: SessionDuration is not allowed for these credentials.");
  }
  const signinToken = issueSecret(context, "sign-in token", 600);
  state.signinTokens.set(signinToken, {
    credential,
    expiresAt: now + SIGNIN_TOKEN_LIFETIME,
    sessionEndsAt: duration === undefined ? credential.expiresAt ?? now : now + duration * 1000,
    used: false,
  });
  return json(200, { SigninToken: signinToken });
}

/** Only sessions of roles can be federated, and only while they last. */
function findCredential({ state, clock }: Context, session: Record<string, unknown>): Credential {
  const { sessionId, sessionKey, sessionToken } = session;
  const credential = typeof sessionId === "string" ? state.credentials.get(sessionId) : undefined;
  const valid = credential !== undefined && credential.sessionToken !== undefined &&
    credential.origin !== "user-session" && clock.now() < (credential.expiresAt ?? 0) &&
    sameText(credential.secretAccessKey, String(sessionKey)) &&
    sameText(credential.sessionToken, String(sessionToken));
  if (!valid) throw badRequest("Invalid credentials parameter.");
  return credential;
}

function readDuration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43200) {
    throw badRequest("SessionDuration must be between 900 and 43200.");
  }
  return seconds;
}

function login(context: Context, { parameters }: Call): Response {
  const { Action, Issuer = "", Destination = "", SigninToken = "" } = parameters;
  if (Action !== "login") throw badRequest(`Unknown action ${Action ?? ""}.`);
  if (!isConsole(Destination, context.url)) throw badRequest("Destination is not an AWS console address.");
  const { state, clock, random } = context;
  const token = state.signinTokens.get(SigninToken);
  if (token === undefined || token.used || clock.now() >= token.expiresAt) {
    throw badRequest("The sign-in token is not valid, was used, or has expired.");
  }
  token.used = true;
  const id = random.uuid();
  state.consoleSessions.set(id, {
    credential: token.credential,
    endsAt: token.sessionEndsAt,
    issuer: Issuer,
    destination: Destination,
  });
  return redirect("/console/home", {
    "set-cookie": `${COOKIE}=${id}; Path=/console; HttpOnly; SameSite=Lax`,
  });
}

const CONSOLE_DOMAINS = [
  "console.aws.amazon.com",
  "console.amazonaws-us-gov.com",
  "console.amazonaws.cn",
  "console.amazonaws-eusc.eu",
];

function isConsole(destination: string, own: string): boolean {
  if (!URL.canParse(destination)) return false;
  const { protocol, hostname, origin } = new URL(destination);
  if (origin === own) return true;
  return protocol === "https:" &&
    CONSOLE_DOMAINS.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}

function consoleHome({ state, clock }: Context, { headers }: Call): Response {
  const id = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(headers.get("cookie") ?? "")?.[1] ?? "";
  const session = state.consoleSessions.get(id);
  if (session === undefined || clock.now() >= session.endsAt) {
    throw new Refusal(401, "SignInAgain", "There is no console session in this browser, or it has ended.");
  }
  const { credential, endsAt, issuer, destination } = session;
  const [, role = "", sessionName = ""] = credential.arn.split("/");
  const account = findAccount(state.seed, credential.accountId);
  return page(
    200,
    "Console home",
    definitions({
      "Account": `${account?.name ?? "unknown"} (${credential.accountId})`,
      "Role": role,
      "Session": sessionName,
      "Signed in until": isoSeconds(endsAt),
      "Issuer": issuer,
      "Destination": destination,
    }),
    { wide: true },
  );
}
