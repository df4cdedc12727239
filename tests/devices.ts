/** Devices and pipes in a test's own directory: never the machine's. */
import assert from "node:assert/strict";

/** `mknod`'s words for a device that swallows everything. */
export const NULL_DEVICE = ["c", "1", "3"] as const;
/** `mknod`'s words for a device that is always full. */
export const FULL_DEVICE = ["c", "1", "7"] as const;

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args: [...args],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether devices can be made here, and work: not without the right to, nor where the file system has none. */
export async function canMakeDevices(): Promise<boolean> {
  const root = await Deno.makeTempDir({ prefix: "atmos-devices-" });
  try {
    if (!await succeeds("mknod", [`${root}/null`, ...NULL_DEVICE])) return false;
    await Deno.writeTextFile(`${root}/null`, "x");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

export async function makeDevice(path: string, device: readonly string[]): Promise<void> {
  assert.ok(await succeeds("mknod", [path, ...device]), `no device ${path}`);
  await Deno.chmod(path, 0o666);
}

export async function makePipe(path: string): Promise<void> {
  assert.ok(await succeeds("mkfifo", ["-m", "644", path]), `no pipe ${path}`);
}
