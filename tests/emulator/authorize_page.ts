import { redirect, Refusal } from "./http.ts";
import { findRegistration, loopbackRedirect } from "./oidc.ts";
import { approvalForm, page, paragraph } from "./pages.ts";
import { formParameters, type Service } from "./service.ts";
import { type Context, findPerson, issueSecret, type Registration } from "./state.ts";
import { escapeXml } from "./xml.ts";

const CODE_LIFETIME = 10 * 60 * 1000;

interface AuthorizationRequest {
  registration: Registration;
  redirectUri: string;
  state: string;
  challenge: string;
}

/** The browser's part of the authorization code grant with PKCE (RFC 6749 section 4.1, RFC 7636). */
export const authorizePage: Service = {
  recognise(incoming) {
    if (incoming.url.pathname !== "/authorize" || !["GET", "POST"].includes(incoming.method)) {
      return undefined;
    }
    return { operation: "Authorize", parameters: formParameters(incoming) };
  },
  handle(context, { method, parameters }) {
    const request = readRequest(context, parameters);
    if (method === "GET") return confirm(context, request, parameters);
    if (parameters["answer"] !== "approve") {
      return back(request, { error: "access_denied", error_description: "The request was denied" });
    }
    const user = findPerson(context.state.seed, parameters["user"]);
    if (user === undefined) {
      throw new Refusal(400, "unknown_person", `Nobody here is called ${parameters["user"]}.`);
    }
    const code = issueSecret(context, "authorization code");
    context.state.authorizationCodes.set(code, {
      code,
      clientId: request.registration.clientId,
      redirectUri: request.redirectUri,
      challenge: request.challenge,
      user,
      expiresAt: context.clock.now() + CODE_LIFETIME,
      used: false,
    });
    return back(request, { code });
  },
  refuse: ({ status, message }) => page(status, "This request cannot be answered", paragraph(message)),
};

/** Whatever is wrong before the redirect URI is known to be the client's is told here, never there. */
function readRequest(context: Context, parameters: Readonly<Record<string, string>>): AuthorizationRequest {
  const { redirect_uri: redirectUri = "", state = "", code_challenge: challenge = "" } = parameters;
  const registration = findRegistration(context, parameters["client_id"]);
  if (registration === undefined) throw new Refusal(400, "invalid_client", "The client is not registered.");
  const bare = loopbackRedirect(redirectUri);
  if (bare === undefined || !registration.redirectUris.some((uri) => loopbackRedirect(uri) === bare)) {
    throw new Refusal(400, "invalid_redirect_uri", "The redirect URI is not one of the client's.");
  }
  if (parameters["response_type"] !== "code") {
    throw new Refusal(400, "invalid_request", "response_type must be code.");
  }
  if (parameters["code_challenge_method"] !== "S256" || !/^[\w-]{43}$/.test(challenge)) {
    throw new Refusal(400, "invalid_request", "An S256 code challenge is required.");
  }
  return { registration, redirectUri, state, challenge };
}

function confirm(
  { state }: Context,
  { registration }: AuthorizationRequest,
  parameters: Readonly<Record<string, string>>,
) {
  const people = state.seed.portalUsers.map(({ name }) => name);
  return page(
    200,
    "Authorization requested",
    `<p><strong>${escapeXml(registration.clientName)}</strong> asks for access to your AWS accounts.</p>
${approvalForm("/authorize", parameters, people)}`,
  );
}

function back(
  { redirectUri, state }: AuthorizationRequest,
  answer: Readonly<Record<string, string>>,
): Response {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...answer, state })) url.searchParams.set(name, value);
  return redirect(url.href);
}
