/**
 * How a form driver ends: with the SAML response, or with an error that says what to do.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import { AuthError, type ErrorCode, type ErrorDetails } from "../errors.ts";
import { controlNamed, type Form, type HtmlPage } from "./forms.ts";
import { signInPage } from "./sign_in.ts";
import type { NamedSamlProvider } from "./types.ts";
import { placeOf } from "./web_answer.ts";
import { harmless } from "./words.ts";

/** A browser always works, because the user sees the page. */
export function browserHint({ name }: NamedSamlProvider): string {
  return `Set driver: Browser for the provider "${name}" to log in in a browser`;
}

/** A failed login. `reason` completes `Cannot log in to "NAME": `. */
export function loginFailure(
  code: ErrorCode,
  { name }: NamedSamlProvider,
  reason: string,
  hints: readonly string[] = [],
  details: Pick<ErrorDetails, "remoteCode" | "requestId" | "cause"> = {},
): AuthError {
  return new AuthError(code, `Cannot log in to "${name}": ${reason}`, {
    where: `auth.providers.${name}`,
    hints,
    ...details,
  });
}

/** An unexpected page. Reports its title and forms, never values. */
export function notUnderstood(
  provider: NamedSamlProvider,
  page: HtmlPage,
  status: number,
): AuthError {
  const title = page.title === "" ? "no title" : `the title "${page.title}"`;
  const forms = harmless(page.forms.slice(0, 5).map(nameOf).join(", "));
  return loginFailure(
    "bad-answer",
    provider,
    `${page.url.host} answered with a page that is not understood`,
    [
      browserHint(provider),
      `The page is ${placeOf(page.url)} (HTTP ${status}), with ${title} and ${
        forms === "" ? "no forms" : `these forms: ${forms}`
      }`,
    ],
  );
}

/** `loginForm (UserName, Password, AuthMethod)` */
function nameOf(form: Form): string {
  const names = [...new Set(form.controls.map(({ name }) => name))].slice(0, 12);
  return `${form.id || form.name || "unnamed"} (${names.join(", ")})`;
}

/**
 * The SAML response that a page would post to AWS; `undefined` when the page has none.
 *
 * @throws AuthError `refused` when it is not addressed to AWS IAM
 */
export function samlResponseIn(provider: NamedSamlProvider, page: HtmlPage): Secret | undefined {
  for (const form of page.forms) {
    const response = controlNamed(form, "SAMLResponse")?.values[0] ?? "";
    if (response === "") continue;
    requireForAws(provider, form);
    return new Secret(response);
  }
  return undefined;
}

function requireForAws(provider: NamedSamlProvider, { action }: Form): void {
  switch (action === undefined ? undefined : signInPage(action.href)) {
    case "iam":
      return;
    case "identity-center":
      throw loginFailure(
        "refused",
        provider,
        "the application is one of IAM Identity Center, not of AWS IAM",
        [
          "Use a provider of the kind aws/iam-identity-center for it",
        ],
      );
    case undefined:
      throw loginFailure(
        "refused",
        provider,
        `the SAML response is for ${action?.host ?? "nobody"}, not for AWS`,
        [
          `Check the url of the provider "${provider.name}": it must lead to the AWS application`,
          browserHint(provider),
        ],
      );
  }
}
