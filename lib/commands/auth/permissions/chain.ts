/**
 * What a chain needs of the sandbox, by the kinds of its steps.
 *
 * @module
 */
import { type CalledService, serviceAddress } from "../../../aws/addresses.ts";
import { linksOf } from "../../../chain/digest.ts";
import { targetOf } from "../../../chain/plan.ts";
import type { ChainPlan, IdentityStep, ProviderStep } from "../../../chain/types.ts";
import { unreachable } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { hasLocalBrowser } from "../../../terminal/local_browser.ts";
import { derived } from "../../../session/derive.ts";
import { blankEnv, type Ledger } from "../../../cli/run/ledger.ts";
import type { Needs } from "../../../cli/line/needs.ts";
import { LOOPBACK } from "../../../loopback.ts";

/** What the ledger is told with: a noting host. */
export interface Noting {
  readonly host: Host;
  readonly ledger: Ledger;
}

/** Where GitHub's own runners ask for tokens, unless the job says where. */
export const GITHUB_ISSUER = "*.actions.githubusercontent.com:443";
/** What tells why a job gets no token. */
const JOB_VARIABLES = ["GITHUB_ACTIONS", "GITEA_ACTIONS", "GITHUB_EVENT_NAME", "GITHUB_ACTOR"];

/** Notes what a chain's steps need; whether they need the keyring. */
export async function noteChain(
  { host, ledger }: Noting,
  plan: ChainPlan,
  { name: command, needs }: { readonly name: string; readonly needs: Needs },
): Promise<boolean> {
  await linksOf(host, plan);
  const { provider } = plan;
  // It knocks at STS for every provider.
  if (command === "doctor" && provider !== undefined) {
    await noteService({ host, ledger }, "STS", provider.config);
  }
  if (command === "user rotate") await noteService({ host, ledger }, "IAM", targetOf(plan));
  const user = plan.identities.find(({ config }) => config.kind === "aws/user");
  if (needs.network) {
    for (const step of plan.identities) await noteStep({ host, ledger }, plan, step, needs);
    if (provider !== undefined) await noteProvider({ host, ledger }, provider, needs);
  }
  const keepsToken = provider?.config.kind === "aws/iam-identity-center";
  const keepsKeys = user?.config.kind === "aws/user" && user.config.keys === undefined;
  return needs.keyring && (keepsToken || keepsKeys);
}

async function noteStep(
  noting: Noting,
  { provider }: ChainPlan,
  step: IdentityStep,
  needs: Needs,
): Promise<void> {
  const { ledger } = noting;
  const { config, endpointUrl } = step;
  if (config.kind === "aws/permission-set") {
    await noteService(noting, "SSO", { region: provider?.config.region ?? step.region, endpointUrl });
    return;
  }
  await noteService(noting, "STS", { region: step.region, endpointUrl });
  if (config.kind !== "aws/user") return;
  ledger.need("env", "ATMOS_MFA_TOKEN");
  if (needs.programs !== "none" && config.mfaCommand !== undefined) ledger.need("run", config.mfaCommand[0]);
}

async function noteService(
  { host, ledger }: Noting,
  service: CalledService,
  place: { readonly region: string; readonly endpointUrl: string | undefined },
): Promise<void> {
  ledger.need("net", hostOf(await serviceAddress(host, service, place)));
}

/** As Deno writes it, with a port always. */
export function hostOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}

async function noteProvider(noting: Noting, { name, config }: ProviderStep, needs: Needs): Promise<void> {
  const { host, ledger } = noting;
  switch (config.kind) {
    case "aws/iam-identity-center":
      await noteService(noting, "SSO_OIDC", config);
      await noteService(noting, "SSO", config);
      return needs.programs === "none" ? undefined : await noteBrowser(noting);
    case "github/oidc": {
      ledger.need("env", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", ...JOB_VARIABLES);
      const issuer = URL.parse(host.env("ACTIONS_ID_TOKEN_REQUEST_URL") ?? "");
      return ledger.need("net", issuer === null ? GITHUB_ISSUER : hostOf(issuer));
    }
    case "oidc/token":
      return "variable" in config.source
        ? ledger.need("env", config.source.variable)
        : ledger.need("read", config.source.file);
    case "aws/saml":
      return await noteSaml(noting, { name, config });
    default:
      return unreachable(config);
  }
}

/** What a form or a page asks of us beyond its own host cannot be told before. */
async function noteSaml(
  { host, ledger }: Noting,
  provider: ProviderStep & { readonly config: { readonly kind: "aws/saml" } },
): Promise<void> {
  const { driverFor } = await import("../../../saml/driver.ts");
  const { driver } = await driverFor(host, provider);
  ledger.need("env", "ATMOS_SAML_PASSWORD");
  ledger.need("net", hostOf(new URL(provider.config.url)));
  if (driver !== "Browser") return;
  const [{ findBrowser }, { browserProfile }] = [
    await import("../../../saml/browser_find.ts"),
    await import("../../../saml/browser_profile.ts"),
  ];
  await findBrowser(host, provider.name, provider.config);
  const profile = await browserProfile(host, provider.name, provider.config.url);
  ledger.need("read", profile);
  ledger.need("write", profile);
  // The shell passes the pipes on and becomes the browser; elsewhere it is the browser itself.
  ledger.need("run", host.os === "windows" ? "*" : "/bin/sh");
}

/** Showing a page is a kindness: its address is printed, too. */
export async function noteBrowser({ host, ledger }: Noting): Promise<void> {
  await noteScreen({ host, ledger });
  const openers = { linux: ["xdg-open", "wslview"], darwin: ["open"], windows: ["rundll32"] } as const;
  ledger.like("run", ...openers[host.os]);
  ledger.like("net", `${LOOPBACK}:0`);
}

/** Whether a page would be seen. */
export async function noteScreen({ host, ledger }: Noting): Promise<void> {
  await hasLocalBrowser(host);
  await hasLocalBrowser(derived(host, { env: blankEnv((name) => ledger.need("env", name)) }));
}
