/** Takes the lock of a path, says so, and holds it until it is killed. */
import { denoHost } from "../../lib/host_deno.ts";

const [path = ""] = Deno.args;
await using _lock = await denoHost().files.lock(path, { deadlineMillis: 120_000 });
console.log("held");
await new Promise((resolve) => setTimeout(resolve, 600_000));
