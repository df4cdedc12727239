/** A fake browser: answers the DevTools protocol like Chromium, as far as the driver uses it. */
import type { BrowserProcess } from "../../lib/host.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the driver sent. */
export interface SentCall {
  readonly id: number;
  readonly method: string;
  readonly params: Json;
  readonly sessionId?: string;
}

export interface FakeBrowser extends BrowserProcess {
  readonly sent: SentCall[];
  /** Sends an event. */
  readonly emit: (method: string, params: Json, session?: string) => void;
  /** The browser has exited: closed by the user, or crashed. */
  readonly end: () => void;
  readonly disposed: boolean;
}

/** A non-empty reply to a call, or another effect. */
export type Behaviour = (
  call: SentCall,
  browser: FakeBrowser,
) => Json | { readonly error: { readonly message: string } } | "silent" | undefined;

export const PAGE = { targetId: "T1", type: "page", title: "", url: "about:blank" };

/** Starts with one page, attached on demand; `behave` adds the rest. */
export function fakeBrowser(behave: Behaviour): FakeBrowser {
  const messages: string[] = [];
  const state = { ended: false, disposed: false, wake: Promise.withResolvers<void>() };
  const wake = () => {
    state.wake.resolve();
    state.wake = Promise.withResolvers();
  };
  const push = (message: Json) => {
    messages.push(JSON.stringify(message));
    wake();
  };
  const browser: FakeBrowser = {
    sent: [],
    emit: (method, params, session) =>
      push({ method, params, ...(session === undefined ? {} : { sessionId: session }) }),
    end: () => {
      state.ended = true;
      wake();
    },
    send: (text) => {
      const call: SentCall = JSON.parse(text);
      browser.sent.push(call);
      if (call.method === "Target.setDiscoverTargets") {
        browser.emit("Target.targetCreated", { targetInfo: PAGE });
      }
      if (call.method === "Target.setAutoAttach" && call.sessionId === undefined) {
        browser.emit("Target.attachedToTarget", { sessionId: "S1", targetInfo: PAGE });
      }
      if (call.method === "Browser.close") browser.end();
      const reply = behave(call, browser);
      if (reply === "silent") return;
      const usual = call.method === "Storage.getCookies" ? { cookies: [] } : {};
      push({
        id: call.id,
        ...(reply !== undefined && "error" in reply ? reply : { result: reply ?? usual }),
      });
    },
    receive: async () => {
      while (messages.length === 0 && !state.ended) await state.wake.promise;
      return messages.shift();
    },
    get disposed() {
      return state.disposed;
    },
    [Symbol.asyncDispose]: () => {
      state.disposed = true;
      browser.end();
      return Promise.resolve();
    },
  };
  return browser;
}
