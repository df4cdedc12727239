import assert from "node:assert/strict";
import * as fc from "fast-check";
import { processLine, profilesText } from "../../lib/output/process_profile.ts";

const CONTROL = /\p{Cc}/u;
const word = fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => !CONTROL.test(text));
const tricky = fc.string({
  unit: fc.constantFrom(..."'\"\\ \u00a0#;$`~*?![]{}()<>|&=%é日a-/.:@,^"),
  maxLength: 12,
});
const words = fc.array(fc.oneof(word, tricky), { minLength: 1, maxLength: 40 });

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(program, { args: [...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function has(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["-c", ""], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: "processLine() is taken apart into the same words by a shell, as the Go, Java and JavaScript SDKs do",
  ignore: Deno.build.os === "windows",
  fn: () =>
    fc.assert(
      fc.asyncProperty(words, async (given) => {
        const line = processLine("linux", given) ?? assert.fail();
        const said = await output("sh", ["-c", `for word in ${line}; do printf '%s\\n' "$word"; done`]);
        assert.deepEqual(said.split("\n").slice(0, -1), given);
      }),
      { numRuns: 60 },
    ),
});

Deno.test({
  name: "processLine() is taken apart into the same words by Python's shlex, as botocore does",
  ignore: !await has("python3"),
  fn: () =>
    fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 5, maxLength: 20 }), async (given) => {
        const lines = given.map((each) => processLine("linux", each) ?? assert.fail());
        const program =
          "import json, shlex, sys; print(json.dumps([shlex.split(line) for line in sys.argv[1:]]))";
        assert.deepEqual(JSON.parse(await output("python3", ["-c", program, ...lines])), given);
      }),
      { numRuns: 10 },
    ),
});

Deno.test("processLine() writes words for Windows without a quote, or not at all", () => {
  const given = ["C:\\Tools\\atmos.exe", "auth", "--chdir=C:\\work\\", "--config=C:/x/y.yaml"];
  assert.equal(processLine("windows", given), given.join(" "));
  for (const word of ["C:\\Program Files\\atmos.exe", "it's", "a&b", ""]) {
    assert.equal(processLine("windows", [word]), undefined);
  }
});

Deno.test("processLine() never stands between two quotes of one kind, which the Go SDK would strip", () => {
  const given = ["/opt/my tools/atmos", "auth", "--chdir=/work/my project"];
  assert.equal(processLine("linux", given), `""'/opt/my tools/atmos' auth '--chdir=/work/my project'`);
  fc.assert(fc.property(words, (given) => {
    assert.doesNotMatch(processLine("linux", given) ?? "", /^(?:'.*'|".*")$/s);
  }));
});

Deno.test("processLine() refuses what no line can hold", () => {
  assert.equal(processLine("linux", ["a\nb"]), undefined);
  assert.equal(processLine("linux", ["a\0b"]), undefined);
  assert.equal(processLine("windows", ['say "no"']), undefined);
  assert.equal(processLine("windows", ["%PATH%"]), undefined);
  assert.equal(processLine("windows", ["C:\\a #1"]), undefined);
  assert.equal(processLine("linux", ["%PATH%", 'say "yes"']), `%PATH% 'say "yes"'`);
});

/** What SDKs take for the beginning of a comment (smithy's parseIni, the Go SDK's trimPropertyComment). */
const COMMENT = /(?:^|\s)[;#]/;

Deno.test("processLine() holds nothing that an SDK takes for a comment", () =>
  fc.assert(fc.property(words, (given) => {
    assert.doesNotMatch(processLine("linux", given) ?? "", COMMENT);
  })));

Deno.test("profilesText() writes sections with a region where one is known, and no key", () => {
  assert.equal(
    profilesText([
      { name: "prod-admin", region: "us-east-1", process: "atmos auth credential-process" },
      { name: "default", region: undefined, process: "atmos" },
    ]),
    "[profile prod-admin]\nregion = us-east-1\ncredential_process = atmos auth credential-process\n\n" +
      "[default]\ncredential_process = atmos\n",
  );
});
