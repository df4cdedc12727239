/**
 * The GoogleApps driver: Google's sign-in pages for browsers without scripts. Google shows them at its
 * discretion, and sends many accounts to a captcha or to scripts; for every such page the error suggests a
 * browser.
 *
 * @module
 */
import { type AuthError, isAuthError } from "../errors.ts";
import { fillForm, type HtmlPage, readHtml } from "./forms.ts";
import {
  type ChallengeKind,
  CHALLENGES,
  complaintOf,
  type GooglePage,
  otherWay,
  type Prompt,
  readGooglePage,
  type Refusal,
} from "./google_page.ts";
import { browserHint, loginFailure, notUnderstood, samlResponseIn } from "./outcome.ts";
import { chooseFactor, nextCode } from "./second_factor.ts";
import type { NamedSamlProvider, SamlDriverRun, SamlHost, SamlPerson } from "./types.ts";
import { openWeb, type Submission, type Web, type WebField, type WebPage } from "./web.ts";

/** A login takes a handful of pages; more than this is a loop. */
const MOST_PAGES = 20;
/** Replies when the user has answered the prompt on the phone. */
const PROMPT_SERVICE = "https://content.googleapis.com/cryptauth/v1/authzen/awaittx";

/** The state of one login. */
interface Login {
  readonly host: SamlHost;
  readonly provider: NamedSamlProvider;
  readonly person: SamlPerson;
  readonly web: Web;
  usernameSent: boolean;
  passwordSent: boolean;
  codesSent: number;
  /** Whether we prompted on the phone: later complaints are about the user's answer there. */
  prompted: boolean;
  /** Whether we requested the list of challenges. */
  listed: boolean;
}

/**
 * Logs in at Google. The provider's URL is `https://accounts.google.com/o/saml2/initsso?idpid=...&spid=...`.
 *
 * @throws AuthError as {@linkcode SamlDriverRun} says
 */
export const loginWithGoogleApps: SamlDriverRun = async (host, provider, person) => {
  const start = new URL(provider.config.url);
  const web = await openWeb(host, start);
  const state = { usernameSent: false, passwordSent: false, codesSent: 0, prompted: false, listed: false };
  const login: Login = { host, provider, person, web, ...state };
  let page = await web.get(inEnglish(start));
  for (let count = 0; count < MOST_PAGES; count++) {
    const html = readHtml(page);
    const response = samlResponseIn(provider, html);
    if (response !== undefined) return response;
    page = await answer(login, page, html);
  }
  throw loginFailure("bad-answer", provider, `Google led through more than ${MOST_PAGES} pages`, [
    browserHint(provider),
  ]);
};

/** Some pages are recognized by their text. */
function inEnglish(url: URL): URL {
  const english = new URL(url);
  english.searchParams.set("hl", "en");
  english.searchParams.set("loc", "US");
  return english;
}

/** Answers a page, and returns the next one. */
async function answer(login: Login, page: WebPage, html: HtmlPage): Promise<WebPage> {
  const { provider, web } = login;
  const seen = readGooglePage(html, page.status);
  const skip = otherWay(html);
  if (seen !== undefined && skip !== undefined && !login.listed && isUnwanted(provider, seen)) {
    login.listed = true;
    return await submit(web, fillForm(skip));
  }
  switch (seen?.wants) {
    case "username":
      return await sendUsername(login, html, seen);
    case "password":
      return await sendPassword(login, html, seen);
    case "code":
      return await sendCode(login, html, seen);
    case "sending":
      return await submit(web, fillForm(seen.form, { values: { SendMethod: "SMS" } }));
    case "prompt":
      return await waitForPrompt(login, html, seen);
    case "device":
      return await waitForDevice(login, html, seen);
    case "choice": {
      const [first, ...others] = seen.options;
      if (first === undefined) throw notUnderstood(provider, html, page.status);
      return await submit(web, (await chooseFactor(provider, login.person, [first, ...others])).submission);
    }
    case "browser":
      throw loginFailure(
        "unsupported",
        provider,
        `Google wants a challenge that needs a browser (${seen.challenge})`,
        [
          browserHint(provider),
        ],
      );
    case "captcha":
      throw loginFailure("unsupported", provider, "Google wants a captcha solved", [browserHint(provider)]);
    case "nothing":
      throw refusalFailure(provider, page, seen.reason);
    case undefined:
      throw notUnderstood(provider, html, page.status);
  }
}

/** A challenge that we cannot answer, or not the one that `mfa` names. */
function isUnwanted({ config }: NamedSamlProvider, seen: GooglePage): boolean {
  if (seen.wants === "browser") return true;
  const wanted = config.mfa?.trim().toLowerCase() ?? "auto";
  return "kind" in seen && wanted !== "auto" && !namesOf(seen.kind).includes(wanted);
}

function namesOf(kind: ChallengeKind): readonly string[] {
  return [...CHALLENGES[kind].names, CHALLENGES[kind].label.toLowerCase()];
}

/** Google's scripts would set `bgresponse`; the other fields have their values. */
function submit(web: Web, { method, url, fields }: Submission): Promise<WebPage> {
  const answered = fields.map(([name, value]): WebField =>
    name === "bgresponse" ? [name, "js_enabled"] : [name, value]
  );
  return web.submit({ method, url: inEnglish(url), fields: answered });
}

async function sendUsername(
  login: Login,
  html: HtmlPage,
  { form, username }: Extract<GooglePage, { wants: "username" }>,
): Promise<WebPage> {
  if (login.usernameSent) throw credentialsRefused(login.provider, complaintOf(html), "username");
  login.usernameSent = true;
  return await submit(
    login.web,
    fillForm(form, { values: { [username.name]: await login.person.username() } }),
  );
}

async function sendPassword(
  login: Login,
  html: HtmlPage,
  { form, password }: Extract<GooglePage, { wants: "password" }>,
): Promise<WebPage> {
  if (login.passwordSent) throw credentialsRefused(login.provider, complaintOf(html), "password");
  login.passwordSent = true;
  const values = { [password.name]: await login.person.password() };
  return await submit(login.web, fillForm(form, { values }));
}

function credentialsRefused(provider: NamedSamlProvider, complaint: string, what: string): AuthError {
  const reason = complaint === "" ? `Google did not accept the ${what}` : `Google says: ${complaint}`;
  return loginFailure("refused", provider, reason, [
    `Check the ${what}: it was not tried again, since Google locks accounts`,
    browserHint(provider),
  ]);
}

async function sendCode(
  login: Login,
  html: HtmlPage,
  { form, code, kind }: Extract<GooglePage, { wants: "code" }>,
): Promise<WebPage> {
  const { provider, person, web } = login;
  const value = await nextCode(provider, person, {
    party: "Google",
    question: CHALLENGES[kind].question,
    sent: login.codesSent++,
    complaint: complaintOf(html),
  });
  return await submit(web, fillForm(form, { values: { [code.name]: value } }));
}

async function waitForPrompt(
  login: Login,
  html: HtmlPage,
  { form, prompt }: Extract<GooglePage, { wants: "prompt" }>,
): Promise<WebPage> {
  const { person, provider, web } = login;
  requireFirstPrompt(login, html);
  person.tell("Google sent a prompt to your phone: tap Yes on it");
  if (!await isAnswered(login, prompt)) {
    throw loginFailure("login-not-approved", provider, "nobody answered the prompt on the phone in time", [
      "Run the command again",
    ]);
  }
  return await submit(web, fillForm(form));
}

/** The service replies as late as it can; retry requests that time out while the prompt is valid. */
async function isAnswered(
  { host, web }: Login,
  { apiKey, transaction, lifetimeMillis }: Prompt,
): Promise<boolean> {
  const url = new URL(PROMPT_SERVICE);
  url.searchParams.set("alt", "json");
  url.searchParams.set("key", apiKey);
  const giveUpAt = host.now() + lifetimeMillis;
  while (host.now() < giveUpAt) {
    const page = await web.postJson(url, { txId: transaction }).catch(lateAnswer);
    if (page !== undefined && page.status === 200) return true;
    await host.sleep(1_000, host.interrupted);
  }
  return false;
}

function lateAnswer(error: unknown): undefined {
  if (!isAuthError(error, "unreachable")) throw error;
}

/** If the page repeats after the phone prompt, the user tapped No or did not answer. */
function requireFirstPrompt(login: Login, html: HtmlPage): void {
  if (login.prompted) {
    const complaint = complaintOf(html);
    const reason = complaint === "" ? "the login was rejected on the phone" : `Google says: ${complaint}`;
    throw loginFailure("login-not-approved", login.provider, reason, ["Run the command again"]);
  }
  login.prompted = true;
}

/** Google does not report when the phone was answered, so the user must. */
async function waitForDevice(
  login: Login,
  html: HtmlPage,
  { form, number }: Extract<GooglePage, { wants: "device" }>,
): Promise<WebPage> {
  const { person, provider, web } = login;
  requireFirstPrompt(login, html);
  const words = number === "" ? "tap Yes on it" : `tap Yes, then ${number}`;
  const question = `Google sent a prompt to your phone: ${words}`;
  const index = await person.choose(question, ["I have answered on the phone", "Give up"]);
  if (index === 0) return await submit(web, fillForm(form));
  throw loginFailure("login-not-approved", provider, "the prompt on the phone was given up");
}

function refusalFailure(provider: NamedSamlProvider, page: WebPage, reason: Refusal): AuthError {
  switch (reason) {
    case "unassigned":
      return loginFailure(
        "refused",
        provider,
        "the AWS application is not turned on for your Google account",
        [
          "Ask your Google Workspace administrator to turn it on for you",
          `Check idpid and spid in the url of the provider "${provider.name}"`,
        ],
      );
    case "disabled":
      return loginFailure("refused", provider, "the Google account is disabled or locked", [
        "Ask your Google Workspace administrator",
      ]);
    case "password-expired":
      return loginFailure("refused", provider, "Google wants the password changed", [
        `Change it at ${page.url.origin}, then run the command again`,
      ]);
    case "untrusted-client":
      return loginFailure("unsupported", provider, "Google does not let this program sign in", [
        browserHint(provider),
      ]);
    case "enrol":
      return loginFailure(
        "refused",
        provider,
        "your organisation wants 2-Step Verification, and it is not set up",
        [
          "Set it up at https://myaccount.google.com/security, then run the command again",
        ],
      );
  }
}
