/**
 * Chooses the driver that gets the assertion: the configured one, else a browser where one can be used, else
 * the form driver for the identity provider's address, else a browser after all.
 *
 * @module
 */
import type { SamlDriver, SamlProvider } from "../config/types.ts";
import type { Secret } from "../credentials.ts";
import { findBrowser, type FindHost, hasDisplay } from "./browser_find.ts";
import type { NamedSamlProvider, SamlHost, SamlPerson } from "./types.ts";

/** What the choice depends on besides the configuration. */
export interface DriverSurroundings {
  /** Path of a usable browser; `undefined` when none was found. */
  readonly browser: string | undefined;
  /** Whether a window can be shown here. */
  readonly display: boolean;
}

/** A driver, and the reason, which completes "because". */
export interface DriverChoice {
  readonly driver: SamlDriver;
  readonly reason: string;
}

/** Chooses a driver; `validate --verbose` shows the choice and its reason. */
export function chooseDriver(
  config: Pick<SamlProvider, "driver" | "url" | "browserType">,
  { browser, display }: DriverSurroundings,
): DriverChoice {
  if (config.driver !== undefined) return { driver: config.driver, reason: "the configuration says so" };
  if (browser !== undefined && display) {
    const instead = /^(?:firefox|webkit)/i.exec(config.browserType ?? "")?.[0];
    const note = instead === undefined ? "" : `, and ${instead} cannot be driven`;
    return { driver: "Browser", reason: `${browser} is installed${note}` };
  }
  const lacking = browser === undefined ? "no browser was found" : "there is no display for a browser";
  const form = formDriverOf(new URL(config.url));
  if (form !== undefined) return { driver: form.driver, reason: `${lacking}, and ${form.reason}` };
  const rest = browser === undefined ? "a browser must be installed" : `${browser} runs without a window`;
  return {
    driver: "Browser",
    reason: `no other driver fits ${new URL(config.url).host}; ${lacking}: ${rest}`,
  };
}

const OKTA_DOMAINS = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"];
/** Okta under a custom domain. */
const OKTA_PATH = /^\/(?:app\/amazon_aws\/.+\/sso\/saml|home\/amazon_aws\/)/;

/** Checks the host or path of the address, never its query. */
function formDriverOf({ hostname, pathname }: URL): DriverChoice | undefined {
  if (hostname === "accounts.google.com") {
    return { driver: "GoogleApps", reason: `${hostname} is Google's sign-in` };
  }
  if (OKTA_DOMAINS.some((domain) => hostname.endsWith(`.${domain}`))) {
    return { driver: "Okta", reason: `${hostname} is a domain of Okta` };
  }
  if (OKTA_PATH.test(pathname)) {
    return { driver: "Okta", reason: "the path is that of an application of Okta" };
  }
  if (/^\/adfs\//i.test(pathname) || hostname.split(".").includes("adfs")) {
    return { driver: "ADFS", reason: "the address is one of ADFS" };
  }
  return undefined;
}

/**
 * Chooses the driver for a provider on this machine.
 *
 * @throws AuthError `config-invalid` when `browser_executable_path` is not a file and may be needed
 */
export async function driverFor(host: FindHost, { name, config }: NamedSamlProvider): Promise<DriverChoice> {
  const isChosen = config.driver !== undefined;
  const browser = isChosen ? undefined : await findBrowser(host, name, config);
  return chooseDriver(config, { browser, display: hasDisplay(host) });
}

/** Runs a driver, loading its module on demand. */
export async function runDriver(
  driver: SamlDriver,
  host: SamlHost,
  provider: NamedSamlProvider,
  person: SamlPerson,
): Promise<Secret> {
  switch (driver) {
    case "Browser": {
      const { loginWithBrowser } = await import("./browser.ts");
      return await loginWithBrowser(host, provider, person);
    }
    case "Okta": {
      const { loginWithOkta } = await import("./okta.ts");
      return await loginWithOkta(host, provider, person);
    }
    case "ADFS": {
      const { loginWithAdfs } = await import("./adfs.ts");
      return await loginWithAdfs(host, provider, person);
    }
    case "GoogleApps": {
      const { loginWithGoogleApps } = await import("./google_apps.ts");
      return await loginWithGoogleApps(host, provider, person);
    }
  }
}
