import { defaultCode, disrupt, type Effect } from "./faults.ts";
import { html, json, readJsonObject, Refusal } from "./http.ts";
import type { Answer } from "./server.ts";
import type { Call, Service } from "./service.ts";
import type { Context } from "./state.ts";

interface Exchange {
  context: Context;
  service: Service;
  call: Call;
  /** Aborted when the emulator closes. */
  closing: AbortSignal;
  pause: Pause;
}

/** Comes back after so many milliseconds, or as soon as the signal is aborted. */
export type Pause = (milliseconds: number, closing: AbortSignal) => Promise<void>;

/** Answers a call under an effect; `handle` makes the right answer. Every answer is dated and numbered as AWS does. */
export async function applyEffect(
  effect: Effect | undefined,
  exchange: Exchange,
  handle: () => Promise<Response>,
): Promise<Answer> {
  if (effect?.kind === "silent" || effect?.kind === "closed") return { kind: effect.kind };
  const { context, call } = exchange;
  const response = await makeResponse(effect, exchange, handle);
  const skew = effect?.kind === "date-skew" ? effect.milliseconds : 0;
  response.headers.set("date", new Date(context.clock.now() + skew).toUTCString());
  response.headers.set("x-amzn-requestid", call.requestId);
  return { kind: effect?.kind === "truncated" ? "truncated" : "response", response };
}

async function makeResponse(
  effect: Effect | undefined,
  { context, service, call, closing, pause }: Exchange,
  handle: () => Promise<Response>,
): Promise<Response> {
  switch (effect?.kind) {
    case "status": {
      const { status, code = defaultCode(status), message = "Rate exceeded", retryAfter } = effect;
      const response = service.refuse(new Refusal(status, code, message), call.requestId);
      if (retryAfter !== undefined) response.headers.set("retry-after", String(retryAfter));
      return response;
    }
    case "empty-body":
      return new Response(null, { status: effect.status ?? 500 });
    case "html":
      return html(
        effect.status ?? 200,
        "<html><body><h1>Proxy</h1><p>Please sign in to the network.</p></body></html>",
      );
    case "slow":
      await pause(effect.milliseconds, closing);
      return handle();
    case "same-next-token":
      return repeatPageToken(await handle(), call);
    default:
      if (effect !== undefined) disrupt(context, effect);
      return handle();
  }
}

/** A {@linkcode Pause} of the machine's clock. */
export function realPause(milliseconds: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      closing.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    closing.addEventListener("abort", end);
  });
}

async function repeatPageToken(response: Response, { parameters }: Call): Promise<Response> {
  const body = readJsonObject(await response.text());
  return json(response.status, { ...body, nextToken: parameters["next_token"] || body?.["nextToken"] });
}
