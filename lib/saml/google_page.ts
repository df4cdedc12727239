/**
 * Recognizes Google's sign-in pages without scripts by their form's address and fields. Google changes them
 * at will; unknown pages are left to a browser.
 *
 * @module
 */
import {
  type Control,
  controlNamed,
  elementById,
  fillForm,
  type Form,
  type HtmlPage,
  isVisible,
  textById,
} from "./forms.ts";
import { attribute, has, type HtmlElement, textOf, walk } from "./html.ts";
import type { Factor } from "./second_factor.ts";
import type { Submission } from "./web.ts";

/** What a page asks for. */
export type GooglePage =
  | { readonly wants: "username"; readonly form: Form; readonly username: Control }
  | { readonly wants: "password"; readonly form: Form; readonly password: Control }
  | { readonly wants: "code"; readonly form: Form; readonly code: Control; readonly kind: ChallengeKind }
  /** A form that makes Google send a code. */
  | { readonly wants: "sending"; readonly form: Form; readonly kind: ChallengeKind }
  | { readonly wants: "prompt"; readonly form: Form; readonly kind: ChallengeKind; readonly prompt: Prompt }
  | { readonly wants: "device"; readonly form: Form; readonly kind: ChallengeKind; readonly number: string }
  | { readonly wants: "choice"; readonly options: readonly GoogleOption[] }
  /** A challenge that only a browser can answer. */
  | { readonly wants: "browser"; readonly challenge: string }
  | { readonly wants: "captcha" }
  | { readonly wants: "nothing"; readonly reason: Refusal };

/** Why Google ends a login. */
export type Refusal = "unassigned" | "disabled" | "password-expired" | "untrusted-client" | "enrol";

/** Challenges that a terminal can answer, as named in their addresses. */
export const CHALLENGES = {
  totp: {
    names: ["totp"],
    label: "Code from an authenticator app",
    question: "Code from your authenticator app",
  },
  ootp: {
    names: ["ootp"],
    label: "Security code of your phone, without network",
    question: "Security code of your phone",
  },
  skotp: {
    names: ["skotp"],
    label: "One-time code made with a security key on another device",
    question: "One-time code from https://g.co/sc",
  },
  ipp: { names: ["sms", "ipp"], label: "Code by SMS", question: "Code from the SMS, without G-" },
  az: { names: ["push", "az"], label: "Prompt on your phone", question: "Code from your phone" },
  dp: { names: ["push", "dp"], label: "Prompt on your phone or tablet", question: "Code from your phone" },
} as const;
export type ChallengeKind = keyof typeof CHALLENGES;

/** The parameters of Google's prompt service. */
export interface Prompt {
  readonly apiKey: string;
  readonly transaction: string;
  readonly lifetimeMillis: number;
}

/** One line of the list of verification methods. */
export interface GoogleOption extends Factor {
  readonly submission: Submission;
}

/** Determines what a page asks for; `undefined` for an unknown page. */
export function readGooglePage(page: HtmlPage, status: number): GooglePage | undefined {
  const reason = refusalOf(page, status);
  if (reason !== undefined) return { wants: "nothing", reason };
  if (hasCaptcha(page)) return { wants: "captcha" };
  return login(page) ?? choice(page) ?? challenge(page);
}

/** The page's error about the last submission; `""` without one. */
export function complaintOf(page: HtmlPage): string {
  const marked = page.elements.find((one) =>
    attribute(one, "class").split(/\s+/).includes("error-msg") && textOf(one) !== ""
  );
  const texts = [
    marked === undefined ? "" : textOf(marked),
    textById(page, "passwordError"),
    textById(page, "identifierError"),
  ];
  return texts.find((text) => text !== "") ?? "";
}

/** The form that leads from a challenge to the list of the others. */
export function otherWay({ forms }: HtmlPage): Form | undefined {
  return forms.find(({ action }) => action?.pathname.endsWith("/challenge/skip") ?? false);
}

/** The kind in an address's `challenge/KIND/...`; `undefined` in others. */
function challengeOf(url: URL | undefined): string | undefined {
  return /\/challenge\/([a-z]+)(?:\/|$)/.exec(url?.pathname ?? "")?.[1];
}

function isKind(challenge: string | undefined): challenge is ChallengeKind {
  return challenge !== undefined && Object.hasOwn(CHALLENGES, challenge);
}

const REFUSED_PATHS: readonly (readonly [RegExp, Refusal])[] = [
  [/\/signin\/(?:v2\/)?(?:challenge\/)?rejected/, "untrusted-client"],
  [/\/(?:signin|speedbump)\/.*changepassword/i, "password-expired"],
  [/\/(?:signin\/(?:v2\/)?)?disabled\//, "disabled"],
];
const REFUSED_WORDS: readonly (readonly [RegExp, Refusal])[] = [
  [/\bapp_not_(?:configured|enabled)(?:_for_user)?\b/, "unassigned"],
  [/couldn.t sign you in|browser or app may not be secure/i, "untrusted-client"],
  [/2-Step Verification policy/i, "enrol"],
];

function refusalOf(page: HtmlPage, status: number): Refusal | undefined {
  const byPath = REFUSED_PATHS.find(([pattern]) => pattern.test(page.url.pathname));
  if (byPath !== undefined) return byPath[1];
  const heading = page.elements.filter(({ tagName }) => ["title", "h1", "h2", "p"].includes(tagName)).map(
    textOf,
  );
  const byWords = REFUSED_WORDS.find(([pattern]) => heading.some((text) => pattern.test(text)));
  return byWords?.[1] ?? (status === 403 ? "unassigned" : undefined);
}

function hasCaptcha(page: HtmlPage): boolean {
  const image = elementById(page, "captchaimg");
  if (image !== undefined && attribute(image, "src") !== "") return true;
  return ["logincaptcha", "identifier-captcha-input"].some((id) => {
    const input = elementById(page, id);
    return input !== undefined && attribute(input, "type") !== "hidden";
  });
}

function login({ forms }: HtmlPage): GooglePage | undefined {
  for (const form of forms) {
    const username = controlNamed(form, "Email") ?? controlNamed(form, "identifier");
    // A username that is already filled in is only shown.
    if (username !== undefined && isVisible(username) && username.values[0] === "") {
      return { wants: "username", form, username };
    }
    const password = controlNamed(form, "Passwd");
    if (password !== undefined && isVisible(password)) return { wants: "password", form, password };
  }
  return undefined;
}

/** Older lists have a form for each method, newer ones a button for each in one form. */
function choice(page: HtmlPage): GooglePage | undefined {
  const isList = challengeOf(page.url) === "selection" || challengeForm(page) === undefined;
  const options = isList ? [...page.forms.flatMap(optionByForm), ...page.forms.flatMap(optionsByButton)] : [];
  return options.length === 0 ? undefined : { wants: "choice", options };
}

function optionByForm(form: Form): readonly GoogleOption[] {
  const kind = challengeOf(form.action);
  if (!has(form.element, "data-challengeentry") || !isKind(kind)) return [];
  return [{ ...factorOf(kind), submission: fillForm(form) }];
}

/** Google's numbers in `data-challengetype` for the challenges that we know. */
const TYPES: Readonly<Record<string, ChallengeKind>> = {
  "4": "az",
  "5": "ootp",
  "6": "totp",
  "9": "ipp",
  "37": "skotp",
  "39": "dp",
};

/** `<div data-challengetype="6"><button name="challenge" value="4,undefined">`: type, then its button. */
function optionsByButton(form: Form): readonly GoogleOption[] {
  const options: GoogleOption[] = [];
  let kind: ChallengeKind | undefined;
  for (const { element } of walk(form.element.childNodes)) {
    if (has(element, "data-challengetype")) {
      const isAvailable = attribute(element, "data-challengeunavailable") !== "true";
      kind = isAvailable ? TYPES[attribute(element, "data-challengetype")] : undefined;
    } else if (kind !== undefined && isChallengeButton(element)) {
      const values = { challenge: attribute(element, "value") };
      options.push({ ...factorOf(kind), label: textOf(element), submission: fillForm(form, { values }) });
    }
  }
  return options;
}

const isChallengeButton = (element: HtmlElement) =>
  element.tagName === "button" && attribute(element, "name") === "challenge";

function factorOf(kind: ChallengeKind): Factor {
  return CHALLENGES[kind];
}

function challengeForm({ forms }: HtmlPage): Form | undefined {
  return forms.find(({ action, element }) =>
    !has(element, "data-challengeentry") && !["skip", "selection", undefined].includes(challengeOf(action))
  );
}

function challenge(page: HtmlPage): GooglePage | undefined {
  const form = challengeForm(page);
  const kind = challengeOf(form?.action);
  if (form === undefined || kind === undefined) return undefined;
  if (!isKind(kind)) return { wants: "browser", challenge: kind };
  const code = controlNamed(form, "Pin");
  if (code !== undefined && isVisible(code)) return { wants: "code", form, code, kind };
  switch (kind) {
    case "az": {
      const prompt = promptOf(page);
      return prompt === undefined ? undefined : { wants: "prompt", form, kind, prompt };
    }
    case "dp":
      return { wants: "device", form, kind, number: numberOf(page) };
    case "ipp":
      return { wants: "sending", form, kind };
    case "totp":
    case "ootp":
    case "skotp":
      return undefined;
  }
}

const LONGEST_PROMPT_MILLIS = 10 * 60_000;

function promptOf({ elements }: HtmlPage): Prompt | undefined {
  const holder = elements.find((element) => has(element, "data-tx-id"));
  if (holder === undefined) return undefined;
  const lifetime = Number(attribute(holder, "data-tx-lifetime"));
  return {
    apiKey: attribute(holder, "data-api-key"),
    transaction: attribute(holder, "data-tx-id"),
    lifetimeMillis: lifetime > 0 ? Math.min(lifetime, LONGEST_PROMPT_MILLIS) : 180_000,
  };
}

/** The number to tap on the phone; `""` when there is none. */
function numberOf({ elements }: HtmlPage): string {
  const holder = elements.find((element) => attribute(element, "jsname") === "feLNVc");
  return holder === undefined ? "" : textOf(holder);
}
