/**
 * A client of the DevTools protocol: calls with replies, and events in order.
 *
 * @module
 */
import * as v from "valibot";
import { AuthError } from "../errors.ts";
import type { BrowserProcess } from "../host.ts";

/** A JSON object with unchecked members. */
export type Json = Readonly<Record<string, unknown>>;

/** An event from the browser; `session` is the page it belongs to. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: Json;
  readonly session: string | undefined;
}

/** An open connection. */
export interface DevTools {
  /** @throws AuthError `failed` when the browser refuses, or exits before it replies */
  readonly call: (method: string, params?: Json, session?: string) => Promise<Json>;
  /** Sends without awaiting a reply: the page may close meanwhile. */
  readonly post: (method: string, params?: Json, session?: string) => void;
  /**
   * Reads until the browser exits. Calls `onGone` before pending calls fail. An error of `onEvent` ends it.
   */
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

/** Connects to a browser; reads nothing before `listen`. */
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

/** Handles one message: a reply or an event. */
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
