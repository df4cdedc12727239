import assert from "node:assert/strict";
import fc from "fast-check";
import { isAuthError } from "../../lib/errors.ts";
import { parseIni, sectionsOf } from "../../lib/files/ini.ts";
import { printIni, removeSection, setSection } from "../../lib/files/ini_edit.ts";

const parse = (text: string) => parseIni(text, "/x/credentials");
const read = (text: string) =>
  sectionsOf(parse(text)).map(({ name, notes, values }) => ({
    name,
    notes,
    values: Object.fromEntries(values),
  }));
const edit = (
  text: string,
  section: string,
  values: Record<string, string | undefined>,
  notes: string[] = [],
) => printIni(setSection(parse(text), section, { notes, values }));
const remove = (text: string, section: string) => printIni(removeSection(parse(text), section));

const FOREIGN = `# a file of somebody
; with comments

[theirs]
aws_access_key_id=AKIDEXAMPLE
aws_secret_access_key   =  a;b#c = d
s3 =
    max_concurrent_requests = 20
    addressing_style = path
; atmos: is ours only above a header

[ profile   odd ]   ; said after it
Region = us-east-1
region = eu-west-1
`;

Deno.test("sectionsOf() reads values with ; and #, keys in any case, and our comments above a header", () => {
  assert.deepEqual(read(`${FOREIGN}; theirs\n; atmos: a=1\n;atmos: b=2\n[ours]\nkey = v\n`), [
    {
      name: "theirs",
      notes: [],
      values: { aws_access_key_id: "AKIDEXAMPLE", aws_secret_access_key: "a;b#c = d", s3: "" },
    },
    { name: "profile odd", notes: [], values: { region: "eu-west-1" } },
    { name: "ours", notes: ["a=1", "b=2"], values: { key: "v" } },
  ]);
});

Deno.test("a comment of ours counts only directly above its header", () => {
  assert.deepEqual(read("; atmos: a=1\n\n[x]\n")[0]?.notes, []);
  assert.deepEqual(read("; atmos: a=1\n; somebody's\n[x]\n")[0]?.notes, ["a=1"]);
});

Deno.test("parseIni() refuses what is no INI file and names the line", () => {
  for (
    const [text, line] of [
      ["{\n", 1],
      ["key = value\n[x]\n", 1],
      ["[x]\nkey\n", 2],
      ["[x\n", 1],
      ["[]\n", 1],
      ["[x] y\n", 1],
      ["[x]\na = \x00\n", 2],
      ["[x]\r[y]\n", 1],
      ["\n\n= v\n", 3],
    ] as const
  ) {
    assert.throws(() => parse(text), (error) => {
      assert.ok(isAuthError(error, "file-failed"), text);
      assert.deepEqual(error.at, { file: "/x/credentials", line, column: 1 });
      return true;
    });
  }
});

Deno.test("setSection() appends a section behind an empty line, with the file's own line endings", () => {
  assert.equal(edit("", "a", { k: "v" }, ["x=1"]), "; atmos: x=1\n[a]\nk = v\n");
  assert.equal(edit("[b]\nk=1", "a", { k: "v" }), "[b]\nk=1\n\n[a]\nk = v\n");
  assert.equal(
    edit("[b]\r\nk=1\r\n", "a", { k: "v" }, ["x=1"]),
    "[b]\r\nk=1\r\n\r\n; atmos: x=1\r\n[a]\r\nk = v\r\n",
  );
});

Deno.test("setSection() changes only the values it is given, in their place and with their spacing", () => {
  assert.equal(
    edit("[a]\n# mine\nK1=old\noutput =  json  \nk2\t= x\n\tmore\nk3 = y\n\n[b]\nk1 = b\n", "a", {
      k1: "new",
      k2: "z",
      k3: undefined,
      k4: "added",
    }),
    "[a]\n# mine\nK1=new\noutput =  json  \nk2\t= z\nk4 = added\n\n[b]\nk1 = b\n",
  );
  assert.equal(edit("[a]\nk=1\nk=2\n", "a", { k: "3" }), "[a]\nk=3\n");
  assert.equal(edit("[a]\r\nk= 1\r\n", "a", { k: "2" }), "[a]\r\nk= 2\r\n");
});

Deno.test("setSection() replaces our comments and keeps those of others", () => {
  assert.equal(
    edit("; theirs\n; atmos: old=1\n; theirs too\n[a]\nk = v\n", "a", {}, ["new=1"]),
    "; theirs\n; theirs too\n; atmos: new=1\n[a]\nk = v\n",
  );
});

Deno.test("setSection() refuses values that would be read back as something else, without showing them", () => {
  for (
    const value of [
      "not-a-real-secret\n[evil]",
      "not-a-real-secret\0",
      " not-a-real-secret",
      "not-a-real-secret\t",
    ]
  ) {
    assert.throws(() => edit("", "a", { aws_secret_access_key: value }), (error) => {
      assert.ok(isAuthError(error, "failed"));
      assert.ok(
        error.message.includes("aws_secret_access_key") && !error.message.includes("not-a-real-secret"),
      );
      return true;
    });
    assert.throws(
      () => edit("[a]\naws_secret_access_key=x\n", "a", { aws_secret_access_key: value }),
      isAuthError,
    );
  }
  assert.throws(() => edit("", "a", {}, ["x\n[evil]"]), (error) => isAuthError(error, "failed"));
  for (const section of ["", "a]b", "a\nb", "a  b", " a"]) {
    assert.throws(() => edit("", section, {}), TypeError);
  }
  assert.throws(() => edit("", "a", { "k=": "v" }), TypeError);
});

Deno.test("removeSection() takes the section, our comments above it and the empty lines behind it", () => {
  assert.equal(
    remove("; theirs\n; atmos: x=1\n[a]\nk = v\n m\n\n; of b\n[b]\nk = 1\n", "a"),
    "; theirs\n; of b\n[b]\nk = 1\n",
  );
  assert.equal(remove("[b]\nk = 1\n", "a"), "[b]\nk = 1\n");
  assert.equal(remove("[a]\nk = 1\n\n[b]\n\n[a]\nk = 2", "a"), "[b]\n\n");
});

const word = fc.stringMatching(/^[a-z0-9_]{1,6}$/);
const value = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) =>
  text.replaceAll(/\p{Cc}/gu, "").trim()
);
const ending = fc.constantFrom("\n", "\r\n");
const gap = fc.constantFrom("", " ", "\t", "  ");
const lines = fc.oneof(
  fc.tuple(gap, word, gap, value).map(([a, key, b, text]) => `${key}${a}=${b}${text}`),
  fc.tuple(gap, fc.constantFrom(";", "#"), value).map(([indent, mark, text]) => `${indent}${mark}${text}`),
  gap,
  fc.tuple(gap, word).map(([a, name]) => `[${a}${name}]`),
  fc.constant("[other]"),
);
const file = fc.tuple(ending, fc.array(lines, { maxLength: 12 }), fc.boolean()).map(([end, all, ended]) =>
  ["[first]", ...all].join(end) + (ended ? end : "")
);

Deno.test("printIni(parseIni(text)) is the text, for every text that is an INI file", () => {
  fc.assert(fc.property(file, (text) => assert.equal(printIni(parse(text)), text)));
  assert.equal(printIni(parse(FOREIGN)), FOREIGN);
  assert.equal(printIni(parse(`\ufeff${FOREIGN}`)), `\ufeff${FOREIGN}`);
});

Deno.test("setSection() is read back, whatever the value, and leaves every other line as it was", () => {
  fc.assert(fc.property(file, fc.dictionary(word, value, { minKeys: 1, maxKeys: 3 }), (text, values) => {
    const edited = edit(text, "atmos-section", values, ["chain=00"]);
    const found = read(edited).find(({ name }) => name === "atmos-section");
    assert.deepEqual(found, { name: "atmos-section", notes: ["chain=00"], values: { ...values } });
    assert.ok(edited.startsWith(text));
    assert.equal(edit(edited, "atmos-section", values, ["chain=00"]), edited);
    assert.deepEqual(read(edited).slice(0, -1), read(text));
  }));
});

Deno.test("removeSection() undoes setSection(), but for line ends at the end of the file", () => {
  fc.assert(fc.property(file, fc.dictionary(word, value), (text, values) => {
    const back = remove(edit(text, "atmos-section", values, ["chain=00"]), "atmos-section");
    assert.equal(back.replace(/[\r\n]+$/, ""), text.replace(/[\r\n]+$/, ""));
  }));
});
