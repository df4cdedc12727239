import { sameText } from "./encoding.ts";
import { approveGrant, denyGrant, pendingUserCodes } from "./device_page.ts";
import { type Faults, isFault } from "./faults.ts";
import { json, readJsonObject } from "./http.ts";
import type { Incoming } from "./server.ts";
import type { Context } from "./state.ts";

/**
 * `/_control/*` with the bearer of the emulator, for tests in another process:
 *
 *     GET    state    { now, calls: { AssumeRole: 1 }, pendingUserCodes: ["ABCD-EFGH"] }
 *     POST   clock    { "advance": 3600000 } or { "set": 1790000000000 }
 *     POST   faults   { "faults": [ { "operation": "AssumeRole", "effect": { "kind": "closed" } } ] }
 *     DELETE faults
 *     POST   approve  { "userCode": "ABCD-EFGH", "user"?: "jane.doe@example.com" }
 *     POST   deny     { "userCode": "ABCD-EFGH" }
 */
export function control(context: Context, faults: Faults, token: string, incoming: Incoming): Response {
  if (!sameText(incoming.headers.get("authorization") ?? "", `Bearer ${token}`)) {
    return json(401, { message: "the control token is missing or wrong" });
  }
  const body = readJsonObject(incoming.text || "{}");
  if (body === undefined) return json(400, { message: "the body is not a JSON object" });
  try {
    return perform(
      context,
      faults,
      `${incoming.method} ${incoming.url.pathname.slice("/_control/".length)}`,
      body,
    );
  } catch (cause) {
    if (cause instanceof RangeError) return json(400, { message: cause.message });
    throw cause;
  }
}

function perform(context: Context, faults: Faults, what: string, body: Record<string, unknown>): Response {
  switch (what) {
    case "GET state":
      return json(200, stateOf(context));
    case "POST clock":
      return moveClock(context, body);
    case "POST faults": {
      const added = Array.isArray(body["faults"]) ? body["faults"] : [];
      if (added.length === 0 || !added.every(isFault)) throw new RangeError("not a list of faults");
      faults.add(...added);
      return json(200, { added: added.length });
    }
    case "DELETE faults":
      faults.clear();
      return json(200, {});
    case "POST approve":
      approveGrant(context, textOf(body, "userCode") ?? "", textOf(body, "user"));
      return json(200, {});
    case "POST deny":
      denyGrant(context, textOf(body, "userCode") ?? "");
      return json(200, {});
    default:
      return json(404, { message: `no control ${what}` });
  }
}

function stateOf(context: Context) {
  const calls: Record<string, number> = {};
  for (const { operation } of context.state.requests) calls[operation] = (calls[operation] ?? 0) + 1;
  return { now: context.clock.now(), calls, pendingUserCodes: pendingUserCodes(context) };
}

function moveClock({ clock }: Context, { advance, set }: Record<string, unknown>): Response {
  if (typeof set === "number") clock.set(set);
  else if (typeof advance === "number") clock.advance(advance);
  else throw new RangeError("neither advance nor set");
  return json(200, { now: clock.now() });
}

function textOf(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" ? value : undefined;
}
