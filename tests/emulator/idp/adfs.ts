import type { Incoming } from "../server.ts";
import { escapeXml } from "../xml.ts";
import {
  cookieOf,
  type Desk,
  hidden,
  htmlPage,
  type Idp,
  type IdpOptions,
  type PageOptions,
  seeOther,
  startIdp,
} from "./idp.ts";

/** What ADFS asks for after the password. */
export type AdfsFactor = "VerificationCode" | "security_code" | "azure" | "azure-number" | "azure-server";

/** An ADFS server that knows AWS as a relying party: its forms, its cookies below /adfs, its errors. */
export interface AdfsOptions extends IdpOptions {
  factor?: AdfsFactor;
  /** Offers the factor beside another one, on a page of links. */
  offersMethods?: boolean;
  /** `legacy` is what ASP.NET makes of names. */
  style?: "modern" | "legacy";
  /** Whether a login may begin here; off since Windows Server 2016. */
  signOnPage?: boolean;
  /** Asks for Windows' own login. */
  negotiates?: boolean;
  /** Another server, behind a choice of home realms. */
  partner?: Idp;
  /** Shared by two servers: the tokens that one has given to its users for the other. */
  tokens?: Set<string>;
  /** Where those users come from: tells the other server's address when it is known. */
  hub?: () => string;
}

const SIGN_ON = ["/adfs/ls/idpinitiatedsignon.aspx", "/adfs/ls/idpinitiatedsignon"];
const RELYING_PARTY = "urn:amazon:webservices";
const PUSH_METHODS: Readonly<Record<string, string>> = {
  "azure": "AzureMfaAuthentication",
  "azure-number": "AzureMfaAuthentication",
  "azure-server": "AzureMfaServerAuthentication",
};

export async function startAdfs(options: AdfsOptions = {}): Promise<Idp> {
  /** By the cookie MSISAuth1: who gave the password, and how often the phone was looked at. */
  const halfway = new Map<string, { polls: number }>();
  const sessions = new Set<string>();
  const factor = options.factor;

  return await startIdp(
    options,
    "/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn%3Aamazon%3Awebservices",
    (incoming, desk) => {
      const path = incoming.url.pathname.toLowerCase();
      if (
        options.negotiates || /Windows NT/.test(incoming.headers.get("user-agent") ?? "")
      ) return negotiate();
      if (path === "/adfs/portal/updatepassword/") return updatePassword();
      if (new URLSearchParams(incoming.text).has("wresult")) return acceptToken(incoming);
      if (!SIGN_ON.includes(path) && path !== "/adfs/ls/") return undefined;
      if (SIGN_ON.includes(path) && options.signOnPage === false) {
        return errorPage("An error occurred. Contact your administrator for more information.", "MSIS7012");
      }
      const party = incoming.url.searchParams.get("loginToRp") ?? incoming.url.searchParams.get("wtrealm");
      if (party !== RELYING_PARTY && party !== "urn:hub") return errorPage("An error occurred.", "MSIS7007");
      if (sessions.has(cookieOf(incoming, "MSISAuth") ?? "")) return finish(incoming, desk);
      return incoming.method === "POST" ? answerForm(incoming, desk) : firstPage(incoming);
    },
  );

  function firstPage(incoming: Incoming): Response {
    const cookies = ["MSISSamlRequest=not-a-real-request; path=/adfs; HttpOnly; Secure; SameSite=None"];
    if (options.partner !== undefined) return homeRealms(incoming, options.partner, cookies);
    return loginPage(incoming, "", cookies);
  }

  function loginPage(incoming: Incoming, complaint: string, cookies: string[] = []): Response {
    const names = options.style === "legacy"
      ? ["ctl00$ContentPlaceHolder1$UsernameTextBox", "ctl00$ContentPlaceHolder1$PasswordTextBox"]
      : ["UserName", "Password"];
    const body = `<div id="error" class="fieldMargin error smallText"><span id="errorText" for="">${
      escapeXml(complaint)
    }</span></div>
<div id="formsAuthenticationArea">
<input id="userNameInput" name="${names[0]}" type="email" value="" tabindex="1" autocomplete="off"/>
<input id="passwordInput" name="${names[1]}" type="password" tabindex="2" autocomplete="off"/>
<input type="checkbox" name="Kmsi" id="kmsiInput" value="true" tabindex="3" />
<span id="submitButton" class="submit" role="button" onclick="return Login.submitLoginRequest();">Sign in</span>
</div><input id="optionForms" type="hidden" name="AuthMethod" value="FormsAuthentication"/>`;
    return adfsPage(
      `<form method="post" id="loginForm" autocomplete="off" action="${action(incoming)}">${body}</form>
<div id="authOptions"><form id="options" method="post" action="${action(incoming)}">
<script>function SelectOption(option) { document.forms['options'].submit(); }</script>
<input id="optionSelection" type="hidden" name="AuthMethod" /><div class='groupMargin'></div></form></div>`,
      { cookies },
    );
  }

  function answerForm(incoming: Incoming, desk: Desk): Response | Promise<Response> {
    // Without its cookie ADFS does not know what the form belongs to.
    if (cookieOf(incoming, "MSISSamlRequest") === undefined) {
      return errorPage("An error occurred.", "MSIS7065");
    }
    const form = new URLSearchParams(incoming.text);
    const started = halfway.get(cookieOf(incoming, "MSISAuth1") ?? "");
    if (form.has("HomeRealmSelection") && options.partner !== undefined) {
      return seeOther(`${options.partner.origin}/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3Ahub`);
    }
    if (started === undefined) return checkPassword(incoming, form, desk);
    return checkFactor(incoming, form, desk, started);
  }

  function checkPassword(incoming: Incoming, form: URLSearchParams, desk: Desk): Response {
    const { user } = desk.idp;
    const prefix = options.style === "legacy" ? "ctl00$ContentPlaceHolder1$" : "";
    const names = options.style === "legacy"
      ? ["UsernameTextBox", "PasswordTextBox"]
      : ["UserName", "Password"];
    const [username, password] = names.map((name) => form.get(prefix + name));
    const isRight = form.get("AuthMethod") === "FormsAuthentication" && !form.has("Kmsi") &&
      desk.isUser(username ?? null, password ?? null);
    if (user.state === "locked") {
      return loginPage(incoming, "Your account is locked. Try again later, or contact your administrator.");
    }
    if (!isRight) {
      return loginPage(
        incoming,
        "Incorrect user ID or password. Type the correct user ID and password, and try again.",
      );
    }
    if (user.state === "expired") {
      return seeOther(`/adfs/portal/updatepassword/?username=${encodeURIComponent(user.username)}`);
    }
    const id = crypto.randomUUID();
    if (factor === undefined) return enter(incoming, id);
    halfway.set(id, { polls: 0 });
    const cookies = [`MSISAuth1=${id}; path=/adfs; HttpOnly; Secure`];
    return options.offersMethods ? methodsPage(incoming, cookies) : factorPage(incoming, factor, "", cookies);
  }

  function enter(incoming: Incoming, id: string): Response {
    sessions.add(id);
    return seeOther(incoming.url.pathname + incoming.url.search, [
      `MSISAuth=${id}; path=/adfs; HttpOnly; Secure`,
    ]);
  }

  async function checkFactor(
    incoming: Incoming,
    form: URLSearchParams,
    desk: Desk,
    started: { polls: number },
  ): Promise<Response> {
    if (factor === undefined) return errorPage("An error occurred.", "MSIS7065");
    const method = form.get("AuthMethod");
    if (method === methodOf(factor) && form.get("Context") === null) return factorPage(incoming, factor, "");
    if (method !== methodOf(factor) || form.get("Context") !== "not-a-real-context") {
      return errorPage("An error occurred.", "MSIS7065");
    }
    if (factor in PUSH_METHODS) return checkPhone(incoming, factor, desk, started);
    const verdict = await desk.takeTotp(form.get(factor) ?? "");
    return verdict === "right"
      ? enter(incoming, crypto.randomUUID())
      : factorPage(incoming, factor, "The code is incorrect. Enter it again.");
  }

  function checkPhone(
    incoming: Incoming,
    kind: AdfsFactor,
    { idp }: Desk,
    started: { polls: number },
  ): Response {
    const isAnswered = ++started.polls > idp.phone.polls && idp.phone.answer !== "never";
    if (!isAnswered) return factorPage(incoming, kind, "");
    if (idp.phone.answer === "approve") return enter(incoming, crypto.randomUUID());
    return factorPage(incoming, kind, "Authentication was denied.");
  }

  /** To AWS; for the hub of a federation, a token in a form that a script would send. */
  function finish(incoming: Incoming, desk: Desk): Response {
    if (!desk.idp.user.assigned) {
      return errorPage(
        "You are not authorized to access this site. Contact your administrator for permission.",
      );
    }
    if (incoming.url.searchParams.get("wtrealm") !== "urn:hub") return desk.autoPost();
    const token = `not-a-real-token-${crypto.randomUUID()}`;
    options.tokens?.add(token);
    const fields = hidden({ wa: "wsignin1.0", wresult: token, wctx: "rm=0&id=passive" });
    const hub = options.hub?.() ?? "";
    return htmlPage(
      "Working...",
      `<form method="POST" name="hiddenform" action="${hub}/adfs/ls/">${fields}
<noscript><p>Script is disabled.</p><input type="submit" value="Submit" /></noscript></form>`,
    );
  }

  function acceptToken(incoming: Incoming): Response {
    const token = new URLSearchParams(incoming.text).get("wresult") ?? "";
    if (!options.tokens?.delete(token)) return errorPage("An error occurred.", "MSIS7000");
    const id = crypto.randomUUID();
    sessions.add(id);
    return seeOther("/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn%3Aamazon%3Awebservices", [
      `MSISAuth=${id}; path=/adfs; HttpOnly; Secure`,
    ]);
  }
}

function methodOf(factor: AdfsFactor): string {
  if (factor === "security_code") return "VIPAuthenticationProviderUPN";
  return PUSH_METHODS[factor] ?? "ExampleTotpAdapter";
}

const action = ({ url }: Incoming) => escapeXml(url.pathname + url.search + "&client-request-id=0-0");

function adfsPage(body: string, options: PageOptions = {}): Response {
  return htmlPage("Sign In", `<div id="fullPage"><div id="workArea">${body}</div></div>`, options);
}

function factorPage(
  incoming: Incoming,
  factor: AdfsFactor,
  complaint: string,
  cookies: string[] = [],
): Response {
  const state = hidden({ AuthMethod: methodOf(factor), Context: "not-a-real-context" });
  const field = factor in PUSH_METHODS
    ? ""
    : `<input name="${factor}" type="text" placeholder="Verification code">`;
  const words = factor in PUSH_METHODS
    ? "We've sent a notification to your phone."
    : "Enter the code of your app.";
  const number = factor === "azure-number" ? `<div id="validEntropyNumber">42</div>` : "";
  return adfsPage(
    `<form method="post" id="loginForm" action="${action(incoming)}"><p id="instructions">${
      escapeXml(words)
    }</p>${number}${field}${state}<label id="errorText" for="" class="error">${complaint}</label>
<input id="continueButton" type="submit" value="Continue"/></form>`,
    { cookies },
  );
}

function methodsPage(incoming: Incoming, cookies: string[]): Response {
  const link = (value: string, label: string) =>
    `<div class="groupMargin"><a id="${value}" href="#" onclick="SelectOption('${value}'); return false;">${label}</a></div>`;
  return adfsPage(
    `<form id="options" method="post" action="${action(incoming)}">
<input id="optionSelection" type="hidden" name="AuthMethod" />
${link("CertificateAuthentication", "Sign in using an X.509 certificate")}
${link("ExampleTotpAdapter", "Use a code of your app")}</form>`,
    { cookies },
  );
}

function homeRealms(incoming: Incoming, partner: Idp, cookies: string[]): Response {
  const line = (value: string, label: string) =>
    `<div class="idp" tabIndex="1" role="button" aria-label="${label}" onclick="HRD.selection('${value}'); return false;">
<div class="idpDescription float"><span class="largeTextNoWrap">${label}</span></div></div>`;
  return adfsPage(
    `<div id="hrdArea"><form id="hrd" method="post" action="${action(incoming)}">
<input id="hrdSelection" type="hidden" />${line("AD AUTHORITY", "Active Directory")}
${line(`${partner.origin}/adfs/services/trust`, "Partner Ltd")}</form></div>`,
    { cookies },
  );
}

function errorPage(message: string, code?: string): Response {
  const details = code === undefined
    ? ""
    : `<li>Error details: ${code}: The request could not be served.</li>`;
  return adfsPage(
    `<div id="errorArea"><div id="openingMessage" class="groupMargin bigText">An error occurred</div>
<div id="errorMessage" class="groupMargin">${message}</div>
<div id="errorDetails"><ul><li>Activity ID: 00000000-0000-0000-0500-0080000000f1</li>${details}</ul></div></div>`,
  );
}

function negotiate(): Response {
  return new Response("", { status: 401, headers: { "www-authenticate": "Negotiate, NTLM" } });
}

function updatePassword(): Response {
  return adfsPage(`<form id="updatePasswordForm" method="post"><div>Update your password</div>
<input name="UserName" type="email"><input name="OldPassword" type="password">
<input name="NewPassword" type="password"><input name="ConfirmNewPassword" type="password"></form>`);
}
