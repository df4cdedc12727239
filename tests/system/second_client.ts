/** A second DevTools client of a browser that a test has started with a port as well: the person at the page. */
import { isAuthError } from "../../lib/errors.ts";
import { type DevTools, devTools } from "../../lib/saml/devtools.ts";
import { eventually } from "./waiting.ts";

/** The browser's first page. */
export interface Person {
  /** Runs a script until it is true. */
  until(script: string): Promise<void>;
  /** Closes the page. */
  close(): Promise<void>;
  /** Goes away; the browser stays. */
  leave(): void;
}

/** Waits for the browser of a profile to be there. */
export async function atPage(profile: string): Promise<Person> {
  const socket = new WebSocket(await addressOf(profile));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const tools = client(socket);
  const target = await eventually(async () => {
    const { targetInfos } = await tools.call("Target.getTargets");
    return pageIn(targetInfos);
  });
  const { sessionId } = await tools.call("Target.attachToTarget", { targetId: target, flatten: true });
  const session = String(sessionId);
  return {
    until: async (script) => {
      const expression = { expression: script, userGesture: true };
      await eventually(async () => {
        // What the script sets off may close the browser before it answers.
        const { result } = await tools.call("Runtime.evaluate", expression, session).catch(goneIsDone);
        return isTrue(result) || undefined;
      });
    },
    close: async () => {
      await tools.call("Target.closeTarget", { targetId: target });
      socket.close();
    },
    leave: () => socket.close(),
  };
}

function addressOf(profile: string): Promise<string> {
  return eventually(async () => {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch((cause) => {
      if (cause instanceof Deno.errors.NotFound) return "";
      throw cause;
    });
    const [port = "", path = ""] = text.split("\n");
    return path === "" ? undefined : `ws://127.0.0.1:${port}${path}`;
  });
}

function client(socket: WebSocket): DevTools {
  const messages: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const wake = () => {
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  socket.addEventListener("message", ({ data }) => {
    messages.push(String(data));
    wake();
  });
  socket.addEventListener("close", wake);
  const tools = devTools({
    send: (message) => socket.send(message),
    receive: async () => {
      while (messages.length === 0 && socket.readyState < WebSocket.CLOSING) await arrived.promise;
      return messages.shift();
    },
  });
  tools.listen(() => {}, () => {});
  return tools;
}

function pageIn(targets: unknown): string | undefined {
  const infos: unknown[] = Array.isArray(targets) ? targets : [];
  for (const info of infos) {
    if (typeof info !== "object" || info === null || !("type" in info) || info.type !== "page") continue;
    if ("targetId" in info && typeof info.targetId === "string") return info.targetId;
  }
  return undefined;
}

function goneIsDone(error: unknown): { result: { value: boolean } } {
  if (isAuthError(error, "failed")) return { result: { value: true } };
  throw error;
}

const isTrue = (result: unknown) =>
  typeof result === "object" && result !== null && "value" in result && result.value === true;
