import assert from "node:assert/strict";
import fc from "fast-check";
import {
  candidatesAt,
  isAboutStacks,
  type Names,
  type Place,
  withoutGlobals,
} from "../../lib/cli/line/complete_words.ts";
import { choice, text, texts, toggle } from "../../lib/cli/line/flags.ts";
import { GLOBAL_FLAGS } from "../../lib/cli/line/globals.ts";

const bare = (...values: readonly string[]) => values.map((value) => ({ value, description: "" }));
const NAMES: Names = {
  identities: bare("prod-admin", "Prod-Read", "dev"),
  providers: bare("my-sso"),
  tags: bare("prod", "dev", "core"),
  stacks: bare("acme-dev", "acme-prod"),
  components: bare("network/vpc", "app"),
};
const FLAGS = {
  ...GLOBAL_FLAGS,
  format: choice(["json", "yaml"], "FORMAT", "how", { short: "f" }),
  provider: text("NAME", "which"),
  tags: texts("TAG,...", "tags"),
  force: toggle("force"),
};
const at = (words: readonly string[], current: string, more: Partial<Place> = {}) =>
  candidatesAt(
    { path: ["auth"], flags: FLAGS, commands: [], words, word: undefined, ...more },
    current,
    NAMES,
  ).map((
    { value },
  ) => value);

Deno.test("candidatesAt() offers flags, and commands where there are any", () => {
  assert.deepEqual(at([], "--fo"), ["--force-color", "--force-tty", "--format", "--force"]);
  assert.deepEqual(at([], "", { commands: bare("login", "list") }), ["login", "list"]);
  assert.deepEqual(at([], "li", { commands: bare("login", "list") }), ["list"]);
  assert.ok(at([], "").includes("--format"));
  assert.deepEqual(at([], "x"), []);
});

Deno.test("candidatesAt() offers what a flag's value may be, however the two are written", () => {
  for (
    const [words, current, found] of [
      [["--format"], "", ["json", "yaml"]],
      [["-f"], "y", ["yaml"]],
      [["--provider"], "", ["my-sso"]],
      [["--identity"], "prod", ["prod-admin", "Prod-Read"]],
      [["-i"], "D", ["dev"]],
      [[], "--identity=de", ["--identity=dev"]],
      [[], "--format=", ["--format=json", "--format=yaml"]],
      [["--format"], "=", ["json", "yaml"]],
      [["--format", "="], "js", ["json"]],
      [["--logs-level"], "de", ["debug"]],
      [["--force", "="], "", ["true", "false"]],
      [["--config"], "", []],
    ] as const
  ) {
    assert.deepEqual(at(words, current), found, `${words.join(" ")} ${current}`);
  }
  assert.ok(at(["--identity"], "").includes("false"));
  assert.deepEqual(
    at(["--identity"], "--for"),
    ["--force-color", "--force-tty", "--format", "--force"].filter((name) => name.startsWith("--for")),
  );
});

Deno.test("candidatesAt() completes the last word of a list, and offers nothing twice", () => {
  assert.deepEqual(at(["--tags"], "prod,"), ["prod,dev", "prod,core"]);
  assert.deepEqual(at([], "--tags=prod,d"), ["--tags=prod,dev"]);
});

Deno.test("candidatesAt() offers names where a command takes one, once, and nothing behind two hyphens", () => {
  assert.deepEqual(at(["--force"], "d", { word: "[NAME]" }), ["dev"]);
  assert.deepEqual(at(["dev"], "p", { word: "[NAME]" }), []);
  assert.deepEqual(at([], "z", { word: "bash|zsh|fish|powershell" }), ["zsh"]);
  assert.deepEqual(at(["--", "terraform"], "--for"), []);
});

Deno.test("candidatesAt() only offers what goes on with what is typed", () => {
  const word = fc.constantFrom("--identity", "-i", "--tags", "=", "--", "dev", "--format", "x");
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), fc.stringMatching(/^[a-z,=-]{0,6}$/), (words, current) => {
      const typed = current === "=" ? "" : current;
      assert.ok(at(words, current).every((value) => value.toLowerCase().startsWith(typed.toLowerCase())));
    }),
  );
});

Deno.test("withoutGlobals() finds the command behind global flags and their values", () => {
  for (
    const [words, left] of [
      [["-C", "dir", "auth"], ["auth"]],
      [["--verbose", "--config=x", "-i", "dev", "auth", "-i"], ["auth", "-i"]],
      [["-i"], ["-i"]],
      [["--chdir"], ["--chdir"]],
      [["-i", "--verbose", "auth"], ["auth"]],
      [[], []],
    ] as const
  ) assert.deepEqual(withoutGlobals(words), left, words.join(" "));
});

const STACK_FLAGS = { ...FLAGS, stack: text("STACK", "which", { short: "s" }) };

Deno.test("candidatesAt() offers stacks behind --stack, and components where one may stand", () => {
  const describe = { path: ["describe", "component"], flags: STACK_FLAGS, word: "[COMPONENT]" };
  assert.deepEqual(at(["app", "-s"], "", describe), ["acme-dev", "acme-prod"]);
  assert.deepEqual(at([], "--stack=acme-p", describe), ["--stack=acme-prod"]);
  assert.deepEqual(at([], "n", describe), ["network/vpc"]);
  assert.deepEqual(at(["-s", "acme-dev"], "a", describe), ["app"]);
  assert.deepEqual(at(["app"], "a", describe), []);
});

Deno.test("candidatesAt() offers a program's commands, then those below one, then components", () => {
  const terraform = { path: ["terraform"], flags: STACK_FLAGS, word: "COMMAND COMPONENT -s STACK" };
  assert.deepEqual(at([], "pl", terraform), ["plan"]);
  assert.deepEqual(at(["plan"], "", terraform), ["network/vpc", "app"]);
  assert.deepEqual(at(["-s", "acme-dev", "plan", "-var", "x=y"], "ap", terraform), ["app"]);
  assert.deepEqual(at(["state"], "l", terraform), ["list"]);
  assert.deepEqual(at(["state"], "n", terraform), ["network/vpc"]);
  assert.deepEqual(at(["state", "list"], "", terraform), ["network/vpc", "app"]);
  assert.deepEqual(at(["plan", "app"], "ap", terraform), []);
  assert.deepEqual(at(["plan", "app", "--"], "ap", terraform), []);
  assert.deepEqual(at([], "bu", { ...terraform, path: ["packer"] }), ["build"]);
});

Deno.test("isAboutStacks() is true only where a stack or a component may stand", () => {
  const terraform = { flags: STACK_FLAGS, commands: [], word: "COMMAND COMPONENT -s STACK" };
  const about = (words: readonly string[], current: string, path = ["terraform"]) =>
    isAboutStacks({ ...terraform, path, words }, current);
  assert.deepEqual([about(["plan"], ""), about([], ""), about(["plan", "app"], "x")], [true, false, false]);
  assert.deepEqual([about(["plan"], "--"), about(["--identity"], "p"), about(["plan", "-s"], "a")], [
    false,
    false,
    true,
  ]);
  assert.equal(about([], "x", ["auth", "logout"]), false);
});
