import { json, readJsonObject } from "../http.ts";
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

/** Ways to prove who one is, as Google's addresses name them; `sk` needs a security key. */
export type GoogleChallenge = "totp" | "ootp" | "ipp" | "az" | "dp" | "sk";

/** Google's sign-in for browsers without scripts, with the cookies and tokens that it checks between its pages. */
export interface GoogleOptions extends IdpOptions {
  /** After the password; the first is asked for, the others are behind "Try another way". */
  challenges?: readonly GoogleChallenge[];
  /** How the list of challenges looks. */
  list?: "forms" | "buttons";
  /** What Google puts in the way after the address. */
  obstacle?: "captcha" | "rejected" | "policy";
  /** The number to tap on the phone. */
  number?: string;
}

const APP = "/o/saml2/initsso";
const API_KEY = "not-a-real-api-key";
/** What every form carries from page to page. */
const STATE = {
  TL: "not-a-real-TL",
  gxf: "not-a-real-gxf:1529303586210",
  continue: "https://accounts.google.com/",
};
const NUMBERS: Readonly<Record<GoogleChallenge, string>> = {
  sk: "2",
  az: "4",
  ootp: "5",
  totp: "6",
  ipp: "9",
  dp: "39",
};

export async function startGoogle(options: GoogleOptions = {}): Promise<Idp> {
  const sessions = new Set<string>();
  const challenges = options.challenges ?? [];
  const prompt = { polls: 0, isAnswered: false };
  const sms = { isSent: false };

  return await startIdp(
    options,
    `${APP}?idpid=C0notreal&spid=254876876282&forceauthn=false`,
    async (incoming, desk) => {
      const { method, url } = incoming;
      const path = `${method} ${url.pathname}`;
      if (path === "POST /cryptauth/v1/authzen/awaittx") return awaitPrompt(incoming, desk);
      if (path === `GET ${APP}`) return application(incoming, desk);
      if (path === "GET /signin/identifier") return identifierPage(desk, "");
      if (url.pathname.startsWith("/signin/rejected")) {
        return htmlPage(
          "Sign in",
          "<h1>Couldn’t sign you in</h1>",
        );
      }
      if (path.startsWith("GET /signin/v2/")) return htmlPage("Google Accounts", "<h1>Your account</h1>");
      if (path === "GET /v3/signin/challenge/selection") return listPage(desk);
      if (method !== "POST") return undefined;
      const form = new URLSearchParams(incoming.text);
      const isComplete = cookieOf(incoming, "GAPS") !== undefined && url.searchParams.get("hl") === "en" &&
        Object.entries(STATE).every(([name, value]) => form.get(name) === value);
      if (!isComplete) return htmlPage("Error 400 (Bad Request)!!1", "<p>400</p>", { status: 400 });
      if (url.pathname === "/signin/v1/lookup") return lookUp(form, desk);
      if (url.pathname === "/signin/challenge/pwd/1") return checkPassword(form, desk);
      if (url.pathname === "/signin/challenge/skip") {
        return options.list === "buttons" ? toList() : listPage(desk);
      }
      if (url.pathname === "/v3/signin/challenge/selection") return chosen(form, desk);
      const kind = challenges.find((one) => url.pathname.startsWith(`/signin/challenge/${one}/`));
      return kind === undefined ? undefined : await checkChallenge(kind, form, desk);
    },
  );

  function application(incoming: Incoming, desk: Desk): Response {
    const { searchParams, search } = incoming.url;
    if (searchParams.get("idpid") !== "C0notreal") return forbidden("app_not_configured");
    if (!sessions.has(cookieOf(incoming, "SID") ?? "")) {
      return seeOther(`/signin/identifier?continue=${encodeURIComponent(APP + search)}`, [
        "GAPS=1:not-a-real-cookie; Path=/; Secure; HttpOnly; Priority=HIGH",
      ]);
    }
    return desk.idp.user.assigned ? desk.autoPost() : forbidden("app_not_configured_for_user");
  }

  function lookUp(form: URLSearchParams, desk: Desk): Response {
    if (form.get("bgresponse") !== "js_enabled") return seeOther("/signin/rejected?rrk=47");
    if (options.obstacle === "rejected") return seeOther("/signin/rejected?rrk=47");
    if (options.obstacle === "captcha") return captchaPage(desk);
    if (form.get("Email") !== desk.idp.user.username) {
      return identifierPage(desk, "Couldn’t find your Google Account");
    }
    return passwordPage(desk, "");
  }

  function checkPassword(form: URLSearchParams, desk: Desk): Response {
    const { user } = desk.idp;
    if (!desk.isUser(form.get("Email"), form.get("Passwd"))) {
      return passwordPage(desk, "Wrong password. Try again or click Forgot password to reset it.");
    }
    if (user.state === "locked") return seeOther("/signin/v2/disabled/explanation");
    if (user.state === "expired") return seeOther("/signin/v2/speedbump/changepassword");
    if (options.obstacle === "policy") {
      return googlePage(
        desk,
        "<p>Your sign-in settings don’t meet your organization’s 2-Step Verification policy.</p>",
      );
    }
    const [first] = challenges;
    return first === undefined ? enter() : challengePage(first, desk, "");
  }

  function enter(): Response {
    const id = crypto.randomUUID();
    sessions.add(id);
    return seeOther(`${APP}?idpid=C0notreal&spid=254876876282&from_login=1`, [
      `SID=${id}; Path=/; Secure; HttpOnly; SameSite=None`,
    ]);
  }

  async function checkChallenge(kind: GoogleChallenge, form: URLSearchParams, desk: Desk): Promise<Response> {
    if (kind === "az" || kind === "dp") return checkPhone(kind, desk);
    if (kind === "ipp" && form.get("SendMethod") === "SMS") {
      sms.isSent = true;
      return challengePage(kind, desk, "");
    }
    // The list leads here without a code.
    const pin = form.get("Pin");
    if (pin === null) return challengePage(kind, desk, "");
    const isRight = kind === "ipp"
      ? sms.isSent && pin === desk.idp.user.sentCode
      : kind !== "sk" && await desk.takeTotp(pin) === "right";
    return isRight && form.get("TrustDevice") === "on"
      ? enter()
      : challengePage(kind, desk, "Wrong code. Try again.");
  }

  function checkPhone(kind: "az" | "dp", desk: Desk): Response {
    const { answer } = desk.idp.phone;
    if (kind === "az" && !prompt.isAnswered) return challengePage(kind, desk, "");
    return answer === "approve" ? enter() : challengePage(kind, desk, "Your phone said it wasn’t you.");
  }

  /** Holds the answer back until the phone was touched; here by asking the client to come again. */
  function awaitPrompt(incoming: Incoming, { idp }: Desk): Response {
    const isKnown = readJsonObject(incoming.text)?.["txId"] === "not-a-real-tx" &&
      incoming.url.searchParams.get("key") === API_KEY;
    if (!isKnown) return json(403, { error: { code: 403 } });
    const isTouched = ++prompt.polls > idp.phone.polls && idp.phone.answer !== "never";
    if (!isTouched) return json(504, {});
    prompt.isAnswered = true;
    return json(200, { txStatus: "COMPLETED" });
  }

  function challengePage(kind: GoogleChallenge, desk: Desk, complaint: string): Response {
    return googlePage(
      desk,
      `<h1>2-Step Verification</h1><h2>This extra step shows it’s really you trying to sign in</h2>
<div class="LJtPoc" data-api-key="${API_KEY}" ${
        kind === "az" ? 'data-tx-id="not-a-real-tx" data-tx-lifetime="180000"' : ""
      }>
<form method="POST" id="challenge" action="/signin/challenge/${kind}/2" novalidate>
${hidden({ ...STATE, challengeType: NUMBERS[kind] })}${fieldsOf(kind)}
<div class="error-msg">${complaint}</div><input type="submit" value="Done" id="submit">
<input type="checkbox" name="TrustDevice" checked><span>Don&#39;t ask again on this computer</span></form></div>
<form method="POST" action="/signin/challenge/skip">${hidden({ ...STATE, challengeId: "2" })}
<input id="skipChallenge" type="submit" value="Try another way to sign in"></form>`,
    );
  }

  function fieldsOf(kind: GoogleChallenge): string {
    if (kind === "dp") return `<p>Tap Yes.</p><samp jsname="feLNVc">${options.number ?? ""}</samp>`;
    if (kind === "az" || kind === "sk") {
      return `<input type="hidden" name="token"><input type="hidden" name="action" value="VERIFY">`;
    }
    return kind === "ipp" && !sms.isSent
      ? ""
      : `<input type="tel" pattern="[0-9 ]*" id="${kind}Pin" name="Pin">`;
  }

  function toList(): Response {
    return seeOther(`/v3/signin/challenge/selection?TL=${STATE.TL}&hl=en`);
  }

  function listPage(desk: Desk): Response {
    if (options.list === "buttons") {
      const items = challenges.map((kind, at) =>
        `<li><div data-challengeid=${at} data-challengetype="${NUMBERS[kind]}"${
          kind === "ootp" ? ' data-challengeunavailable="true"' : ""
        }><button name="challenge" value="${at},undefined">Use ${kind}</button></div></li>`
      );
      return googlePage(
        desk,
        `<form action="/v3/signin/challenge/selection?TL=${STATE.TL}" method="POST" novalidate>
${hidden(STATE)}<ul>${items.join("")}</ul></form>`,
      );
    }
    const forms = challenges.map((kind, at) =>
      `<li><form action="/signin/challenge/${kind}/2" method="POST" data-challengeentry="${at}">${
        hidden(STATE)
      }
<button type="submit">Use ${kind}</button></form></li>`
    );
    return googlePage(desk, `<h2>Try another way to sign in</h2><ol>${forms.join("")}</ol>`);
  }

  function chosen(form: URLSearchParams, desk: Desk): Response {
    const kind = challenges[Number(form.get("challenge")?.split(",")[0])];
    return kind === undefined ? toList() : challengePage(kind, desk, "");
  }
}

/** Addresses on these pages are relative to the base, not to the page. */
function googlePage({ idp }: Desk, body: string, options: PageOptions = {}): Response {
  return htmlPage("Google Accounts", body, { ...options, head: `<base href="${idp.origin}/">` });
}

function identifierPage(desk: Desk, complaint: string): Response {
  return googlePage(
    desk,
    `<form novalidate method="post" action="/signin/v1/lookup" id="gaia_loginform">
${hidden({ ...STATE, bgresponse: "js_disabled" })}
<input id="identifier-captcha-input" name="identifier-captcha-input" type="hidden">
<input id="Email" name="Email" type="email" value="" spellcheck="false" autofocus>
<input id="Passwd-hidden" name="Passwd" type="password" class="hidden">
<span id="identifierError" class="error-msg">${complaint}</span>
<input id="next" name="signIn" type="submit" value="Next"></form>`,
  );
}

function passwordPage(desk: Desk, complaint: string): Response {
  const email = escapeXml(desk.idp.user.username);
  return googlePage(
    desk,
    `<form method="POST" id="challenge" action="/signin/challenge/pwd/1">
<span jsslot>${hidden({ ...STATE, bgresponse: "js_disabled", challengeType: "1" })}
<input id="Email" name="Email" type="email" value="${email}" readonly>
<input id="password" name="Passwd" type="password" autofocus><span id="passwordError">${complaint}</span>
<input type="submit" value="Sign in" id="submit"><input type="checkbox" name="TrustDevice" checked></span></form>
<form method="POST" action="/signin/challenge">${hidden({ ...STATE, subAction: "requestHelp" })}
<input type="submit" id="needHelp" value="Forgot password?"></form>`,
  );
}

function captchaPage(desk: Desk): Response {
  return googlePage(
    desk,
    `<form method="post" action="/signin/v1/lookup" id="gaia_loginform">${hidden(STATE)}
<input name="Email" type="email" value="x"><div class="captcha-img"><img id="captchaimg" src="/Captcha?v=2"></div>
<input id="logincaptcha" name="logincaptcha" type="text"></form>`,
  );
}

function forbidden(reason: string): Response {
  const body =
    `<p><b>403.</b> <ins>That’s an error.</ins><p>Error: ${reason}<p>Service is not configured for this user.`;
  return htmlPage("Error 403 (Forbidden)!!1", body, { status: 403 });
}
