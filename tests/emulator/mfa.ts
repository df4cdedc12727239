import { Refusal } from "./http.ts";
import { optionalText } from "./query_api.ts";
import { type Context, type Credential, findUser } from "./state.ts";
import { matchStep } from "./totp.ts";

/**
 * Whether a call brought a second factor. Refuses a wrong one; STS tells the three failures apart by
 * message only, all are AccessDenied. A code is accepted once.
 */
export async function checkMfa(
  { state, clock }: Context,
  caller: Credential,
  parameters: Readonly<Record<string, string>>,
): Promise<boolean> {
  const serial = optionalText(parameters, "SerialNumber", { min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ });
  const code = optionalText(parameters, "TokenCode", { min: 6, max: 6, pattern: /^[\d]*$/ });
  if (serial === undefined && code === undefined) return false;
  if (serial === undefined || code === undefined) {
    throw denied(
      "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    );
  }
  const device = findUser(state.seed, caller.principalArn)?.mfa.find((mfa) => mfa.serial === serial);
  if (device === undefined) {
    throw denied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is " +
        "valid and associated with this user.",
    );
  }
  const step = await matchStep(device.secret, code, clock.now());
  if (step === undefined || state.usedCodes.has(`${serial} ${step}`)) {
    throw denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  }
  state.usedCodes.add(`${serial} ${step}`);
  return true;
}

const denied = (message: string) => new Refusal(403, "AccessDenied", message);
