/**
 * `github/oidc`: the token that GitHub Actions, or a runner that is compatible with it, issues to a job.
 *
 * @module
 */
import { withRetries } from "../aws/retry.ts";
import type { GithubOidcProvider } from "../config/types.ts";
import { type OidcToken, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { oidcToken } from "../oauth/oidc_token.ts";
import { isLoopback } from "../loopback.ts";

const URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/**
 * Asks the runner for a token with the configured audience.
 *
 * @throws AuthError `config-invalid` outside of a job that may ask; `refused` when the runner says no; `throttled`,
 *   `unreachable`, `bad-answer`
 */
export async function authenticateGithub(
  host: Pick<Host, "env" | "fetch" | "now" | "sleep" | "random">,
  name: string,
  config: GithubOidcProvider,
): Promise<OidcToken> {
  const where = `auth.providers.${name}`;
  const address = host.env(URL_VARIABLE);
  const bearer = host.env(TOKEN_VARIABLE);
  if (!address || !bearer) throw notAvailable(host.env, where);
  const request = new Request(tokenUrl(address, config.audience), {
    headers: { authorization: `bearer ${bearer}`, accept: "application/json; api-version=2.0" },
    redirect: "manual",
  });
  const response = await withRetries(host).fetch(request);
  const text = await response.text();
  if (!response.ok) throw failed(response.status, where);
  return oidcToken(tokenIn(text, where), host.now(), where);
}

/** The address has a query already; the audience is set in it, never appended to its text. */
function tokenUrl(address: string, audience: string): URL {
  const url = URL.parse(address);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url === null || !isSafe) {
    throw new AuthError("config-invalid", `Cannot ask for a token: ${URL_VARIABLE} is not an https URL`, {
      where: URL_VARIABLE,
      hints: ["What the job asks with is a secret: let the runner be reached by https"],
    });
  }
  url.searchParams.set("audience", audience);
  return url;
}

/** The answer is never shown: it may hold the token. */
function tokenIn(text: string, where: string): Secret {
  try {
    const answer: unknown = JSON.parse(text);
    if (
      typeof answer === "object" && answer !== null && "value" in answer && typeof answer.value === "string"
    ) {
      return new Secret(answer.value);
    }
  } catch (error) {
    throw badAnswer(where, error);
  }
  throw badAnswer(where, undefined);
}

function badAnswer(where: string, cause: unknown): AuthError {
  return new AuthError("bad-answer", "Cannot use the runner's answer: it holds no token", { where, cause });
}

function failed(status: number, where: string): AuthError {
  const message = `Cannot get a token from GitHub Actions: the runner answered HTTP ${status}`;
  if (status === 429) {
    return new AuthError("throttled", message, { where, hints: ["Run the job again later"] });
  }
  if (status >= 500) {
    return new AuthError("unreachable", message, {
      where,
      hints: ["See whether GitHub Actions has an incident, and run the job again"],
    });
  }
  if (status < 400) return new AuthError("bad-answer", message, { where });
  return new AuthError("refused", message, {
    where,
    hints: [
      "What the job asks with is good for as long as the job may run: it may have ended, or belong to another job",
      "Give the job `permissions: { id-token: write, contents: read }`",
    ],
  });
}

/** Which of the reasons it is, as far as the job's variables tell. */
function notAvailable(env: Host["env"], where: string): AuthError {
  if (env("GITHUB_ACTIONS") !== "true" && env("GITEA_ACTIONS") !== "true") {
    const message = "Cannot get a token from GitHub Actions: this is not a job of GitHub Actions";
    return new AuthError("config-invalid", message, {
      where,
      hints: ["Use this provider in a workflow; choose another identity here with --identity NAME"],
    });
  }
  const fromFork = env("GITHUB_EVENT_NAME") === "pull_request"
    ? ["A job for a pull request from a fork gets no token, whatever it declares"]
    : [];
  const fromDependabot = env("GITHUB_ACTOR") === "dependabot[bot]"
    ? ["A job that Dependabot triggers gets no token, whatever it declares"]
    : [];
  return new AuthError(
    "config-invalid",
    "Cannot get a token from GitHub Actions: the job may not ask for one",
    {
      where,
      hints: [
        ...fromFork,
        ...fromDependabot,
        "Give the job `permissions: { id-token: write, contents: read }`",
        "A reusable workflow needs the permission in the workflow that calls it, too",
      ],
    },
  );
}
