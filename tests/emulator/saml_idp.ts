import { type ResponseParts, type SamlSigner, samlSigner } from "./saml_signer.ts";
import { type Incoming, listen } from "./server.ts";

/**
 * An identity provider with pages, on a port of its own: a login form, a session cookie, and a page that posts a signed
 * response to AWS by itself. `/app` is where it starts; `/popup` opens the login in a new window; `/other` posts to
 * Identity Center; `/empty` posts nothing of use.
 */
export interface SamlIdp {
  /** `http://127.0.0.1:PORT/app` */
  loginUrl: string;
  /** `http://127.0.0.1:PORT` */
  origin: string;
  signer: SamlSigner;
  /** What the next responses say besides the moment; may be changed. */
  parts: Omit<ResponseParts, "now">;
  /** How often the login form was sent, with the right password or a wrong one. */
  logins: { right: number; wrong: number };
  [Symbol.asyncDispose](): Promise<void>;
}

export const SAML_USER = { username: "jane", password: "not-a-real-secret-password" };

export interface SamlIdpOptions {
  parts?: Omit<ResponseParts, "now">;
  /** Nobody has to log in, as with Kerberos. */
  open?: boolean;
  now?: () => number;
}

const ACS = "https://signin.aws.amazon.com/saml";
const IDENTITY_CENTER = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/0f0e0d0c";

export async function startSamlIdp(options: SamlIdpOptions = {}): Promise<SamlIdp> {
  const signer = samlSigner();
  const sessions = new Set<string>();
  const { open = false, now = Date.now } = options;
  const idp = { parts: options.parts ?? {}, logins: { right: 0, wrong: 0 } };

  const isKnown = ({ headers }: Incoming) =>
    open || sessions.has(/(?:^|; )idp_session=([^;]+)/.exec(headers.get("cookie") ?? "")?.[1] ?? "");
  const logIn = ({ text }: Incoming): Response => {
    const form = new URLSearchParams(text);
    if (form.get("username") !== SAML_USER.username || form.get("password") !== SAML_USER.password) {
      idp.logins.wrong += 1;
      return loginForm("Wrong username or password");
    }
    idp.logins.right += 1;
    const session = crypto.randomUUID();
    sessions.add(session);
    return new Response(null, {
      status: 303,
      headers: { location: "/app", "set-cookie": `idp_session=${session}; HttpOnly; Path=/` },
    });
  };
  const respond = () => signer.respond({ ...idp.parts, now: now() });
  const routes: Record<string, (incoming: Incoming) => Response> = {
    "GET /app": (incoming) => (isKnown(incoming) ? autoPost(ACS, respond()) : loginForm("")),
    "POST /login": logIn,
    "GET /popup": () => page("Portal", `<a id="app" target="_blank" href="/app">AWS</a>`),
    "GET /other": () => autoPost(IDENTITY_CENTER, respond()),
    "GET /empty": () => autoPost(ACS, ""),
    "GET /slow": () => page("Please wait", "<p>Please wait"),
  };
  const listener = await listen(0, (incoming) => {
    const route = routes[`${incoming.method} ${incoming.url.pathname}`];
    const response = route?.(incoming) ?? new Response("No such page", { status: 404 });
    return { kind: "response", response };
  });
  return Object.assign(idp, {
    origin: listener.url,
    loginUrl: `${listener.url}/app`,
    signer,
    [Symbol.asyncDispose]: () => listener.close(),
  });
}

/** Unlike the emulator's own pages these run scripts, as identity providers' pages do. */
function page(title: string, body: string): Response {
  return new Response(`<!doctype html><title>${title}</title><h1>${title}</h1>${body}`, {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

function loginForm(complaint: string): Response {
  return page(
    "Log in",
    `<p>${complaint}</p><form method="post" action="/login"><input name="username"><input name="password" type="password">` +
      `<button>Log in</button></form>`,
  );
}

/** The HTTP-POST binding: base64 needs no escaping in an attribute. */
function autoPost(action: string, response: string): Response {
  return page(
    "One moment",
    `<form method="post" action="${action}"><input type="hidden" name="SAMLResponse" value="${response}">` +
      `<input type="hidden" name="RelayState" value=""></form><script>document.forms[0].submit()</script>`,
  );
}
