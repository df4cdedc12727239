/**
 * Recognizes the pages of Active Directory Federation Services by their forms. Administrators restyle pages,
 * but names and ids stay, because Microsoft's own scripts depend on them.
 *
 * @module
 */
import {
  type Control,
  controlNamed,
  elementById,
  type Form,
  type HtmlPage,
  isVisible,
  textById,
} from "./forms.ts";
import { attribute, type HtmlElement, rawText, textOf } from "./html.ts";
import { harmless } from "./words.ts";

/** What a page asks for. */
export type AdfsPage =
  | {
    readonly wants: "password";
    readonly form: Form;
    readonly username: Control;
    readonly password: Control;
  }
  | { readonly wants: "code"; readonly form: Form; readonly code: Control; readonly question: string }
  /** Azure MFA: post the form again until the user approves on the phone. */
  | { readonly wants: "patience"; readonly form: Form; readonly words: readonly string[] }
  /** A list of authentication methods or home realms. */
  | {
    readonly wants: "choice";
    readonly form: Form;
    readonly field: string;
    readonly options: readonly AdfsOption[];
  }
  | { readonly wants: "new-password" }
  /** A form of hidden fields that a script would submit. */
  | { readonly wants: "sending"; readonly form: Form }
  /** An error page, with its own message. */
  | { readonly wants: "nothing"; readonly reason: string; readonly code: string | undefined };

/** One line of a list. */
export interface AdfsOption {
  readonly value: string;
  readonly label: string;
}

/** Fields for a one-time code, from ADFS's own adapters and those of Symantec, RSA and others. */
const CODE_FIELDS = [
  "VerificationCode",
  "OathCode",
  "security_code",
  "ChallengeQuestionAnswer",
  "Passcode",
  "otp",
];
const WAITING_METHODS = ["azuremfaauthentication", "azuremfaserverauthentication"];

/** Determines what a page asks for; `undefined` for an unknown page. */
export function readAdfsPage(page: HtmlPage): AdfsPage | undefined {
  return newPassword(page) ?? codeForm(page) ?? waiting(page) ?? loginForm(page) ?? homeRealms(page) ??
    methods(page) ?? errorPage(page) ?? sending(page);
}

/** The page's error about the last submission; `""` without one. */
export function complaintOf(page: HtmlPage): string {
  return textById(page, "errorText") || textById(page, "error");
}

function newPassword({ url, forms }: HtmlPage): AdfsPage | undefined {
  const isUpdate = /^\/adfs\/portal\/updatepassword/i.test(url.pathname) ||
    forms.some((form) => controlNamed(form, "NewPassword") !== undefined);
  return isUpdate ? { wants: "new-password" } : undefined;
}

function codeForm(page: HtmlPage): AdfsPage | undefined {
  for (const form of page.forms) {
    const codes = CODE_FIELDS.map((name) => controlNamed(form, name));
    const code = codes.find((control) => control !== undefined && isVisible(control));
    if (code === undefined) continue;
    const words = ["instructions", "introduction", "mfaGreetingDescription"].map((id) => textById(page, id));
    return { wants: "code", form, code, question: words.find((one) => one !== "") ?? "Verification code" };
  }
  return undefined;
}

function waiting(page: HtmlPage): AdfsPage | undefined {
  const form = page.forms.find((one) => WAITING_METHODS.includes(methodOf(one)));
  if (form === undefined) return undefined;
  const number = textById(page, "validEntropyNumber");
  const words = [
    textById(page, "instructions"),
    number === "" ? "" : `Enter the number ${number} on your phone`,
  ];
  return { wants: "patience", form, words: words.filter((one) => one !== "") };
}

function methodOf(form: Form): string {
  return controlNamed(form, "AuthMethod")?.values[0]?.toLowerCase() ?? "";
}

function loginForm({ forms }: HtmlPage): AdfsPage | undefined {
  for (const form of forms) {
    const password = form.controls.find(({ type }) => type === "password");
    // Older and restyled pages: ctl00$ContentPlaceHolder1$UsernameTextBox, Email, ...
    const username = controlNamed(form, "UserName") ??
      form.controls.find((one) => isVisible(one) && /user|email/i.test(one.name) && one !== password);
    if (password !== undefined && username !== undefined) {
      return { wants: "password", form, username, password };
    }
  }
  return undefined;
}

/**
 * `<div class="idp" onclick="HRD.selection('http://...')">`: the script fills the field HomeRealmSelection.
 */
function homeRealms(page: HtmlPage): AdfsPage | undefined {
  const form = page.forms.find((one) =>
    one.id === "hrd" || controlNamed(one, "HomeRealmSelection") !== undefined
  );
  const options = optionsBy(page, /\bHRD\.selection\(\s*(["'])(.+?)\1\s*\)/);
  if (form === undefined || options.length === 0) return undefined;
  return { wants: "choice", form, field: "HomeRealmSelection", options };
}

/**
 * `<a id="..." onclick="return SelectOption('AzureMfaAuthentication')">`: the script fills the field
 * AuthMethod.
 */
function methods(page: HtmlPage): AdfsPage | undefined {
  const form = page.forms.find(({ id }) => id === "options");
  const options = optionsBy(page, /\bSelectOption\(\s*(["'])(.+?)\1\s*\)/);
  if (form === undefined || options.length === 0) return undefined;
  return { wants: "choice", form, field: "AuthMethod", options };
}

const MOST_OPTIONS = 50;
const LONGEST_SCRIPT = 500;

/** Finds elements whose script passes a text to a function; each value once. */
function optionsBy(page: HtmlPage, call: RegExp): readonly AdfsOption[] {
  const options = new Map<string, AdfsOption>();
  for (const element of page.elements) {
    if (options.size === MOST_OPTIONS) break;
    const value = call.exec(attribute(element, "onclick").slice(0, LONGEST_SCRIPT))?.[2];
    if (value !== undefined && !options.has(value)) {
      options.set(value, { value, label: labelOf(element, value) });
    }
  }
  return [...options.values()];
}

function labelOf(element: HtmlElement, value: string): string {
  return textOf(element) || harmless(attribute(element, "aria-label") || value);
}

function errorPage(page: HtmlPage): AdfsPage | undefined {
  const area = elementById(page, "errorArea");
  const reason = textById(page, "errorMessage") || (area === undefined ? "" : textOf(area));
  if (reason === "") return undefined;
  const code = /\bMSIS\d{4}\b/.exec(area === undefined ? reason : rawText(area))?.[0];
  return { wants: "nothing", reason, code };
}

function sending({ forms }: HtmlPage): AdfsPage | undefined {
  const [form, second] = forms;
  const isHidden = form !== undefined && second === undefined && form.method === "POST" &&
    form.controls.length > 0 && !form.controls.some(isVisible);
  return isHidden ? { wants: "sending", form } : undefined;
}
