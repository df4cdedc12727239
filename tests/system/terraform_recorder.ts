/**
 * A stand-in for Terraform, OpenTofu, Helmfile and Packer: adds what it was given to the file that `RECORD_FILE`
 * names, as a line of JSON, and makes the plan that it is told to save. `RECORD_EXIT` holds exit codes by command:
 * `plan=2`.
 *
 * @module
 */
const [program = "", ...args] = Deno.args;
const environment = Deno.env.toObject();
const files: Record<string, string> = {};
for await (const { name, isFile } of Deno.readDir(".")) {
  if (isFile) files[name] = await Deno.readTextFile(name);
}
const record = { program, args, directory: Deno.cwd(), files, environment };
await Deno.writeTextFile(environment["RECORD_FILE"] ?? "", `${JSON.stringify(record)}\n`, { append: true });
const out = args.indexOf("-out");
if (out >= 0) await Deno.writeTextFile(args[out + 1] ?? "", "a plan\n");
console.log(`${program} ${args[0]} says this`);
const exits = (environment["RECORD_EXIT"] ?? "").split(",").map((pair) => pair.split("="));
Deno.exit(Number(exits.find(([command]) => args.join(" ").startsWith(command ?? ""))?.[1] ?? 0));
