/**
 * saml2aws's `~/.saml2aws` as offers.
 *
 * @module
 */
import type { SamlDriver } from "../config/types.ts";
import { parseIni, sectionsOf } from "../files/ini.ts";
import { type Settings, unquoted } from "./aws_file.ts";
import type { Fields, IdentityOffer, Note, Offers, ProviderOffer } from "./types.ts";

/** saml2aws's words for drivers of ours; every other one signs in with a browser here. */
const DRIVERS: ReadonlyMap<string, SamlDriver> = new Map([
  ["okta", "Okta"],
  ["googleapps", "GoogleApps"],
  ["adfs", "ADFS"],
  ["browser", "Browser"],
]);
const FALLBACK_REGION = "us-east-1";
/** What `saml2aws configure` writes when nobody says anything. */
const USUAL_PROFILE = "saml";
const USUAL_SECONDS = "3600";

/**
 * Reads the text of the file.
 *
 * @throws AuthError `file-failed` with the line, for what is no INI file
 */
export function saml2awsOffers(text: string, file: string): Offers {
  const providers: ProviderOffer[] = [];
  const identities: IdentityOffer[] = [];
  const notes: Note[] = [];
  for (const { name, values } of sectionsOf(parseIni(text, file))) {
    const account = new Map([...values].map(([key, value]) => [key, unquoted(value)]));
    const place = `[${name}]`;
    const say = (reason: string) => notes.push({ place, reason });
    const url = pageOf(account);
    if (url === "") {
      say("it has no url");
      continue;
    }
    const key = `aws/saml ${name}`;
    providers.push({
      key,
      name: name === "default" ? "saml" : name,
      fields: providerFields(account, url, say),
    });
    const role = account.get("role_arn") ?? "";
    if (role === "") say("it names no role: add an identity of the kind aws/assume-role behind its provider");
    else identities.push(roleOffer(name, place, key, role, account));
  }
  return { providers, identities, notes };
}

/** Entra's own address for one application is made of saml2aws's `url` and `app_id`. */
function pageOf(account: Settings): string {
  const url = account.get("url") ?? "";
  const app = account.get("app_id") ?? "";
  if (url === "" || app === "" || account.get("provider")?.toLowerCase() !== "azuread") return url;
  const query = new URLSearchParams({ Operation: "LinkedSignIn", applicationId: app });
  return `${url.replace(/\/+$/, "")}/applications/redirecttofederatedapplication.aspx?${query}`;
}

function providerFields(account: Settings, url: string, say: (reason: string) => void): Fields {
  const named = account.get("provider") ?? "";
  const driver = DRIVERS.get(named.toLowerCase()) ?? "Browser";
  if (!DRIVERS.has(named.toLowerCase()) && named !== "") {
    say(`provider = ${named}: its pages are shown in a browser`);
  }
  const region = account.get("region") ?? "";
  if (region === "") say(`it has no region: its provider gets ${FALLBACK_REGION}`);
  if (account.get("skip_verify") === "true") {
    say("skip_verify is not taken over: certificates are always checked");
  }
  const mfa = account.get("mfa") ?? "";
  const username = account.get("username") ?? "";
  return {
    kind: "aws/saml",
    region: region === "" ? FALLBACK_REGION : region,
    url,
    driver,
    username: username === "" ? undefined : username,
    mfa: driver === "Browser" || mfa === "" || /^auto$/i.test(mfa) ? undefined : mfa,
  };
}

function roleOffer(
  name: string,
  place: string,
  provider: string,
  role: string,
  account: Settings,
): IdentityOffer {
  const profile = account.get("aws_profile") ?? "";
  const seconds = account.get("aws_session_duration") ?? USUAL_SECONDS;
  return {
    key: `saml2aws ${name}`,
    name: profile === "" || profile === USUAL_PROFILE ? name : profile,
    place,
    via: { provider },
    fields: {
      kind: "aws/assume-role",
      default: name === "default" ? true : undefined,
      principal: { assume_role: role, duration: seconds === USUAL_SECONDS ? undefined : seconds },
    },
  };
}
