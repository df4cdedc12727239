/**
 * Watches a browser until it is about to post an assertion to AWS. Pauses every page, popup and frame before
 * its first request and intercepts requests to AWS's sign-in, so the assertion never leaves the machine.
 *
 * @module
 */
import * as v from "valibot";
import { Secret } from "../credentials.ts";
import { messageOf } from "../errors.ts";
import type { DevTools, DevToolsEvent, Json } from "./devtools.ts";
import { SIGN_IN_HOSTS, signInPage } from "./sign_in.ts";

/** What the user sees: the page whose address or title changed last. */
export interface SeenPage {
  readonly url: string;
  readonly title: string;
}

/** How watching ended. */
export type Sighting =
  /** The intercepted response; `undefined` when the page posted no SAML response. */
  | { readonly type: "response"; readonly response: Secret | undefined }
  /** The address leads to an application of Identity Center. */
  | { readonly type: "identity-center" }
  /** The page did not load, with Chromium's name of the reason. */
  | { readonly type: "unreachable"; readonly reason: string }
  /** The page does not exist. */
  | { readonly type: "missing"; readonly status: number }
  /** The last window was closed. */
  | { readonly type: "closed" };

/** A running watch. */
export interface Watch {
  readonly sighting: Promise<Sighting>;
  readonly lastPage: () => Promise<SeenPage | undefined>;
}

const Attached = v.object({
  sessionId: v.string(),
  targetInfo: v.object({ type: v.string() }),
});
const TargetInfo = v.object({
  targetInfo: v.object({ targetId: v.string(), type: v.string(), url: v.string(), title: v.string() }),
});
type Target = v.InferOutput<typeof TargetInfo>["targetInfo"];
const Destroyed = v.object({ targetId: v.string() });
const Paused = v.object({
  requestId: v.string(),
  networkId: v.optional(v.string()),
  request: v.object({
    url: v.string(),
    method: v.string(),
    hasPostData: v.optional(v.boolean(), false),
    postData: v.optional(v.string()),
    postDataEntries: v.optional(v.array(v.object({ bytes: v.optional(v.string(), "") }))),
  }),
});
const Received = v.object({ type: v.string(), response: v.object({ status: v.number() }) });

const AUTO_ATTACH = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
/** Paths are checked when a request is intercepted. */
const HELD = SIGN_IN_HOSTS.flatMap((host) => [`https://${host}/*`, `https://*.${host}/*`])
  .map((urlPattern) => ({ urlPattern, requestStage: "Request" }));
const GONE: ReadonlySet<number> = new Set([404, 410]);

/** Opens an address in the browser's first page, and watches all pages from then on. */
export function watchLogin(tools: DevTools, address: string): Watch {
  const found = Promise.withResolvers<Sighting>();
  const pages = new Map<string, SeenPage>();
  const state: { last?: Target; first?: string } = {};

  const attached = (params: Json) => {
    const { sessionId, targetInfo } = v.parse(Attached, params);
    tools.post("Target.setAutoAttach", AUTO_ATTACH, sessionId);
    tools.post("Fetch.enable", { patterns: HELD }, sessionId);
    tools.post("Runtime.runIfWaitingForDebugger", {}, sessionId);
    if (targetInfo.type !== "page" || state.first !== undefined) return;
    state.first = sessionId;
    open(tools, sessionId, address).then(
      (reason) => reason === undefined ? undefined : found.resolve({ type: "unreachable", reason }),
      found.reject,
    );
  };
  const changed = (params: Json) => {
    const { targetInfo } = v.parse(TargetInfo, params);
    if (targetInfo.type !== "page") return;
    pages.set(targetInfo.targetId, targetInfo);
    if (targetInfo.url !== "about:blank") state.last = targetInfo;
  };
  const destroyed = (params: Json) => {
    const known = pages.delete(v.parse(Destroyed, params).targetId);
    // On macOS the browser outlives its last window.
    if (known && pages.size === 0) found.resolve({ type: "closed" });
  };
  const paused = ({ params, session }: DevToolsEvent) => {
    held(tools, session, v.parse(Paused, params)).then(
      (sighting) => sighting === undefined ? undefined : found.resolve(sighting),
      found.reject,
    );
  };
  const received = ({ params, session }: DevToolsEvent) => {
    const { type, response: { status } } = v.parse(Received, params);
    if (session !== state.first || type !== "Document") return;
    tools.post("Network.disable", {}, session);
    if (GONE.has(status)) found.resolve({ type: "missing", status });
  };
  const handlers: Readonly<Record<string, (event: DevToolsEvent) => void>> = {
    "Target.attachedToTarget": ({ params }) => attached(params),
    "Target.targetCreated": ({ params }) => changed(params),
    "Target.targetInfoChanged": ({ params }) => changed(params),
    "Target.targetDestroyed": ({ params }) => destroyed(params),
    "Fetch.requestPaused": paused,
    "Network.responseReceived": received,
  };
  const gone = () => found.resolve({ type: "closed" });
  tools.listen((event) => handlers[event.method]?.(event), gone).catch(found.reject);
  tools.post("Target.setDiscoverTargets", { discover: true });
  tools.post("Target.setAutoAttach", AUTO_ATTACH);
  return { sighting: found.promise, lastPage: () => lookAgain(tools, state.last) };
}

/** Titles arrive after addresses, and without an event. */
async function lookAgain(tools: DevTools, last: Target | undefined): Promise<SeenPage | undefined> {
  if (last === undefined) return undefined;
  const { targetId } = last;
  const answer = await tools.call("Target.getTargetInfo", { targetId }).catch(messageOf);
  const parsed = v.safeParse(TargetInfo, answer);
  return parsed.success ? parsed.output.targetInfo : last;
}

/** @returns Chromium's name of why the page did not load; `undefined` when it loaded or was replaced */
async function open(tools: DevTools, session: string, address: string): Promise<string | undefined> {
  tools.post("Network.enable", {}, session);
  const { errorText } = await tools.call("Page.navigate", { url: address }, session);
  return typeof errorText === "string" && errorText !== "" && !errorText.includes("ERR_ABORTED")
    ? errorText
    : undefined;
}

/** Takes a post to AWS and answers in AWS's place; lets other requests continue. */
async function held(
  tools: DevTools,
  session: string | undefined,
  paused: v.InferOutput<typeof Paused>,
): Promise<Sighting | undefined> {
  const { requestId, request } = paused;
  const page = request.method === "POST" ? signInPage(request.url) : undefined;
  if (page === undefined) {
    tools.post("Fetch.continueRequest", { requestId }, session);
    return undefined;
  }
  const sighting: Sighting = page === "identity-center"
    ? { type: "identity-center" }
    : { type: "response", response: responseIn(await bodyOf(tools, session, paused)) };
  // The page may have closed by now, but we already have its post.
  await tools.call("Fetch.fulfillRequest", { requestId, ...ANSWER }, session).catch(messageOf);
  return sighting;
}

const ANSWER = {
  responseCode: 200,
  responseHeaders: [{ name: "content-type", value: "text/html; charset=utf-8" }],
  body: btoa("<!doctype html><title>Logged in</title><p>Logged in. This window closes by itself."),
};

/** Long bodies arrive in parts or must be fetched. */
async function bodyOf(
  tools: DevTools,
  session: string | undefined,
  { request, networkId }: v.InferOutput<typeof Paused>,
): Promise<string> {
  if (request.postData !== undefined) return request.postData;
  if (request.postDataEntries !== undefined) {
    return request.postDataEntries.map(({ bytes }) => atob(bytes)).join("");
  }
  if (!request.hasPostData || networkId === undefined) return "";
  const { postData } = await tools.call("Network.getRequestPostData", { requestId: networkId }, session);
  return typeof postData === "string" ? postData : "";
}

function responseIn(body: string): Secret | undefined {
  const response = new URLSearchParams(body).get("SAMLResponse") ?? "";
  return response === "" ? undefined : new Secret(response);
}
