import type { Refusal } from "./http.ts";
import type { Incoming } from "./server.ts";
import type { Context } from "./state.ts";

/** AWS's own names, and ours for the pages: what faults and counts are keyed by. */
export type Operation =
  | "RegisterClient"
  | "StartDeviceAuthorization"
  | "CreateToken"
  | "Authorize"
  | "DevicePage"
  | "StartPage"
  | "ListAccounts"
  | "ListAccountRoles"
  | "GetRoleCredentials"
  | "Logout"
  | "AssumeRole"
  | "AssumeRoleWithSAML"
  | "AssumeRoleWithWebIdentity"
  | "GetSessionToken"
  | "GetCallerIdentity"
  | "GetAccessKeyInfo"
  | "UnknownAction"
  | "ListAccessKeys"
  | "CreateAccessKey"
  | "UpdateAccessKey"
  | "DeleteAccessKey"
  | "GetAccessKeyLastUsed"
  | "ListMFADevices"
  | "GetSigninToken"
  | "SigninLogin"
  | "ConsolePage"
  | "GithubToken"
  | "OpenidConfiguration"
  | "JsonWebKeys";

/** A request that was understood as one operation. */
export interface Call extends Incoming {
  operation: Operation;
  /** What was sent, as text: query and form fields, or the members of a JSON body. */
  parameters: Record<string, string>;
  requestId: string;
}

export interface Service {
  /** `undefined`: not a request for this service. */
  recognise(incoming: Incoming): Pick<Call, "operation" | "parameters"> | undefined;
  handle(context: Context, call: Call): Response | Promise<Response>;
  /** A refusal as this service writes it on the wire. */
  refuse(refusal: Refusal, requestId: string): Response;
}

/** The fields of a form body, or of the query of a GET. The first of two equal names counts. */
export function formParameters(incoming: Incoming): Record<string, string> {
  const source = incoming.method === "POST" ? new URLSearchParams(incoming.text) : incoming.url.searchParams;
  return Object.fromEntries([...source].reverse());
}
