import { isRecord, json, readJsonObject } from "../http.ts";
import type { Incoming } from "../server.ts";
import { cookieOf, type Desk, htmlPage, type Idp, type IdpOptions, seeOther, startIdp } from "./idp.ts";

/**
 * An Okta organisation with one application: the authentication API, session cookies, the application's page.
 * Tokens are checked, bound to their state and used once.
 */
export interface OktaOptions extends IdpOptions {
  /** Factors that the user has, as `factorType provider`; none asks for none. */
  factors?: readonly string[];
  /** The number that a later answer of the push carries. */
  pushNumber?: number;
  /** `idx` is the Identity Engine: the API answers, and the application wants another cookie. */
  engine?: "v1" | "idx";
  /** The application asks for a factor of its own, on a page with a state token. */
  stepUp?: boolean;
  /** What routes the user elsewhere: the type of another identity provider. */
  routedTo?: string;
  /** Says who is locked out; else a locked account looks like a wrong password. */
  showLockout?: boolean;
  /** How a person without the application is told. */
  refusal?: "page" | "json";
  /** The code with which the authentication API refuses whatever it is asked. */
  apiRefusal?: string;
  /** Requests that are left before 429. */
  budget?: number;
}

interface Transaction {
  token: string;
  status: string;
  isStepUp: boolean;
  factor?: string;
  startedAt: number;
  polls: number;
}

const APP_PATH = "/app/amazon_aws/exk1fxp7g6bKz8dGt357/sso/saml";
const PUSH_LIFETIME = 5 * 60_000;

export async function startOkta(options: OktaOptions = {}): Promise<Idp> {
  const transactions = new Map<string, Transaction>();
  const sessionTokens = new Set<string>();
  const sessions = new Map<string, { steppedUp: boolean }>();
  const left = { requests: options.budget ?? Infinity };
  const factors = (options.factors ?? []).map((name, at) => newFactor(name, at));

  return await startIdp(options, APP_PATH, async (incoming, desk) => {
    const { method, url } = incoming;
    switch (`${method} ${url.pathname}`) {
      case "GET /.well-known/okta-organization":
        return json(200, { id: "00o1notreal", pipeline: options.engine ?? "v1", _links: {} });
      case "GET /.well-known/webfinger":
        return webfinger(url, options);
      case "GET /login/sessionCookieRedirect":
        return exchangeSessionToken(url);
      case "GET /login/step-up/redirect":
        return finishStepUp(incoming, url);
      case "GET /login/login.htm":
        return htmlPage("Example - Sign In", `<div id="okta-sign-in"></div>`);
      case `GET ${APP_PATH}`:
        return application(incoming, desk);
    }
    if (method !== "POST" || !url.pathname.startsWith("/api/v1/authn")) return undefined;
    if (left.requests-- <= 0) return tooMany(desk);
    if (options.apiRefusal !== undefined) {
      return refusal(405, options.apiRefusal, "The endpoint does not support the provided HTTP method");
    }
    const body = incoming.headers.get("content-type") === "application/json"
      ? readJsonObject(incoming.text)
      : undefined;
    if (body === undefined) return refusal(400, "E0000003", "The request body was not well-formed.");
    return await authn(url.pathname.slice("/api/v1/authn".length), body, desk);
  });

  async function authn(path: string, body: Record<string, unknown>, desk: Desk): Promise<Response> {
    if (path === "" && body["stateToken"] === undefined) return signIn(body, desk);
    const transaction = transactions.get(String(body["stateToken"]));
    if (transaction === undefined) return refusal(401, "E0000011", "Invalid token provided");
    if (path === "") return view(transaction, desk);
    if (path === "/cancel") {
      transactions.delete(transaction.token);
      return json(200, {});
    }
    if (path === "/skip" && transaction.status === "PASSWORD_WARN") return proceed(transaction, desk);
    const id = /^\/factors\/([^/]+)\/verify$/.exec(path)?.[1];
    const factor = factors.find((one) => one.id === id);
    const isOpen = ["MFA_REQUIRED", "MFA_CHALLENGE"].includes(transaction.status);
    if (factor === undefined || !isOpen) {
      return refusal(403, "E0000079", "This operation is not allowed in the current state");
    }
    return await verify(transaction, factor, body, desk);
  }

  function signIn(body: Record<string, unknown>, desk: Desk): Response {
    const { user } = desk.idp;
    const isRight = desk.isUser(String(body["username"]), String(body["password"]));
    if (user.state === "locked" && options.showLockout) {
      return json(200, { status: "LOCKED_OUT", _links: {} });
    }
    if (!isRight || user.state === "locked") return refusal(401, "E0000004", "Authentication failed");
    const transaction = begin(false, desk);
    if (user.state === "expired") transaction.status = "PASSWORD_EXPIRED";
    else if (user.state === "unenrolled") transaction.status = "MFA_ENROLL";
    else if (user.state === "expires-soon") transaction.status = "PASSWORD_WARN";
    else return proceed(transaction, desk);
    return view(transaction, desk);
  }

  function begin(isStepUp: boolean, desk: Desk): Transaction {
    // With a hyphen, which such pages write as \x2D.
    const token = `00-not-a-real-${crypto.randomUUID()}`;
    const status = isStepUp ? "MFA_REQUIRED" : "UNAUTHENTICATED";
    const transaction: Transaction = { token, status, isStepUp, startedAt: desk.now(), polls: 0 };
    transactions.set(token, transaction);
    return transaction;
  }

  function proceed(transaction: Transaction, desk: Desk): Response {
    const isDone = factors.length === 0 || transaction.factor !== undefined;
    transaction.status = isDone ? "SUCCESS" : "MFA_REQUIRED";
    return view(transaction, desk);
  }

  function view(transaction: Transaction, { idp }: Desk, extra: Record<string, unknown> = {}): Response {
    const { token, status, isStepUp } = transaction;
    const link = (path: string) => ({
      href: `${idp.origin}/api/v1/authn${path}`,
      hints: { allow: ["POST"] },
    });
    if (status === "SUCCESS" && !isStepUp) {
      const sessionToken = `20111not-a-real-${crypto.randomUUID()}`;
      sessionTokens.add(sessionToken);
      transactions.delete(token);
      return json(200, { status, sessionToken, expiresAt: "2026-11-23T12:05:00.000Z" });
    }
    const verifyPath = `/factors/${transaction.factor}/verify`;
    return json(200, {
      stateToken: token,
      status,
      _embedded: {
        ...(status === "MFA_REQUIRED" ? { factors: factors.map((factor) => factorView(factor, link)) } : {}),
        ...(status === "PASSWORD_WARN" ? { policy: { expiration: { passwordExpireDays: 5 } } } : {}),
        ...(isRecord(extra["_embedded"]) ? extra["_embedded"] : {}),
      },
      ...(extra["factorResult"] === undefined ? {} : { factorResult: extra["factorResult"] }),
      _links: {
        cancel: link("/cancel"),
        ...(status === "PASSWORD_WARN" ? { skip: link("/skip") } : {}),
        ...(status === "MFA_CHALLENGE" ? { next: { name: "poll", ...link(verifyPath) } } : {}),
      },
    });
  }

  async function verify(
    transaction: Transaction,
    factor: Factor,
    body: Record<string, unknown>,
    desk: Desk,
  ): Promise<Response> {
    const isFirst = transaction.factor !== factor.id || transaction.status === "MFA_REQUIRED";
    transaction.factor = factor.id;
    if (factor.type === "push") return push(transaction, isFirst, desk);
    const code = body["passCode"] ?? body["answer"];
    if (code === undefined && ["sms", "call", "email"].includes(factor.type)) {
      transaction.status = "MFA_CHALLENGE";
      return view(transaction, desk);
    }
    const verdict = await judge(factor, body, desk);
    if (verdict === "right") return proceed(transaction, desk);
    if (verdict === "replayed") return view(transaction, desk, { factorResult: "PASSCODE_REPLAYED" });
    return refusal(403, "E0000068", "Invalid Passcode/Answer");
  }

  function push(transaction: Transaction, isFirst: boolean, desk: Desk): Response {
    const { phone } = desk.idp;
    transaction.status = "MFA_CHALLENGE";
    if (isFirst) {
      [transaction.startedAt, transaction.polls] = [desk.now(), 0];
      return view(transaction, desk, { factorResult: "WAITING" });
    }
    const isAnswered = ++transaction.polls > phone.polls && phone.answer !== "never";
    if (isAnswered && phone.answer === "approve") return proceed(transaction, desk);
    if (isAnswered) return view(transaction, desk, { factorResult: "REJECTED" });
    if (desk.now() - transaction.startedAt >= PUSH_LIFETIME) {
      return view(transaction, desk, { factorResult: "TIMEOUT" });
    }
    const challenge = options.pushNumber === undefined
      ? {}
      : { challenge: { correctAnswer: options.pushNumber } };
    return view(transaction, desk, {
      factorResult: "WAITING",
      _embedded: { factor: { factorType: "push", _embedded: challenge } },
    });
  }

  /** Spends the token, sets the cookie and goes on. */
  function exchangeSessionToken(url: URL): Response {
    const target = url.searchParams.get("redirectUrl") ?? "";
    if (!sessionTokens.delete(url.searchParams.get("token") ?? "") || new URL(target).origin !== url.origin) {
      return seeOther("/login/login.htm");
    }
    const id = `102not-a-real-${crypto.randomUUID()}`;
    sessions.set(id, { steppedUp: false });
    return seeOther(target, [`sid=${id}; Path=/; Secure; HttpOnly; SameSite=None`, "JSESSIONID=1; Path=/"]);
  }

  function application(incoming: Incoming, desk: Desk): Response {
    const session = sessions.get(cookieOf(incoming, "sid") ?? "");
    if (session === undefined) return seeOther(`/login/login.htm?fromURI=${encodeURIComponent(APP_PATH)}`);
    if (options.engine === "idx") {
      const script = `<script>var config = {"stateToken":"02.id.not\\x2Da-real-handle"};</script>`;
      return htmlPage("Example - Sign In", `<div id="okta-login-container"></div>${script}`);
    }
    if (!desk.idp.user.assigned) {
      return options.refusal === "json"
        ? refusal(400, "E0000001", "Api validation failed", "Sign in not allowed for app")
        : htmlPage("Example - Access Forbidden", "<h1>403</h1><p>Ask your administrator.</p>", {
          status: 403,
        });
    }
    if (options.stepUp && !session.steppedUp) {
      const { token } = begin(true, desk);
      const script = `<script>var stateToken = '${token.replaceAll("-", "\\x2D")}';</script>`;
      return htmlPage("Example - Sign In", `<div id="okta-sign-in"></div>${script}`);
    }
    return desk.autoPost();
  }

  function finishStepUp(incoming: Incoming, url: URL): Response {
    const token = url.searchParams.get("stateToken") ?? "";
    const session = sessions.get(cookieOf(incoming, "sid") ?? "");
    if (transactions.get(token)?.status !== "SUCCESS" || session === undefined) {
      return seeOther("/login/login.htm");
    }
    transactions.delete(token);
    session.steppedUp = true;
    return seeOther(APP_PATH);
  }
}

interface Factor {
  id: string;
  type: string;
  provider: string;
  profile: Record<string, unknown>;
}

const PROFILES: Readonly<Record<string, Record<string, unknown>>> = {
  push: { name: "Jane's iPhone", platform: "IOS" },
  sms: { phoneNumber: "+1 XXX-XXX-1337" },
  call: { phoneNumber: "+1 XXX-XXX-1337" },
  email: { email: "j...e@example.com" },
  question: { questionText: "What is the food you least liked as a child?" },
};

function newFactor(name: string, at: number): Factor {
  const [type = "", provider = "OKTA"] = name.split(" ");
  return { id: `ost${at}notreal`, type, provider, profile: PROFILES[type] ?? {} };
}

function factorView({ id, type, provider, profile }: Factor, link: (path: string) => unknown) {
  const verify = link(`/factors/${id}/verify`);
  return { id, factorType: type, provider, vendorName: provider, profile, _links: { verify } };
}

async function judge(
  { type }: Factor,
  { passCode, answer }: Record<string, unknown>,
  desk: Desk,
): Promise<"right" | "wrong" | "replayed"> {
  const { sentCode } = desk.idp.user;
  if (type === "question") return answer === "not-a-real-answer" ? "right" : "wrong";
  if (["sms", "call", "email"].includes(type)) return passCode === sentCode ? "right" : "wrong";
  return await desk.takeTotp(String(passCode));
}

function refusal(status: number, errorCode: string, errorSummary: string, cause?: string): Response {
  const errorCauses = cause === undefined ? [] : [{ errorSummary: cause }];
  return json(status, {
    errorCode,
    errorSummary,
    errorLink: errorCode,
    errorId: "oaenot-a-real-id",
    errorCauses,
  });
}

function tooMany({ now }: Desk): Response {
  const reset = String(Math.ceil(now() / 1000) + 60);
  const body = {
    errorCode: "E0000047",
    errorSummary: "API call exceeded rate limit",
    errorId: "oaenot-a-real-id",
  };
  return json(429, body, {
    "x-rate-limit-limit": "5",
    "x-rate-limit-remaining": "0",
    "x-rate-limit-reset": reset,
  });
}

function webfinger(url: URL, { routedTo = "OKTA" }: OktaOptions): Response {
  if (url.searchParams.get("rel") !== "okta:idp") return json(404, {});
  return json(200, {
    subject: url.searchParams.get("resource"),
    links: [{ rel: "okta:idp", properties: { "okta:idp:type": routedTo } }],
  });
}
