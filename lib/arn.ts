/**
 * AWS's names for places and things: partitions, regions, accounts, ARNs, access keys, MFA devices. No network, no SDK.
 *
 * @module
 */

/** An ARN in its parts; `region` and `accountId` are empty where a service has none. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** All behind the fifth colon: `role/path/Name`. */
  readonly resource: string;
}

/** Splits an ARN (AWS General Reference, "ARN format"); `undefined` when it is none. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([a-z][a-z0-9-]*):([a-z0-9-]+):([a-z0-9-]*):([^:\s]*):(\S.*)$/.exec(text);
  if (match === null) return undefined;
  const [, partition = "", service = "", region = "", accountId = "", resource = ""] = match;
  return PARTITIONS.has(partition) ? { partition, service, region, accountId, resource } : undefined;
}

/** Whether a text is a 12-digit account id. */
export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text);
}

/**
 * The id of a long-lived access key (IAM User Guide, "Unique identifiers"; IAM, AccessKey). What begins with ASIA is
 * temporary, and with ABIA a bearer token of one service.
 */
export const ACCESS_KEY_ID = /^AKIA[A-Z0-9]{12,124}$/;

/** Whether a text looks like the id of temporary credentials. */
export function isTemporaryKeyId(text: string): boolean {
  return text.startsWith("ASIA");
}

/** Whether a text can be the serial number of an MFA device: its ARN, or what stands on it (STS, SerialNumber). */
export function isMfaDevice(text: string): boolean {
  if (!/^[\w+=/:,.@-]{9,256}$/.test(text)) return false;
  if (!text.startsWith("arn:")) return true;
  const arn = parseArn(text);
  return arn !== undefined && arn.service === "iam" && arn.region === "" && isAccountId(arn.accountId) &&
    /^mfa\/[\w+=,.@/-]*[^/]$/.test(arn.resource);
}

/** Regions by partition, as of the SDKs' `partitions.json` in November 2026, and the shape of those to come. */
const PARTITIONS: ReadonlyMap<string, { readonly shape: RegExp; readonly regions: readonly string[] }> =
  new Map([
    ["aws", {
      shape: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/,
      regions: (
        "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 " +
        "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 " +
        "ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 " +
        "eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
      ).split(" "),
    }],
    ["aws-cn", { shape: /^cn-[a-z]+-\d+$/, regions: ["cn-north-1", "cn-northwest-1"] }],
    ["aws-us-gov", { shape: /^us-gov-[a-z]+-\d+$/, regions: ["us-gov-east-1", "us-gov-west-1"] }],
    ["aws-iso", { shape: /^us-iso-[a-z]+-\d+$/, regions: ["us-iso-east-1", "us-iso-west-1"] }],
    ["aws-iso-b", { shape: /^us-isob-[a-z]+-\d+$/, regions: ["us-isob-east-1", "us-isob-west-1"] }],
    ["aws-iso-e", { shape: /^eu-isoe-[a-z]+-\d+$/, regions: ["eu-isoe-west-1"] }],
    ["aws-iso-f", { shape: /^us-isof-[a-z]+-\d+$/, regions: ["us-isof-east-1", "us-isof-south-1"] }],
    ["aws-eusc", { shape: /^eusc-[a-z]+-[a-z]+-\d+$/, regions: ["eusc-de-east-1"] }],
  ]);

/** The regions known when this was written: for suggestions, not for refusals; AWS opens new ones. */
export const KNOWN_REGIONS: readonly string[] = [...PARTITIONS.values()].flatMap(({ regions }) => regions);

/** The partition a region lies in; `undefined` for a text that is no region of any partition. */
export function partitionOfRegion(region: string): string | undefined {
  for (const [partition, { shape }] of PARTITIONS) if (shape.test(region)) return partition;
  return undefined;
}

/** Whether a text has the shape of a region of some partition; it need not be open yet. */
export function isRegion(text: string): boolean {
  return partitionOfRegion(text) !== undefined;
}
