import type { EpochMillis } from "../clock.ts";
import { type SamlSigner, samlSigner } from "../saml_signer.ts";
import { type Incoming, listen } from "../server.ts";
import { matchStep, totp } from "../totp.ts";
import { escapeXml } from "../xml.ts";

/** Whoever may log in, with everything that can be wrong with an account. */
export interface IdpUser {
  username: string;
  password: string;
  /** Base32. */
  totpSecret: string;
  /** What is sent by SMS, call or email. */
  sentCode: string;
  state: "active" | "locked" | "expired" | "expires-soon" | "unenrolled";
  /** Whether the AWS application is theirs. */
  assigned: boolean;
}

/** What the phone does with a push: `answer` at the poll after `polls` others. */
export interface Phone {
  answer: "approve" | "reject" | "never";
  polls: number;
}

export interface IdpOptions {
  user?: Partial<IdpUser>;
  phone?: Partial<Phone>;
  /** Default the machine's. */
  clock?: () => EpochMillis;
  signer?: SamlSigner;
}

/** What every identity provider here has. */
export interface Idp {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** The provider's `url`. */
  loginUrl: string;
  /** `METHOD /path` of every request. */
  requests: string[];
  /** How often a password was tried. */
  passwords: { right: number; wrong: number };
  user: IdpUser;
  phone: Phone;
  signer: SamlSigner;
  /** The code that the authenticator app shows now. */
  totp(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const IDP_USER: IdpUser = {
  username: "jane.doe@example.com",
  password: "not-a-real-secret-password&+=%",
  totpSecret: "NOTAREALSECRETNOTAREALSECRETNOTA",
  sentCode: "424242",
  state: "active",
  assigned: true,
};

export const AWS_SIGN_IN = "https://signin.aws.amazon.com/saml";
const ROLE = "arn:aws:iam::123456789012:role/AdminRole,arn:aws:iam::123456789012:saml-provider/okta-saml";

/** What a handler works with. */
export interface Desk {
  idp: Idp;
  now(): EpochMillis;
  /** A page that posts a signed response to AWS. */
  autoPost(action?: string): Response;
  /** Whether a code is the app's; each is taken once. */
  takeTotp(code: string): Promise<"right" | "wrong" | "replayed">;
  /** Whether user name and password are right; counts. */
  isUser(username: string | null, password: string | null): boolean;
}

export type Handler = (
  incoming: Incoming,
  desk: Desk,
) => Response | undefined | Promise<Response | undefined>;

/** Serves one identity provider; where `handle` has nothing, 404. */
export async function startIdp(
  options: IdpOptions,
  loginPath: string,
  handle: Handler,
): Promise<Idp> {
  const { clock: now = Date.now, signer = samlSigner() } = options;
  const usedSteps = new Set<number>();
  const user = { ...IDP_USER, ...options.user };
  const phone: Phone = { answer: "approve", polls: 2, ...options.phone };
  const desk: Omit<Desk, "idp"> = {
    now,
    autoPost: (action = AWS_SIGN_IN) => autoPostPage(action, signer.respond({ now: now(), roles: [ROLE] })),
    takeTotp: async (code) => {
      const step = await matchStep(user.totpSecret, code, now());
      if (step === undefined) return "wrong";
      if (usedSteps.has(step)) return "replayed";
      usedSteps.add(step);
      return "right";
    },
    isUser: (username, password) => {
      const right = username === user.username && password === user.password;
      idp.passwords[right ? "right" : "wrong"] += 1;
      return right;
    },
  };
  const listener = await listen(0, async (incoming) => {
    idp.requests.push(`${incoming.method} ${incoming.url.pathname}`);
    const response = await handle(incoming, { ...desk, idp });
    return {
      kind: "response",
      response: response ?? htmlPage("Not found", "<p>There is no such page.</p>", { status: 404 }),
    };
  });
  const idp: Idp = {
    origin: listener.url,
    loginUrl: listener.url + loginPath,
    requests: [],
    passwords: { right: 0, wrong: 0 },
    user,
    phone,
    signer,
    totp: () => totp(user.totpSecret, now()),
    [Symbol.asyncDispose]: () => listener.close(),
  };
  return idp;
}

export interface PageOptions {
  status?: number;
  cookies?: string[];
  headers?: Record<string, string>;
  /** Of the document, before the title. */
  head?: string;
}

export function htmlPage(title: string, body: string, options: PageOptions = {}): Response {
  const headers = new Headers({ "content-type": "text/html; charset=utf-8", ...options.headers });
  for (const cookie of options.cookies ?? []) headers.append("set-cookie", cookie);
  const document = `<!DOCTYPE html>\n<html lang="en"><head>${options.head ?? ""}<title>${
    escapeXml(title)
  }</title></head>\n<body>${body}</body></html>\n`;
  return new Response(document, { status: options.status ?? 200, headers });
}

export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}

/** A cookie that the client sent; `undefined` when it did not. */
export function cookieOf({ headers }: Incoming, name: string): string | undefined {
  const pairs = (headers.get("cookie") ?? "").split("; ").map((pair) => pair.split("="));
  return pairs.find(([key]) => key === name)?.[1];
}

export function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields).map(([name, value]) =>
    `<input type="hidden" name="${escapeXml(name)}" value="${escapeXml(value)}">`
  ).join("\n");
}

/** Base64 as such pages write it: its marks as character references, and a line break. */
function autoPostPage(action: string, response: string): Response {
  const written = response.replaceAll("+", "&#x2b;").replaceAll("/", "&#47;").replaceAll("=", "&#x3D;");
  return htmlPage(
    "Working...",
    `<form id="appForm" name="hiddenform" method="POST" action="${action.replaceAll("/", "&#x2f;")}">
<input name="SAMLResponse" type="hidden" value="${written}&#13;&#10;"/>
<input name="RelayState" type="hidden" value=""/>
<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"/></noscript>
</form><script>document.forms[0].submit();</script>`,
  );
}
