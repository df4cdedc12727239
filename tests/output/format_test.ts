import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { isAuthError } from "../../lib/errors.ts";
import { ENVIRONMENT_FORMATS, formatEnvironment, githubMasks } from "../../lib/output/format.ts";

const SEED = {
  AWS_ACCESS_KEY_ID: "AKIA...",
  AWS_SECRET_ACCESS_KEY: "...",
  AWS_SESSION_TOKEN: "...",
};

/** Text that every system can hold in a variable. */
const value = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."\"'`$\\!#;&|<>(){}[]*?~^%=\n\r\t "),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
})
  .filter((text) => !text.includes("\0"));
const environment = fc.dictionary(fc.stringMatching(/^ZZ[A-Za-z0-9_]{1,8}$/), value, {
  minKeys: 1,
  maxKeys: 4,
  noNullPrototype: true,
});

/** What a program gets in its environment after a shell evaluated a text. */
async function evaluated(
  shell: string,
  script: string,
  names: readonly string[],
): Promise<(string | null)[]> {
  const print = `Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(${
    JSON.stringify(names)
  }.map((n) => Deno.env.get(n) ?? null))))`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  const program = `${path}.print.ts`;
  try {
    await Deno.writeTextFile(path, script);
    await Deno.writeTextFile(program, print);
    const run = `. "${path}"; exec "${Deno.execPath()}" run -q --allow-env "${program}"`;
    const { stdout, stderr, code } = await new Deno.Command(shell, {
      args: ["-c", run],
      env: { INHERITED: "yes" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(path);
    await Deno.remove(program).catch(() => undefined);
  }
}

Deno.test("the three lines of the bash format are the seed's", () => {
  assert.equal(
    formatEnvironment("bash", { set: SEED, unset: [] }),
    'export AWS_ACCESS_KEY_ID="AKIA..."\nexport AWS_SECRET_ACCESS_KEY="..."\nexport AWS_SESSION_TOKEN="..."\n',
  );
});

Deno.test("the json format is the seed's", () => {
  assert.equal(
    formatEnvironment("json", { set: SEED, unset: ["AWS_PROFILE"] }),
    '{\n  "AWS_ACCESS_KEY_ID": "AKIA...",\n  "AWS_SECRET_ACCESS_KEY": "...",\n  "AWS_SESSION_TOKEN": "..."\n}\n',
  );
});

Deno.test("the dotenv format is the seed's", () => {
  assert.equal(
    formatEnvironment("dotenv", { set: SEED, unset: ["AWS_PROFILE"] }),
    "AWS_ACCESS_KEY_ID=AKIA...\nAWS_SECRET_ACCESS_KEY=...\nAWS_SESSION_TOKEN=...\n",
  );
});

for (const shell of ["bash", "sh"]) {
  Deno.test(`${shell} reads every value of the bash format back`, async () => {
    await fc.assert(
      fc.asyncProperty(environment, async (set) => {
        const names = Object.keys(set);
        const script = formatEnvironment("bash", { set, unset: ["INHERITED"] });
        assert.deepEqual(await evaluated(shell, script, [...names, "INHERITED"]), [
          ...Object.values(set),
          null,
        ]);
      }),
      { numRuns: 10 },
    );
  });
}

Deno.test("bash reads one value of every printable and control character back", async () => {
  const all = Array.from({ length: 255 }, (_, at) => String.fromCharCode(at + 1)).join("");
  assert.deepEqual(
    await evaluated("bash", formatEnvironment("bash", { set: { ZZ: all }, unset: [] }), ["ZZ"]),
    [all],
  );
});

Deno.test("eval without quotes, which makes one line of all, still sets and removes", async () => {
  const text = formatEnvironment("bash", { set: { ZZA: "a/b+c=", ZZB: "2" }, unset: ["INHERITED", "OTHER"] });
  const script = `eval $(cat <<'END'\n${text}END\n)\n`;
  assert.deepEqual(await evaluated("bash", script, ["ZZA", "ZZB", "INHERITED"]), ["a/b+c=", "2", null]);
});

Deno.test("a reader of dotenv files gets every value without backslashes and quotes back", () => {
  const plain = value.filter((text) => !/['"`\\\r$]/.test(text));
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^ZZ[A-Z]{1,4}$/), plain, { noNullPrototype: true }),
      (set) => {
        assert.deepEqual({ ...parseEnv(formatEnvironment("dotenv", { set, unset: [] })) }, set);
      },
    ),
  );
});

Deno.test("a shell reads every dotenv value without line breaks back", async () => {
  await fc.assert(
    fc.asyncProperty(value.filter((text) => !/[\r\n]/.test(text)), async (text) => {
      const script = `set -a\n${formatEnvironment("dotenv", { set: { ZZ: text }, unset: [] })}`;
      assert.deepEqual(await evaluated("bash", script, ["ZZ"]), [text]);
    }),
    { numRuns: 10 },
  );
});

Deno.test("json reads back to exactly the variables", () => {
  fc.assert(fc.property(environment, (set) => {
    assert.deepEqual(JSON.parse(formatEnvironment("json", { set, unset: [] })), { ...set });
  }));
});

Deno.test("fish, powershell and cmd quote what their shells would read", () => {
  const edits = { set: { ZZ: "a'b\\c$d%e" }, unset: ["AWS_PROFILE"] };
  assert.equal(formatEnvironment("fish", edits), "set -gx ZZ 'a\\'b\\\\c$d%e'\nset -e AWS_PROFILE\n");
  assert.equal(
    formatEnvironment("powershell", edits),
    "$env:ZZ = 'a''b\\c$d%e'\nRemove-Item Env:AWS_PROFILE\n",
  );
  assert.equal(formatEnvironment("cmd", edits), 'set "ZZ=a\'b\\c$d%%e"\nset "AWS_PROFILE="\n');
});

Deno.test("github gets masks for the secrets and one line per variable", () => {
  const edits = { set: { ...SEED, AWS_REGION: "us-east-1" }, unset: [] };
  assert.equal(githubMasks(edits), "::add-mask::AKIA...\n::add-mask::...\n::add-mask::...\n");
  assert.equal(formatEnvironment("github", { set: { A: "1", B: "x y" }, unset: ["C"] }), "A=1\nB=x y\n");
});

Deno.test("a name that is not a variable's is refused in every format, for it could be a command", () => {
  for (const format of ENVIRONMENT_FORMATS) {
    for (const name of ["A;rm -rf x", "", "1A", "A B", "A=B", "A\nB", "Ä"]) {
      assert.throws(
        () => formatEnvironment(format, { set: { [name]: "x" }, unset: [] }),
        (error) => isAuthError(error, "config-invalid"),
        `${format} ${name}`,
      );
    }
  }
});

Deno.test("a line break is refused where it cannot be quoted", () => {
  for (const format of ["cmd", "github"] as const) {
    assert.throws(
      () => formatEnvironment(format, { set: { ZZ: "a\nb" }, unset: [] }),
      (error) => isAuthError(error, "config-invalid"),
    );
  }
});
