import assert from "node:assert/strict";
import { Command } from "commander";
import fc from "fast-check";
import { joinGiven, readFlags, splitWords } from "../../lib/cli/line/args.ts";
import { choice, optionalText, optionalTexts, text, texts, toggle } from "../../lib/cli/line/flags.ts";
import { isAuthError } from "../../lib/errors.ts";

const FLAGS = {
  identity: optionalText("NAME", "", { short: "i" }),
  format: choice(["bash", "json"], "FORMAT", "", { short: "f", variable: "ATMOS_AUTH_ENV_FORMAT" }),
  outputFile: text("FILE", "", { short: "o", also: ["out"] }),
  verbose: toggle("", { short: "v" }),
  force: toggle(""),
  tags: texts("TAG", ""),
  providers: optionalTexts("NAME", ""),
};

const NO_ENV = () => undefined;

function read(...argv: readonly string[]) {
  const words = splitWords(argv, FLAGS, false);
  return { ...readFlags(FLAGS, words.given, NO_ENV), operands: words.operands, rest: words.rest };
}

function usageError(argv: readonly string[]): string {
  try {
    read(...argv);
  } catch (error) {
    assert.ok(isAuthError(error, "usage"));
    return [error.message, ...error.hints].join(" | ");
  }
  return "";
}

Deno.test("every form of --identity is read", () => {
  for (
    const [argv, expected] of [
      [["--identity", "prod"], "prod"],
      [["--identity=prod"], "prod"],
      [["-i", "prod"], "prod"],
      [["-iprod"], "prod"],
      [["-i=prod"], "prod"],
      [["--identity"], true],
      [["-i"], true],
      [["--identity="], ""],
      [["--identity", "--verbose"], true],
      [["-i", "-v"], true],
      [["-vi", "prod"], "prod"],
      [["--identity", "a", "-i", "b"], "b"],
      [["--identity=false"], "false"],
      [[], undefined],
    ] as const
  ) assert.equal(read(...argv).identity, expected, argv.join(" "));
});

Deno.test("words behind -- are never touched", () => {
  const words = read("--identity", "--", "kubectl", "exec", "-i", "pod", "--", "--identity", "x");
  assert.equal(words.identity, true);
  assert.deepEqual(words.rest, ["kubectl", "exec", "-i", "pod", "--", "--identity", "x"]);
  assert.deepEqual(words.operands, []);
});

Deno.test("-- alone gives no words, its absence none at all", () => {
  assert.deepEqual(read("--").rest, []);
  assert.equal(read().rest, undefined);
});

Deno.test("switches can be set with =, in the words of Atmos", () => {
  assert.equal(read("--force").force, true);
  assert.equal(read("--force=false").force, false);
  assert.equal(read("--force=OFF").force, false);
  assert.equal(read("--force=yes").force, true);
  assert.equal(read().force, undefined);
  assert.match(usageError(["--force=perhaps"]), /--force.*"perhaps"/);
});

Deno.test("lists are split at commas and may be given repeatedly", () => {
  assert.deepEqual(read("--tags", "a,b", "--tags=c, d").tags, ["a", "b", "c", "d"]);
  assert.deepEqual(read("--providers").providers, []);
  assert.deepEqual(read("--providers=").providers, []);
  assert.deepEqual(read("--providers", "a").providers, ["a"]);
  assert.equal(read().providers, undefined);
});

Deno.test("an unknown flag is refused with the nearest one", () => {
  assert.equal(usageError(["--identty", "x"]), 'Unknown flag "--identty" | Did you mean "--identity"?');
  assert.equal(usageError(["-x"]), 'Unknown flag "-x"');
});

Deno.test("a flag that needs a value does not take -- or the end for one", () => {
  assert.match(usageError(["--output-file"]), /--output-file: it needs a value, FILE/);
  assert.match(usageError(["-o", "--", "x"]), /-o: it needs a value/);
});

Deno.test("a word that is none of the choices is refused with the nearest", () => {
  assert.match(usageError(["-f", "jsn"]), /"jsn" is not one of bash, json \| Did you mean "json"\?/);
  assert.equal(read("--format", "JSON").format, "json");
});

Deno.test("a variable stands in for a flag that is not given, and is named when it is wrong", () => {
  const withEnv = (value: string, ...argv: readonly string[]) =>
    readFlags(
      FLAGS,
      splitWords(argv, FLAGS, false).given,
      (name) => name === "ATMOS_AUTH_ENV_FORMAT" ? value : undefined,
    )
      .format;
  assert.equal(withEnv("json"), "json");
  assert.equal(withEnv("json", "-f", "bash"), "bash");
  assert.equal(withEnv(""), undefined);
  assert.throws(
    () => withEnv("xml"),
    (error) => isAuthError(error, "usage") && error.message.includes("ATMOS_AUTH_ENV_FORMAT"),
  );
});

Deno.test("reading stops at the first operand when asked to", () => {
  const words = splitWords(["-v", "auth", "--bogus"], FLAGS, true);
  assert.deepEqual(words.left, ["auth", "--bogus"]);
  assert.deepEqual([...words.given], [["verbose", [true]]]);
});

Deno.test("joinGiven() keeps the order, so that the later one counts", () => {
  const joined = joinGiven(new Map([["identity", ["a"]]]), new Map([["identity", ["b"]], ["force", [true]]]));
  assert.deepEqual([...joined], [["identity", ["a", "b"]], ["force", [true]]]);
});

/** What commander makes of the same words: a second opinion by people who never saw our reader. */
function commandersOpinion(argv: readonly string[]) {
  const seen: { options?: Record<string, unknown>; rest?: readonly string[]; failed?: true } = {};
  const separator = argv.indexOf("--");
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} })
    .option("-i, --identity [name]").option("-f, --format <format>").option("-o, --output-file <file>")
    .option("-v, --verbose").option("--force").helpOption(false).allowExcessArguments()
    .argument("[words...]").action((words: string[], options) => {
      seen.options = options;
      seen.rest = separator < 0 ? words : words.slice(words.length - (argv.length - separator - 1));
    });
  try {
    program.parse([...argv], { from: "user" });
  } catch {
    return { failed: true } as const;
  }
  return seen;
}

Deno.test("commander reads the same out of any words that both of us take", () => {
  const word = fc.constantFrom(
    "--identity",
    "--identity=",
    "--identity=x",
    "-i",
    "-iname",
    "--format",
    "--format=json",
    "-f",
    "json",
    "-fjson",
    "-o",
    "--output-file",
    "--output-file=a=b",
    "-v",
    "-vi",
    "-viname",
    "--verbose",
    "--force",
    "--",
    "name",
    "a,b",
    "--nope",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 7 }), (argv) => {
      // Commander takes -- for a value; for us what stands behind -- is never touched, whatever stands before it.
      fc.pre(
        !argv.some((word, at) =>
          word === "--" && ["--format", "-f", "-o", "--output-file"].includes(argv[at - 1] ?? "")
        ),
      );
      const theirs = commandersOpinion(argv);
      const ours = (() => {
        try {
          const words = splitWords(argv, FLAGS, false);
          const values = Object.fromEntries([...words.given].map(([key, given]) => [key, given.at(-1)]));
          return { values, rest: words.rest ?? words.operands };
        } catch {
          return undefined;
        }
      })();
      assert.equal(ours === undefined, "failed" in theirs, "one of us refuses");
      if (ours === undefined || "failed" in theirs) return;
      assert.deepEqual(ours.values, theirs.options);
      assert.deepEqual(ours.rest, theirs.rest);
    }),
    { numRuns: 2000 },
  );
});
