/**
 * Opens the user's browser without a shell: a URL with `&` or `;` is an argument like any other.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { softVariable } from "./grants.ts";
import { spawnChild } from "./spawning.ts";

type Surroundings = Pick<Host, "os" | "env">;

/** Commands that open a page, the preferred first; none on a system without a display. */
export function browserCommands({ os, env }: Surroundings, url: string): readonly (readonly string[])[] {
  const chosen = (env("BROWSER") ?? "").split(os === "windows" ? ";" : ":").flatMap((words) =>
    chosenCommand(words, url)
  );
  return [...chosen, ...platformCommands(os, env, url)];
}

/** Parses `BROWSER`, where `%s` stands for the page; without it the page is the last argument. */
function chosenCommand(words: string, url: string): readonly (readonly string[])[] {
  const command = words.trim().split(/\s+/);
  if (command[0] === "") return [];
  return [words.includes("%s") ? command.map((word) => word.replaceAll("%s", () => url)) : [...command, url]];
}

function platformCommands(os: Host["os"], env: Host["env"], url: string): readonly (readonly string[])[] {
  if (os === "darwin") return [["open", url]];
  if (os === "windows") return [["rundll32", "url.dll,FileProtocolHandler", url]];
  const isSet = (name: string) => (env(name) ?? "") !== "";
  if (isSet("WSL_DISTRO_NAME")) {
    return [["wslview", url], ["rundll32.exe", "url.dll,FileProtocolHandler", url]];
  }
  return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") ? [["xdg-open", url]] : [];
}

/** `Host.openUrl`. */
export function browserOpener(host: Surroundings): Host["openUrl"] {
  return (url, withheld = []) => {
    const isPage = url.protocol === "https:" || url.protocol === "http:";
    const commands = isPage ? browserCommands(host, url.href) : [];
    return Promise.resolve(commands.some((command) => starts(command, withheld)));
  };
}

/** Starts a program that outlives us and does not use our terminal. */
function starts([program = "", ...args]: readonly string[], withheld: readonly string[]): boolean {
  try {
    const child = spawnChild(program, { set: {}, unset: [], withheld }, softVariable, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // Its own process group (Deno 2.9): our Ctrl-C does not close the browser.
      detached: true,
    });
    child.unref();
    return true;
  } catch (error) {
    // Missing, or not granted: the user still sees the page's address.
    if (error instanceof Error) return false;
    throw error;
  }
}
