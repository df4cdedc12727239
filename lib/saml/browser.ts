/**
 * The Browser driver: the user logs in with an installed browser and a private profile. We take the assertion
 * from the request that would carry it to AWS.
 *
 * @module
 */
import type { Secret } from "../credentials.ts";
import { AuthError, isAuthError, messageOf } from "../errors.ts";
import { lockPath } from "../files/lock.ts";
import type { BrowserProcess, Lock, Os } from "../host.ts";
import { printable } from "../terminal/escape.ts";
import { formatDuration } from "../duration.ts";
import { findBrowser, hasDisplay } from "./browser_find.ts";
import { browserProfile } from "./browser_profile.ts";
import { keepSession } from "./browser_session.ts";
import { type SeenPage, type Sighting, watchLogin } from "./browser_watch.ts";
import { type DevTools, devTools } from "./devtools.ts";
import type { NamedSamlProvider, SamlDriverRun, SamlHost } from "./types.ts";
import { within } from "../deadline.ts";

/** Time for the user to find the phone, read an email, try again. */
const PERSON_SECONDS = 300;
/** Time for redirects and scripts of an identity provider that needs no user. */
const NOBODY_SECONDS = 30;
const GOODBYE_MILLIS = 3_000;

/** Whether the browser has a window, and why not. */
interface Showing {
  /** `undefined`: with a window. Otherwise completes "because". */
  readonly headless: string | undefined;
  readonly seconds: number;
}

/**
 * Opens the provider's address in a browser and waits for the assertion. Runs the browser without a window
 * when there is no display or no user to prompt; that is enough for a stored session or Kerberos.
 *
 * @throws AuthError `failed` when no browser is installed or it does not start; `login-not-approved` when the
 * user closed the window or time ran out; `person-needed` when the page waits for a user who cannot see it;
 * `unreachable`, `bad-answer`, `config-invalid` for an address that leads elsewhere
 */
export const loginWithBrowser: SamlDriverRun = async (host, provider) => {
  const { name, config } = provider;
  const { browse } = host;
  if (browse === undefined) throw mayNotOpen(provider);
  const program = await findBrowser(host, name, config);
  if (program === undefined) throw noBrowser(host.os, provider);
  const profile = await browserProfile(host, name, config.url);
  const showing = showingOf(host);
  await using _lock = await lockProfile(host, profile);
  await using browser = await browse({ program, profile, args: switches(showing) });
  host.tell(announcement(new URL(config.url).host, showing));
  return await converse(host, provider, showing, browser, program);
};

/** Only one browser can use a profile at a time; a second one would hand over to the first and exit. */
async function lockProfile(host: SamlHost, profile: string): Promise<Lock> {
  return await host.files.lock(await lockPath(host, profile), {
    deadlineMillis: (PERSON_SECONDS + 60) * 1000,
    onWait: (holder) => {
      const who = holder === undefined ? "another login" : `the login of ${printable(holder)}`;
      host.tell(
        `Waiting for ${who} in the same browser profile, ${formatDuration(PERSON_SECONDS)} at most.\n`,
      );
    },
  });
}

function showingOf(host: SamlHost): Showing {
  if (!hasDisplay(host)) return { headless: "there is no display", seconds: NOBODY_SECONDS };
  return host.prompt === undefined
    ? { headless: "nobody can be asked here", seconds: NOBODY_SECONDS }
    : { headless: undefined, seconds: PERSON_SECONDS };
}

function announcement(site: string, { headless, seconds }: Showing): string {
  return headless === undefined
    ? `Log in at ${site} in the browser window that opens; Ctrl-C to stop.\n`
    : `Logging in at ${site} without a window, since ${headless}; this takes ${
      formatDuration(seconds)
    } at most.\n`;
}

function switches({ headless }: Showing): readonly string[] {
  return [
    ...headless === undefined ? [] : ["--headless=new"],
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-sync",
    "--disable-component-update",
    "--hide-crash-restore-bubble",
    "about:blank",
  ];
}

async function converse(
  host: SamlHost,
  provider: NamedSamlProvider,
  showing: Showing,
  browser: BrowserProcess,
  program: string,
): Promise<Secret> {
  const tools = devTools(browser);
  const watch = watchLogin(tools, provider.config.url);
  const sighting = await understood(host, showing.seconds * 1000, watch.sighting);
  const lastPage = await watch.lastPage();
  if (sighting === undefined) throw tooLate(provider, showing, lastPage);
  if (sighting.type === "response" && sighting.response !== undefined) {
    await understood(host, GOODBYE_MILLIS, sayGoodbye(host, tools));
    return sighting.response;
  }
  throw sightingFailure(provider, sighting, lastPage === undefined ? program : undefined);
}

/** @returns `undefined` when time ran out */
async function understood<T>(
  host: Pick<SamlHost, "sleep" | "interrupted">,
  millis: number,
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await within(host, millis, work, () => undefined, host.interrupted);
  } catch (error) {
    host.interrupted.throwIfAborted();
    throw isAuthError(error)
      ? error
      : new AuthError("failed", "Cannot drive the browser: its answer is not understood", { cause: error });
  }
}

/** A failure here does not affect the login. */
async function sayGoodbye(host: SamlHost, tools: DevTools): Promise<void> {
  try {
    await keepSession(tools, host.now());
  } catch (error) {
    host.tell(`The browser's session is not kept for the next login: ${printable(messageOf(error))}\n`);
  }
  await tools.call("Browser.close").catch(messageOf);
}

function failure(
  code: ConstructorParameters<typeof AuthError>[0],
  { name }: NamedSamlProvider,
  reason: string,
  hints: readonly string[] = [],
): AuthError {
  return new AuthError(code, `Cannot log in to "${name}": ${reason}`, {
    where: `auth.providers.${name}`,
    hints,
  });
}

function mayNotOpen(provider: NamedSamlProvider): AuthError {
  return failure("person-needed", provider, "the login needs a browser, and this command opens none", [
    "Run `atmos auth login`",
  ]);
}

const INSTALL: Readonly<Record<Os, string>> = {
  linux: "`sudo apt-get install chromium`, `sudo dnf install chromium`, or Google's own package of Chrome",
  darwin: "`brew install --cask google-chrome`",
  windows: "`winget install Google.Chrome`",
};

function noBrowser(os: Os, provider: NamedSamlProvider): AuthError {
  return failure("failed", provider, "no Chrome, Chromium, Edge or Brave is installed", [
    `Install one: ${INSTALL[os]}; or \`npx playwright install chromium\``,
    "Set browser_executable_path when it is somewhere else",
    ...provider.config.downloadBrowserDriver
      ? ["download_browser_driver does nothing here: this program downloads no browser"]
      : [],
  ]);
}

function tooLate(provider: NamedSamlProvider, showing: Showing, page: SeenPage | undefined): AuthError {
  const time = formatDuration(showing.seconds);
  const hints = [...portalHints(page), `The last page was ${shown(page)}`];
  return showing.headless === undefined
    ? failure("login-not-approved", provider, `nobody finished the login within ${time}`, hints)
    : failure(
      "person-needed",
      provider,
      `the page waits for somebody after ${time}, and ${showing.headless}`,
      hints,
    ).with({ remedy: "Run `atmos auth login` in a terminal, on a machine with a display" });
}

/** Omits the query, which may contain credentials. */
function shown(page: SeenPage | undefined): string {
  const url = page === undefined ? null : URL.parse(page.url);
  if (page === undefined || url === null) return "an empty one";
  return `${printable(url.origin + url.pathname)}, "${printable(page.title)}"`;
}

function portalHints(page: SeenPage | undefined): readonly string[] {
  const host = page === undefined ? undefined : URL.parse(page.url)?.hostname;
  return host?.endsWith(".awsapps.com")
    ? ["That is an AWS access portal: use a provider of the kind aws/iam-identity-center"]
    : [];
}

/** @param unseen the browser, if it never showed a page */
function sightingFailure(
  provider: NamedSamlProvider,
  sighting: Sighting,
  unseen: string | undefined,
): AuthError {
  const { host } = new URL(provider.config.url);
  const checkUrl = `Check \`url\`: it must lead to the AWS application of the identity provider`;
  switch (sighting.type) {
    case "response":
      return failure("bad-answer", provider, "the page posted no SAML response to AWS", [checkUrl]);
    case "identity-center":
      return failure(
        "config-invalid",
        provider,
        "the application is one of Identity Center, not of AWS IAM",
        [
          "Use a provider of the kind aws/iam-identity-center for it",
        ],
      );
    case "unreachable":
      return failure("unreachable", provider, `the browser cannot reach ${host} (${sighting.reason})`, [
        "The browser uses the system's proxy settings",
      ]);
    case "missing":
      return failure("bad-answer", provider, `${host} has no such page (HTTP ${sighting.status})`, [
        checkUrl,
      ]);
    case "closed":
      return unseen === undefined
        ? failure(
          "login-not-approved",
          provider,
          "the browser window was closed before the login was finished",
        )
        : failure("failed", provider, `${unseen} ended before it showed a page`, [
          "Start it by hand to see why; browser_executable_path can name another one",
        ]);
  }
}
