/** Takes the lock of a path, says so, and holds it until it is killed. */
import { denoHost } from "../../lib/host_deno.ts";

const [path = ""] = Deno.args;
await using _lock = await denoHost().files.lock(path, { deadlineMillis: 5000 });
console.log("held");
await new Promise((resolve) => setTimeout(resolve, 60_000));
