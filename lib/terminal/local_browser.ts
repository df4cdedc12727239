/**
 * Whether a page opened here shows on the screen of the person who asked for it.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { isCi } from "../ci.ts";

const SSH_VARIABLES = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"] as const;
/** Set by container runtimes, orchestrators and remote workspaces. */
const CONTAINER_VARIABLES = [
  "container",
  "KUBERNETES_SERVICE_HOST",
  "REMOTE_CONTAINERS",
  "CODESPACES",
  "GITPOD_WORKSPACE_ID",
  "CLOUD_SHELL",
] as const;
/** Made by Docker and Podman in every container. */
const CONTAINER_FILES = ["/.dockerenv", "/run/.containerenv"] as const;

const isSet = (env: Host["env"]) => (name: string): boolean => (env(name) ?? "") !== "";

/** Whether the person sits at another machine. */
export function isRemote(env: Host["env"]): boolean {
  return SSH_VARIABLES.some(isSet(env));
}

/**
 * Whether a browser of this machine can come back to a port of ours: not over SSH, not from within a container or a
 * CI job, and only where something can show a page.
 */
export async function hasLocalBrowser(host: Pick<Host, "env" | "os" | "files">): Promise<boolean> {
  const set = isSet(host.env);
  if (isRemote(host.env) || isCi(host.env) || CONTAINER_VARIABLES.some(set)) return false;
  if (host.os !== "linux") return true;
  if (!["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER"].some(set)) return false;
  for (const path of CONTAINER_FILES) {
    if (await host.files.status(path) !== undefined) return false;
  }
  return true;
}
