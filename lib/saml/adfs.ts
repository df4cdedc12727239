/**
 * The ADFS driver: the forms of Active Directory Federation Services, up to the page that posts to AWS.
 *
 * @module
 */
import type { AuthError } from "../errors.ts";
import { type AdfsOption, type AdfsPage, complaintOf, readAdfsPage } from "./adfs_page.ts";
import { fillForm, type HtmlPage, readHtml } from "./forms.ts";
import { browserHint, loginFailure, notUnderstood, samlResponseIn } from "./outcome.ts";
import { chooseFactor, nextCode } from "./second_factor.ts";
import type { NamedSamlProvider, SamlDriverRun, SamlHost, SamlPerson } from "./types.ts";
import { openWeb, type Web, type WebPage } from "./web.ts";

/** A login takes a handful of pages; more than this is a loop. */
const MOST_PAGES = 30;
const POLL_MILLIS = 1_000;
const LONGEST_WAIT_MILLIS = 5 * 60_000;

/** The state of one login. */
interface Login {
  readonly host: SamlHost;
  readonly provider: NamedSamlProvider;
  readonly person: SamlPerson;
  readonly web: Web;
  /** The password is sent only once per login. */
  passwordSent: boolean;
  codesSent: number;
}

/**
 * Logs in at an ADFS server. The provider's URL is the server's address, or that of its sign-in page with
 * `loginToRp`.
 *
 * @throws AuthError as {@linkcode SamlDriverRun} says
 */
export const loginWithAdfs: SamlDriverRun = async (host, provider, person) => {
  const start = signOnPage(provider);
  const web = await openWeb(host, start);
  const login: Login = { host, provider, person, web, passwordSent: false, codesSent: 0 };
  let page = await web.get(start);
  for (let count = 0; count < MOST_PAGES; count++) {
    const html = readHtml(page);
    const response = samlResponseIn(provider, html);
    if (response !== undefined) return response;
    page = await answer(login, page, html);
  }
  throw loginFailure("bad-answer", provider, `${start.host} led through more than ${MOST_PAGES} pages`, [
    browserHint(provider),
  ]);
};

/** `urn:amazon:webservices`, or its name in the region's partition. */
function relyingParty(region: string): string {
  if (region.startsWith("us-gov-")) return "urn:amazon:webservices:govcloud";
  return region.startsWith("cn-") ? "urn:amazon:webservices:cn-north-1" : "urn:amazon:webservices";
}

/** The page that starts a login at the identity provider; keeps what the URL already has. */
function signOnPage({ config }: NamedSamlProvider): URL {
  const url = new URL(config.url);
  if (/^\/(?:adfs\/?(?:ls\/?)?)?$/i.test(url.pathname) && url.search === "") {
    url.pathname = "/adfs/ls/IdpInitiatedSignOn.aspx";
  }
  const isNamed = [...url.searchParams.keys()].some((name) => name.toLowerCase() === "logintorp");
  if (/\/IdpInitiatedSignOn(?:\.aspx)?$/i.test(url.pathname) && !isNamed) {
    url.searchParams.set("loginToRp", relyingParty(config.region));
  }
  return url;
}

/** Answers a page, and returns the next one. */
async function answer(login: Login, page: WebPage, html: HtmlPage): Promise<WebPage> {
  const { provider, web } = login;
  requireForms(provider, page);
  const seen = readAdfsPage(html);
  switch (seen?.wants) {
    case "password":
      return await sendPassword(login, html, seen);
    case "code":
      return await sendCode(login, html, seen);
    case "patience":
      return await waitForApproval(login, seen);
    case "choice": {
      const value = await choose(login, seen.field, seen.options);
      return await web.submit(fillForm(seen.form, { values: { [seen.field]: value } }));
    }
    case "sending":
      return await web.submit(fillForm(seen.form));
    case "new-password":
      throw loginFailure("refused", provider, "the password has expired", [
        `Change it at ${page.url.origin}/adfs/portal/updatepassword, then run the command again`,
      ]);
    case "nothing":
      throw errorPageFailure(provider, page, seen.reason, seen.code);
    case undefined:
      throw page.status === 404 || page.status === 503
        ? pageDisabled(provider)
        : notUnderstood(provider, html, page.status);
  }
}

/** Kerberos and NTLM are for Windows; ADFS offers forms to other browsers. */
function requireForms(provider: NamedSamlProvider, { status, headers, url }: WebPage): void {
  if (status !== 401 || !/\b(?:negotiate|ntlm)\b/i.test(headers.get("www-authenticate") ?? "")) return;
  throw loginFailure("unsupported", provider, `${url.host} wants to log in by Windows (Kerberos or NTLM)`, [
    browserHint(provider),
    "Or ask your administrator for forms authentication on this network",
  ]);
}

async function sendPassword(
  login: Login,
  html: HtmlPage,
  { form, username, password }: Extract<AdfsPage, { wants: "password" }>,
): Promise<WebPage> {
  const { provider, person, web } = login;
  if (login.passwordSent) throw passwordRefused(provider, complaintOf(html));
  const name = await person.username();
  if (!/[\\@]/.test(name)) {
    person.tell("ADFS usually wants DOMAIN\\user or user@domain; the username is neither");
  }
  const values = { [username.name]: name, [password.name]: await person.password() };
  login.passwordSent = true;
  return await web.submit(fillForm(form, { values }));
}

function passwordRefused(provider: NamedSamlProvider, complaint: string): AuthError {
  const reason = complaint === ""
    ? "ADFS did not accept the user name and password"
    : `ADFS says: ${complaint}`;
  return loginFailure("refused", provider, reason, [
    "Check user name and password: they were not tried again, since ADFS locks accounts",
    "If they are right, the account may be locked or the password expired: ask your administrator",
  ]);
}

async function sendCode(
  login: Login,
  html: HtmlPage,
  { form, code, question }: Extract<AdfsPage, { wants: "code" }>,
): Promise<WebPage> {
  const { provider, person, web } = login;
  const value = await nextCode(provider, person, {
    party: "ADFS",
    question: question.replace(/[.:\s]+$/, ""),
    sent: login.codesSent++,
    complaint: complaintOf(html),
  });
  return await web.submit(fillForm(form, { values: { [code.name]: value } }));
}

/** Posts the form every second until the page changes. */
async function waitForApproval(
  login: Login,
  first: Extract<AdfsPage, { wants: "patience" }>,
): Promise<WebPage> {
  const { host, provider, person, web } = login;
  const told = new Set<string>();
  const giveUpAt = host.now() + LONGEST_WAIT_MILLIS;
  let seen = first;
  while (true) {
    for (const words of seen.words.filter((one) => !told.has(one))) {
      told.add(words);
      person.tell(words);
    }
    if (host.now() >= giveUpAt) {
      throw loginFailure("login-not-approved", provider, "nobody approved the login on the phone in time", [
        "Run the command again",
      ]);
    }
    await host.sleep(POLL_MILLIS, host.interrupted);
    const page = await web.submit(fillForm(seen.form));
    const html = readHtml(page);
    const next = samlResponseIn(provider, html) === undefined ? readAdfsPage(html) : undefined;
    if (next?.wants !== "patience") return page;
    const complaint = complaintOf(html);
    if (complaint !== "") {
      throw loginFailure(
        "login-not-approved",
        provider,
        `the login was not approved. ADFS says: ${complaint}`,
        [
          "Run the command again",
        ],
      );
    }
    seen = next;
  }
}

/** Chooses the method that `mfa` names, else asks the user; always asks for a home realm. */
async function choose(
  { provider, person }: Login,
  field: string,
  options: readonly AdfsOption[],
): Promise<string> {
  const factors = options.map(({ value, label }) => ({ value, label, names: [value.toLowerCase()] }));
  const [first, ...others] = factors;
  if (first === undefined) throw new TypeError("A choice without options");
  if (field === "AuthMethod") return (await chooseFactor(provider, person, [first, ...others])).value;
  const index = await person.choose("Where is your account", options.map(({ label }) => label));
  return factors[index]?.value ?? first.value;
}

function pageDisabled(provider: NamedSamlProvider): AuthError {
  return loginFailure("refused", provider, "ADFS does not offer the sign-on page that the login begins at", [
    "It is off since Windows Server 2016; an administrator turns it on by `Set-AdfsProperties -EnableIdPInitiatedSignonPage $true`",
    `Check the url of the provider "${provider.name}"`,
  ]);
}

function errorPageFailure(
  provider: NamedSamlProvider,
  page: WebPage,
  reason: string,
  code: string | undefined,
): AuthError {
  // A disabled sign-on page reports MSIS7012; ADFS has no code for a missing permission.
  if (code === "MSIS7012" && /\/IdpInitiatedSignOn/i.test(page.url.pathname)) return pageDisabled(provider);
  const isForbidden = /not authorized|permission/i.test(reason);
  return loginFailure("refused", provider, `ADFS says: ${reason}`, [
    isForbidden
      ? "Ask your administrator to permit you the relying party of AWS"
      : "Ask your ADFS administrator what its event log says about it",
  ], { remoteCode: code });
}
