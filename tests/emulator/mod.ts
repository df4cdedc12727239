/**
 * A hermetic AWS on one loopback port: IAM Identity Center, its portal and device page, STS, IAM and the
 * console's sign-in, strict where clients go wrong, with a clock and faults that tests control.
 *
 * It shares no code with lib/: it is the judge, not a mirror.
 */
import { authorizePage } from "./authorize_page.ts";
import { type Clock, type EpochMillis, newClock } from "./clock.ts";
import { control } from "./control.ts";
import { approveGrant, denyGrant, devicePage, pendingUserCodes } from "./device_page.ts";
import { applyEffect, type Pause, realPause } from "./effects.ts";
import { encodeHex } from "./encoding.ts";
import { type Fault, type Faults, newFaults } from "./faults.ts";
import { Refusal } from "./http.ts";
import { iam } from "./iam.ts";
import { issueGithubToken, newIssuerKey, tokenIssuer } from "./jwt.ts";
import { oidc } from "./oidc.ts";
import { portal } from "./portal.ts";
import { newRandom } from "./random.ts";
import { defaultSeed } from "./seed.ts";
import type { Seed } from "./seed_types.ts";
import { type Answer, type Incoming, listen } from "./server.ts";
import type { Call, Operation, Service } from "./service.ts";
import { signin } from "./signin.ts";
import { startPage } from "./start_page.ts";
import {
  type Context,
  type IssuedSecret,
  issueSecret,
  newState,
  type RequestRecord,
  type State,
} from "./state.ts";
import { sts } from "./sts.ts";
import { totp } from "./totp.ts";

export type { Effect, Fault } from "./faults.ts";
export type { IssuedSecret, RequestRecord, State } from "./state.ts";
export type { Operation } from "./service.ts";
export type * from "./seed_types.ts";
export { defaultSeed, MFA_USER, PLAIN_USER, PORTAL_USER } from "./seed.ts";

export interface EmulatorOptions {
  /** Default: `defaultSeed()`. The emulator keeps it and changes it. */
  seed?: Seed;
  /** Default 0: any free port. */
  port?: number;
  /** Most items in one page of the portal's lists; default 2. */
  pageSize?: number;
  /** What the clock runs on, for tests that share one with the client; default the machine's. */
  clock?: () => EpochMillis;
  /** How a slow call waits; default in real time. */
  pause?: Pause;
  /** Called when a call is left without an answer. */
  onSilence?: () => void;
  /** Makes keys and tokens the same in every run; the token issuer's key pair and the control token stay random. */
  randomSeed?: number;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  url: string;
  startUrl: string;
  /** `AWS_ENDPOINT_URL_STS` and the others, for the environment of a client. */
  environment: Record<string, string>;
  /** Bearer of `/_control/*` (control.ts). */
  controlToken: string;
  /** What a GitHub runner sets for the job. */
  github: { ACTIONS_ID_TOKEN_REQUEST_URL: string; ACTIONS_ID_TOKEN_REQUEST_TOKEN: string };
  /** Everything it knows; may be changed between calls. */
  state: State;
  /** Every call so far, or those of one operation. */
  requests(operation?: Operation): RequestRecord[];
  /** How many calls of an operation there were. */
  calls(operation: Operation): number;
  /** Every secret handed out or seeded so far, for canary.ts. */
  secrets(): IssuedSecret[];
  now(): EpochMillis;
  advance(milliseconds: number): void;
  setClock(moment: EpochMillis): void;
  fault(...faults: Fault[]): void;
  clearFaults(): void;
  /** User codes of device requests that nobody answered yet. */
  pendingUserCodes(): string[];
  /** As the Approve button; default the first portal user. Throws RangeError for an unknown code. */
  approve(userCode: string, user?: string): void;
  deny(userCode: string): void;
  /** The code that the device with this serial shows now. Throws RangeError for an unknown one. */
  totp(serial: string): Promise<string>;
  /** An OIDC token of the workflow in the seed, with claims of the test's choice. */
  githubToken(audience: string, claims?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SERVICES: readonly Service[] = [
  oidc,
  authorizePage,
  devicePage,
  startPage,
  portal,
  sts,
  iam,
  signin,
  tokenIssuer,
];

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { seed = defaultSeed(), port = 0, pageSize = 2, pause = realPause, onSilence = () => {} } = options;
  const clock = newClock(options.clock);
  const context = newContext(seed, clock, pageSize, options.randomSeed);
  const faults = newFaults();
  const controlToken = encodeHex(crypto.getRandomValues(new Uint8Array(24)));
  const closing = new AbortController();
  const listener = await listen(port, async (incoming) => {
    if (incoming.url.pathname.startsWith("/_control/")) {
      return { kind: "response", response: control(context, faults, controlToken, incoming) };
    }
    const answer = await respond(context, faults, { closing: closing.signal, pause }, incoming);
    if (answer.kind === "silent") onSilence();
    return answer;
  });
  context.url = listener.url;
  const close = () => {
    closing.abort();
    return listener.close();
  };
  return {
    url: listener.url,
    startUrl: `${listener.url}/start`,
    environment: endpoints(listener.url),
    controlToken,
    github: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${listener.url}/_gha/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: context.githubToken,
    },
    state: context.state,
    requests: (operation) =>
      context.state.requests.filter((request) => operation === undefined || request.operation === operation),
    calls: (operation) => context.state.requests.filter((request) => request.operation === operation).length,
    secrets: () => [...context.state.secrets],
    now: clock.now,
    advance: clock.advance,
    setClock: clock.set,
    fault: faults.add,
    clearFaults: faults.clear,
    pendingUserCodes: () => pendingUserCodes(context),
    approve: (userCode, user) => approveGrant(context, userCode, user),
    deny: (userCode) => denyGrant(context, userCode),
    totp: (serial) => totp(deviceSecret(context, serial), clock.now()),
    githubToken: (audience, claims) => issueGithubToken(context, audience, claims),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function newContext(seed: Seed, clock: Clock, pageSize: number, randomSeed: number | undefined): Context {
  const random = newRandom(randomSeed);
  const state = newState(seed, clock.now());
  let key: Promise<CryptoKeyPair> | undefined;
  return {
    url: "",
    state,
    clock,
    random,
    pageSize,
    issuerKey: () => key ??= newIssuerKey(),
    githubToken: issueSecret({ state, random }, "GitHub request token"),
  };
}

function endpoints(url: string): Record<string, string> {
  const services = ["STS", "SSO", "SSO_OIDC", "SIGNIN", "IAM"];
  return Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, url]));
}

async function respond(
  context: Context,
  faults: Faults,
  waiting: { closing: AbortSignal; pause: Pause },
  incoming: Incoming,
): Promise<Answer> {
  for (const service of SERVICES) {
    const recognised = service.recognise(incoming);
    if (recognised === undefined) continue;
    const call: Call = { ...incoming, ...recognised, requestId: context.random.uuid() };
    const record: RequestRecord = {
      operation: call.operation,
      at: context.clock.now(),
      parameters: call.parameters,
      requestId: call.requestId,
      status: 0,
    };
    context.state.requests.push(record);
    const effect = faults.take(call.operation);
    const answer = await applyEffect(
      effect,
      { context, service, call, ...waiting },
      () => run(context, service, call),
    );
    if (answer.kind === "response") record.status = answer.response.status;
    return answer;
  }
  return { kind: "response", response: new Response("The emulator has nothing here.\n", { status: 404 }) };
}

async function run(context: Context, service: Service, call: Call): Promise<Response> {
  try {
    return await service.handle(context, call);
  } catch (cause) {
    if (cause instanceof Refusal) return service.refuse(cause, call.requestId);
    throw cause;
  }
}

function deviceSecret({ state }: Context, serial: string): string {
  const device = state.seed.iamUsers.flatMap(({ mfa }) => mfa).find((mfa) => mfa.serial === serial);
  if (device === undefined) throw new RangeError(`no MFA device ${serial}`);
  return device.secret;
}
