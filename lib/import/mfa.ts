/**
 * MFA devices of roles, as the devices of the users that assume them.
 *
 * @module
 */
import type { AwsFile } from "./aws_file.ts";
import type { IdentityOffer, Note } from "./types.ts";

/**
 * A role's `mfa_serial` belongs to the user that assumes it: it is the user's session that is made with MFA here.
 */
export function withMfa(
  file: AwsFile,
  offers: readonly IdentityOffer[],
  notes: Note[],
): readonly IdentityOffer[] {
  const byKey = new Map(offers.map((offer) => [offer.key, offer]));
  const devices = new Map<string, string>();
  for (const { place, name, via, fields } of offers) {
    const serial = fields.kind === "aws/assume-role" ? file.profiles.get(name)?.get("mfa_serial") : undefined;
    const base = via !== undefined && "identity" in via ? byKey.get(via.identity) : undefined;
    if (serial === undefined) continue;
    const credentials = base?.fields.credentials;
    const own = typeof credentials === "object" ? credentials.mfa_arn : undefined;
    if (base?.fields.kind !== "aws/user") {
      notes.push({ place, reason: "mfa_serial is not taken over: its chain starts from no IAM user" });
    } else if ((own ?? devices.get(base.key) ?? serial) === serial) devices.set(base.key, serial);
    else notes.push({ place, reason: `mfa_serial is not taken over: ${base.name} has another device` });
  }
  return offers.map((offer) => {
    const serial = devices.get(offer.key);
    const { credentials } = offer.fields;
    const before = typeof credentials === "object" ? credentials : {};
    return serial === undefined
      ? offer
      : { ...offer, fields: { ...offer.fields, credentials: { ...before, mfa_arn: serial } } };
  });
}
