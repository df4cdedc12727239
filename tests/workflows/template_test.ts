import assert from "node:assert/strict";
import fc from "fast-check";
import { fillTemplate } from "../../lib/workflows/template.ts";
import type { Members, Value } from "../../lib/workflows/template_value.ts";

const DATA: Members = new Map<string, Value>([
  ["Arguments", new Map<string, Value>([["component", "vpc"], ["evil", "{{ .Flags.stack }}"]])],
  [
    "Flags",
    new Map<string, Value>([["stack", "dev"], ["dry-run", true], ["force", false], ["empty", ""], [
      "count",
      3,
    ]]),
  ],
  ["List", ["a", "b"]],
  ["Config", new Map<string, Value>([["vars", new Map<string, Value>([["z", "1"], ["a", "2"]])]])],
  ["env", { get: (name: string) => name === "HOME" ? "/home/ana" : "" }],
]);

const fill = (text: string) => {
  const outcome = fillTemplate(text, DATA);
  return "text" in outcome ? outcome.text : `refused: ${outcome.refused}`;
};

Deno.test("fillTemplate() puts values in by their names", () => {
  assert.equal(fill("plan {{ .Arguments.component }} -s {{.Flags.stack}}"), "plan vpc -s dev");
  assert.equal(fill("{{ .Flags.dry-run }} {{ .Flags.count }} {{ .env.HOME }}"), "true 3 /home/ana");
  assert.equal(
    fill('{{ index .Arguments "component" }} {{ index .List 1 }} {{ (index .Config "vars").z }}'),
    "vpc b 1",
  );
  assert.equal(fill("{{ .List }} {{ .Config.vars }}"), "[a b] map[a:2 z:1]");
  assert.equal(fill("no template at all {{"), "refused: an action is not closed: {{");
});

Deno.test("fillTemplate() never reads a value as a template", () => {
  assert.equal(fill("{{ .Arguments.evil }}"), "{{ .Flags.stack }}");
});

Deno.test("fillTemplate() chooses by if, else if and else", () => {
  assert.equal(fill("{{ if .Flags.dry-run }}DRY{{ else }}WET{{ end }}"), "DRY");
  assert.equal(fill("{{ if .Flags.force }}1{{ else if .Flags.empty }}2{{ else }}3{{ end }}"), "3");
  assert.equal(fill("a{{ if not .Flags.force }} b{{ if .List }} c{{ end }}{{ end }}"), "a b c");
  assert.equal(fill('{{ if and (eq .Flags.stack "dev" ) (gt .Flags.count 2) }}yes{{ end }}'), "yes");
  assert.equal(fill('{{ if or .Flags.force (ne .Flags.stack "dev") }}yes{{ end }}'), "");
});

Deno.test("fillTemplate() trims where a hyphen says so, and leaves comments out", () => {
  assert.equal(fill("a \n {{- /* note }} */ -}} \n b"), "ab");
  assert.equal(fill("a {{ .Flags.stack -}} \n b"), "a devb");
  assert.equal(fill("a\n{{- if .Flags.force }}\nx\n{{- end }}\nb"), "a\nb");
  assert.equal(fill("{{-3}}"), "-3");
});

Deno.test("fillTemplate() knows the functions that commands are made with", () => {
  assert.equal(fill('{{ .Flags.empty | default "eu" | upper | quote }}'), '"EU"');
  assert.equal(
    fill('{{ printf "%s-%03d-%t-%q%%" .Flags.stack .Flags.count true `x` }}'),
    'dev-003-true-"x"%',
  );
  assert.equal(
    fill('{{ replace "v" "w" .Arguments.component }} {{ join "," .List }} {{ len .List }}'),
    "wpc a,b 2",
  );
  assert.equal(
    fill('{{ ternary "a" "b" .Flags.force }} {{ coalesce .Flags.empty "c" }} {{ squote .Flags.stack }}'),
    "b c 'dev'",
  );
  assert.equal(fill('{{ if and nil "x" }}yes{{ else }}no{{ end }}'), "no");
});

Deno.test("fillTemplate() refuses by name what it does not know", () => {
  assert.equal(fill("{{ .Flags.stak }}"), 'refused: there is no .Flags.stak. Did you mean "stack"?');
  assert.equal(fill("{{ .Nothing }}"), "refused: there is no .Nothing");
  assert.equal(fill("{{ .Flags.stack.name }}"), "refused: .Flags.stack has no member name");
  assert.equal(fill("{{ range .List }}x{{ end }}"), "refused: {{ range }} is not supported in templates");
  assert.equal(fill("{{ $x := 1 }}"), "refused: variables are not supported in templates: {{ $x := 1 }}");
  assert.equal(fill("{{ exec `rm` }}"), "refused: the function exec is not supported in templates");
  assert.equal(fill("{{ upper }}"), "refused: the function upper takes 1 value, and got 0");
  assert.equal(fill("{{ if .Flags.force }}x"), "refused: {{ if .Flags.force }} has no {{ end }}");
  assert.equal(fill("x{{ end }}"), "refused: {{ end }} has no {{ if }} before it");
  assert.equal(fill("{{ }}"), "refused: a value is missing: {{  }}");
  assert.equal(fill("{{ (.List }}"), "refused: a parenthesis is not closed: {{ (.List }}");
  assert.equal(fill("{{ .List) }}"), "refused: a parenthesis is not opened: {{ .List) }}");
  assert.equal(fill('{{ index .Flags "none" }}'), "refused: an action in it has no value");
});

Deno.test("fillTemplate() leaves a text without an action as it is, and puts any value in unchanged", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (text, value) => {
    if (!text.includes("{{")) assert.deepEqual(fillTemplate(text, DATA), { text });
    assert.deepEqual(fillTemplate("<{{ .x }}>", new Map([["x", value]])), { text: `<${value}>` });
  }));
});

Deno.test("fillTemplate() has an answer for every text", () => {
  const piece = fc.constantFrom(
    "{{",
    "}}",
    "{{-",
    " -}}",
    " ",
    ".Flags",
    ".stack",
    ".",
    "if",
    "else",
    "end",
    "(",
    ")",
    "|",
    '"',
    "`",
    "/*",
    "*/",
    "eq",
    "index",
    "printf",
    '"%s"',
    "1",
    "-",
    "x",
    "\n",
    "$",
    "range",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const outcome = fillTemplate(pieces.join(""), DATA);
      assert.ok("text" in outcome || outcome.refused !== "");
    }),
    { numRuns: 3000 },
  );
  for (const deep of ["{{(".repeat(5000), `{{ ${"(".repeat(1500)} }}`, "{{ if 1 }}".repeat(1900)]) {
    assert.ok("refused" in fillTemplate(deep, DATA));
  }
});
