/**
 * Runs the tests and ends with the line that says how many: `N passed, N failed, N skipped`. Arguments go to
 * `deno test`; without any, everything below tests/ runs. Skipped tests are listed by name, with their reason.
 *
 * @module
 */

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

function count(junit: string): Count {
  const cases = [...junit.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)];
  const isStep = (attributes: string) => /classname="[^"]* &gt; |name="[^"]* &gt; /.test(attributes);
  const own = cases.filter(([, attributes]) => !isStep(attributes ?? ""));
  const skipped = own.filter(([, , body]) => body?.includes("<skipped"));
  const failed = own.filter(([, , body]) => body?.includes("<failure") || body?.includes("<error"));
  return {
    passed: own.length - skipped.length - failed.length,
    failed: failed.length,
    skipped: skipped.map(([, attributes]) =>
      unescapeXml(/\bname="([^"]*)"/.exec(attributes ?? "")?.[1] ?? "")
    ),
  };
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => entities[name] ?? whole);
}

const PERMISSIONS = ["--allow-all", "--no-prompt"];
const STRICT = ["--sanitize-ops", "--sanitize-resources"];

async function main(args: readonly string[]): Promise<number> {
  const report = await Deno.makeTempFile({ prefix: "atmos-tests-", suffix: ".xml" });
  try {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--quiet",
        "--no-check",
        "--parallel",
        ...PERMISSIONS,
        ...STRICT,
        `--junit-path=${report}`,
        ...(args.length > 0 ? args : ["tests/"]),
      ],
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    const { passed, failed, skipped } = count(await Deno.readTextFile(report));
    for (const name of skipped) console.log(`skipped: ${name}`);
    // A file that cannot even be loaded fails the run without a test case of its own.
    const broken = code !== 0 && failed === 0 ? 1 : 0;
    console.log(`${passed} passed, ${failed + broken} failed, ${skipped.length} skipped`);
    return code;
  } finally {
    await Deno.remove(report);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));

export { count };
