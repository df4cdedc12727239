import assert from "node:assert/strict";
import { dynamicImports, exportedNames, staticImports } from "../../scripts/bundle.ts";

Deno.test("exportedNames() reads the list that the bundler ends a file with", () => {
  assert.deepEqual(exportedNames("var a=1,b=2;export{a as c,b};\n"), ["c", "b"]);
  assert.deepEqual(exportedNames("var a=1;\nexport {\n  a as default,\n  b as d\n};\n"), ["default", "d"]);
  assert.deepEqual(exportedNames("var a=1;export{a as b};\n/*! a license */\n//# a mark\n"), ["b"]);
  assert.deepEqual(exportedNames("f('export{x}');"), []);
  assert.deepEqual(exportedNames(""), []);
});

Deno.test("staticImports() are the files beside it that a file cannot run without", () => {
  const code = `import{a as x}from"./one.js";import"./two.js";import {createRequire as r} from "node:module";
import {
  b
} from "./three.js";
var y=()=>import("./late.js");export{x};`;
  assert.deepEqual(staticImports(code), ["one.js", "two.js", "three.js"]);
});

Deno.test("dynamicImports() are the files beside it that a file may load later", () => {
  const code =
    `import{a}from"./one.js";var b=()=>import("./late.js"),c=import("node:net");import("./later.js")`;
  assert.deepEqual(dynamicImports(code), ["late.js", "later.js"]);
});
