/**
 * A client of the DevTools protocol: calls with their replies, and events in the order they come.
 *
 * @module
 */
import * as v from "valibot";
import { AuthError } from "../errors.ts";
import type { BrowserProcess } from "../host.ts";

/** A JSON object whose members are yet to be looked at. */
export type Json = Readonly<Record<string, unknown>>;

/** What the browser tells of itself; `session` is the page it is about. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: Json;
  readonly session: string | undefined;
}

/** A running conversation. */
export interface DevTools {
  /** @throws AuthError `failed` when the browser refuses, or is gone before it answers */
  readonly call: (method: string, params?: Json, session?: string) => Promise<Json>;
  /** Sends what needs no reply: a page that is gone meanwhile is no failure. */
  readonly post: (method: string, params?: Json, session?: string) => void;
  /** Reads until the browser is gone; `onGone` is told before any call that waits fails. An error of `onEvent` ends it. */
  readonly listen: (onEvent: (event: DevToolsEvent) => void, onGone: () => void) => Promise<void>;
}

const JsonObject = v.record(v.string(), v.unknown());
const Message = v.object({
  id: v.optional(v.number()),
  method: v.optional(v.string()),
  params: v.optional(JsonObject, {}),
  sessionId: v.optional(v.string()),
  result: v.optional(JsonObject, {}),
  error: v.optional(v.object({ message: v.optional(v.string(), "") })),
});

/** Speaks to a browser; nothing is read before `listen`. */
export function devTools(browser: Pick<BrowserProcess, "send" | "receive">): DevTools {
  const pending = new Map<number, PromiseWithResolvers<Json>>();
  const state = { lastId: 0, gone: false };
  const post: DevTools["post"] = (method, params = {}, session) => {
    const id = ++state.lastId;
    browser.send(
      JSON.stringify({ id, method, params, ...(session === undefined ? {} : { sessionId: session }) }),
    );
  };
  return {
    post,
    call: (method, params, session) => {
      if (state.gone) return Promise.reject(refused("it is gone"));
      const reply = Promise.withResolvers<Json>();
      pending.set(state.lastId + 1, reply);
      post(method, params, session);
      return reply.promise;
    },
    listen: async (onEvent, onGone) => {
      try {
        for (let text = await browser.receive(); text !== undefined; text = await browser.receive()) {
          settle(pending, text, onEvent);
        }
        onGone();
      } finally {
        state.gone = true;
        for (const reply of pending.values()) reply.reject(refused("it is gone"));
      }
    },
  };
}

/** One message is a reply or an event. */
function settle(
  pending: Map<number, PromiseWithResolvers<Json>>,
  text: string,
  onEvent: (event: DevToolsEvent) => void,
): void {
  const { id, method, params, sessionId, result, error } = v.parse(Message, JSON.parse(text));
  const reply = id === undefined ? undefined : pending.get(id);
  if (id !== undefined) pending.delete(id);
  if (error !== undefined) reply?.reject(refused(error.message));
  else reply?.resolve(result);
  if (method !== undefined) onEvent({ method, params, session: sessionId });
}

function refused(reason: string): AuthError {
  return new AuthError("failed", `Cannot drive the browser: ${reason}`);
}
