/**
 * Identity Centers as offers: one for each address and region, whatever tool names it.
 *
 * @module
 */
import { portalAddress } from "../config/providers.ts";
import type { Fields, ProviderOffer } from "./types.ts";

/** What is known of an access portal. */
export interface Portal {
  readonly startUrl: string;
  readonly region: string;
  /** The name that somebody gave it. */
  readonly name?: string | undefined;
}

/** A portal of aws-sso-cli's. */
export interface AliasedPortal extends Portal {
  /** What `aws-sso --sso` calls it. */
  readonly alias: string;
  /** `ACCOUNT/ROLE` of roles that are no permission sets, but assumed with one. */
  readonly chained: ReadonlySet<string>;
}

/** An address in one spelling, as the decoder has it; what is no address stays what it is. */
export function plainAddress(text: string): string {
  const trimmed = text.trim();
  return URL.parse(trimmed) === null ? trimmed : portalAddress(trimmed);
}

/** Tells portals apart. */
export function portalKey(startUrl: string, region: string): string {
  return `aws/iam-identity-center ${plainAddress(startUrl)} ${region}`;
}

/** A portal as an offer. */
export function portalOffer({ startUrl, region, name }: Portal): ProviderOffer {
  return {
    key: portalKey(startUrl, region),
    name: name ?? hostLabel(startUrl, "sso"),
    fields: { kind: "aws/iam-identity-center", region, start_url: plainAddress(startUrl) },
  };
}

/** A permission set of a portal's; the region of the portal is inherited. */
export function permissionSetFields(
  portal: Pick<Portal, "region">,
  { account, role, region }: {
    readonly account: string;
    readonly role: string;
    readonly region: string | undefined;
  },
): Fields {
  return {
    kind: "aws/permission-set",
    principal: {
      name: role,
      account: { id: account },
      region: region === portal.region ? undefined : region,
    },
  };
}

/** `acme` of `https://acme.awsapps.com/start`. */
export function hostLabel(address: string, otherwise: string): string {
  const label = URL.parse(address.trim())?.hostname.split(".")[0] ?? "";
  return /^[a-z]/i.test(label) ? label : otherwise;
}
