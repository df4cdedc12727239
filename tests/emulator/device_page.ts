import { Refusal } from "./http.ts";
import { approvalForm, page, paragraph } from "./pages.ts";
import { formParameters, type Service } from "./service.ts";
import { type Context, type DeviceGrant, findPerson } from "./state.ts";
import { escapeXml } from "./xml.ts";

/** Where a person types or confirms the user code (RFC 8628 section 3.3). */
export const devicePage: Service = {
  recognise(incoming) {
    if (incoming.url.pathname !== "/device" || !["GET", "POST"].includes(incoming.method)) return undefined;
    return { operation: "DevicePage", parameters: formParameters(incoming) };
  },
  handle(context, { method, parameters }) {
    const { user_code: userCode, answer, user } = parameters;
    if (!userCode) return askForCode();
    const grant = findPending(context, userCode);
    if (grant === undefined) {
      throw new Refusal(
        404,
        "unknown_code",
        `No open request has the code ${userCode}. It may have expired, or been answered already.`,
      );
    }
    if (method === "GET" || answer === undefined) return confirm(context, grant);
    if (answer !== "approve") {
      denyGrant(context, userCode);
      return page(200, "Request denied", paragraph("The device gets no access. You may close this page."));
    }
    if (findPerson(context.state.seed, user) === undefined) {
      throw new Refusal(400, "unknown_person", `Nobody here is called ${user}.`);
    }
    approveGrant(context, userCode, user);
    return page(200, "Request approved", paragraph("You may close this page and return to your terminal."));
  },
  refuse: ({ status, message }) =>
    page(
      status,
      "This code cannot be used",
      `${paragraph(message)}
<p><a href="/device">Enter another code</a></p>`,
    ),
};

function askForCode(): Response {
  return page(
    200,
    "Authorize a device",
    `${paragraph("Enter the code that your terminal shows.")}
<form method="get" action="/device">
<label for="user_code">Code</label>
<input type="text" id="user_code" name="user_code" placeholder="ABCD-EFGH" required autofocus autocomplete="off">
<div class="buttons"><button type="submit">Next</button></div>
</form>`,
  );
}

function confirm({ state }: Context, { userCode, clientId }: DeviceGrant): Response {
  const client = state.registrations.get(clientId)?.clientName ?? "A program";
  return page(
    200,
    "Authorization requested",
    `${paragraph("Check that your terminal shows this code. If it does not, deny the request.")}
<div class="code">${escapeXml(userCode)}</div>
<p><strong>${escapeXml(client)}</strong> asks for access to your AWS accounts.</p>
${approvalForm("/device", { user_code: userCode }, state.seed.portalUsers.map(({ name }) => name))}`,
  );
}

/** The open request of a user code, written in any case and with or without its hyphen. */
function findPending({ state, clock }: Context, userCode: string): DeviceGrant | undefined {
  const bare = (code: string) => code.toUpperCase().replaceAll(/[^A-Z]/g, "");
  return [...state.deviceGrants.values()].find((grant) =>
    grant.status === "pending" && bare(grant.userCode) === bare(userCode) && clock.now() < grant.expiresAt
  );
}

export function pendingUserCodes({ state, clock }: Context): string[] {
  return [...state.deviceGrants.values()]
    .filter(({ status, expiresAt }) => status === "pending" && clock.now() < expiresAt)
    .map(({ userCode }) => userCode);
}

/** As the Approve button does; `user` defaults to the first portal user. Throws RangeError for an unknown code or person. */
export function approveGrant(context: Context, userCode: string, user?: string): void {
  const person = findPerson(context.state.seed, user);
  if (person === undefined) throw new RangeError(`no portal user ${user ?? ""}`);
  const grant = requirePending(context, userCode);
  grant.status = "approved";
  grant.user = person;
}

/** As the Deny button does. Throws RangeError for an unknown code. */
export function denyGrant(context: Context, userCode: string): void {
  requirePending(context, userCode).status = "denied";
}

function requirePending(context: Context, userCode: string): DeviceGrant {
  const grant = findPending(context, userCode);
  if (grant === undefined) throw new RangeError(`no open device request has the code ${userCode}`);
  return grant;
}
