import assert from "node:assert/strict";
import fc from "fast-check";
import { isAuthError } from "../lib/errors.ts";
import type { Os } from "../lib/host.ts";
import {
  baseName,
  cacheHome,
  configHome,
  dataHome,
  expandHome,
  homeDirectory,
  isAbsolutePath,
  isInside,
  joinPath,
  knownHome,
  parentOf,
  resolvePath,
  shortPath,
  stateHome,
} from "../lib/paths.ts";
import { fakeHost } from "./fake_host.ts";

const invalid = (error: unknown) => isAuthError(error, "config-invalid");

Deno.test("joinPath() removes dots, doubled separators and what .. leaves", () => {
  assert.equal(joinPath("linux", "/a/", "b//c", "./d", "../e"), "/a/b/c/e");
  assert.equal(joinPath("linux", "/", "..", "a"), "/a");
  assert.equal(joinPath("linux", "a", "../../b"), "../b");
  assert.equal(joinPath("linux", ".", "a\\b"), "a\\b");
  assert.equal(joinPath("linux", "a", ".."), ".");
  assert.equal(joinPath("windows", "C:\\Users\\me", "a/b", "..", "c"), "C:\\Users\\me\\a\\c");
  assert.equal(joinPath("windows", "C:/", "a"), "C:\\a");
  assert.equal(joinPath("windows", "\\\\server\\share", "..", "a"), "\\\\server\\share\\a");
});

Deno.test("parentOf() and baseName() take a path apart", () => {
  assert.deepEqual([parentOf("linux", "/a/b/"), baseName("linux", "/a/b/")], ["/a", "b"]);
  assert.deepEqual([parentOf("linux", "/a"), parentOf("linux", "/"), baseName("linux", "/")], ["/", "/", ""]);
  assert.deepEqual([parentOf("linux", "a"), parentOf("linux", "a/b")], [".", "a"]);
  assert.deepEqual([parentOf("windows", "C:\\a"), baseName("windows", "C:\\a\\b.c")], ["C:\\", "b.c"]);
});

Deno.test("isAbsolutePath() knows roots of each system", () => {
  const roots = ["/a", "C:\\a", "c:/a", "\\\\server\\share", "a", "C:a", "\\a", ""];
  assert.deepEqual(roots.filter((path) => isAbsolutePath("linux", path)), ["/a"]);
  assert.deepEqual(roots.filter((path) => isAbsolutePath("windows", path)), [
    "C:\\a",
    "c:/a",
    "\\\\server\\share",
  ]);
});

Deno.test("resolvePath() leaves an absolute path where it is", () => {
  assert.equal(resolvePath("linux", "/base", "../a"), "/a");
  assert.equal(resolvePath("linux", "/base", "/b/./c"), "/b/c");
  assert.equal(resolvePath("windows", "D:\\base", "\\a"), "D:\\a");
  assert.equal(resolvePath("windows", "D:\\base", "C:\\a"), "C:\\a");
});

Deno.test("isInside() compares whole names, on Windows in any case", () => {
  assert.ok(
    isInside("linux", "/a/b", "/a") && isInside("linux", "/a", "/a/") && isInside("linux", "/a", "/"),
  );
  assert.ok(
    !isInside("linux", "/ab", "/a") && !isInside("linux", "/a/../b", "/a") &&
      !isInside("linux", "/A/b", "/a"),
  );
  assert.ok(
    isInside("windows", "c:\\USERS\\me\\x", "C:\\Users\\me") && !isInside("windows", "D:\\a", "C:\\"),
  );
});

Deno.test("a joined path is inside of its base unless .. leads out, and its parent holds it", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
  fc.assert(
    fc.property(
      fc.constantFrom("linux" as const, "windows" as const),
      fc.array(name, { minLength: 1 }),
      (os, names) => {
        const base = os === "windows" ? "C:\\x" : "/x";
        const path = joinPath(os, base, ...names);
        assert.ok(isInside(os, path, base));
        assert.equal(joinPath(os, parentOf(os, path), baseName(os, path)), path);
        assert.ok(
          !isInside(
            os,
            joinPath(
              os,
              path,
              ...names.map(() => ".."),
              "..",
            ),
            base,
          ),
        );
      },
    ),
  );
});

Deno.test("the base directories are those of the home on Linux and macOS", () => {
  for (const os of ["linux", "darwin"] as const) {
    const host = fakeHost({ os, env: { HOME: "/home/me" } });
    assert.deepEqual(
      [configHome, dataHome, stateHome, cacheHome].map((home) => home(host)),
      ["/home/me/.config", "/home/me/.local/share", "/home/me/.local/state", "/home/me/.cache"],
    );
  }
});

Deno.test("the base directories are the application folders on Windows", () => {
  const env = { USERPROFILE: "C:\\Users\\me", APPDATA: "C:\\Roaming", LOCALAPPDATA: "C:\\Local" };
  const homes = [configHome, dataHome, stateHome, cacheHome];
  const host = fakeHost({ os: "windows", env });
  assert.deepEqual(homes.map((home) => home(host)), [
    "C:\\Roaming",
    "C:\\Local",
    "C:\\Local",
    "C:\\Local\\cache",
  ]);
  const bare = fakeHost({ os: "windows", env: { USERPROFILE: "C:\\Users\\me" } });
  assert.equal(configHome(bare), "C:\\Users\\me\\.config");
});

Deno.test("ATMOS_XDG_* beats XDG_*, which beats the home; a relative XDG_* is ignored as its standard says", () => {
  const env = { HOME: "/home/me", XDG_CONFIG_HOME: "/xdg", XDG_DATA_HOME: "relative", XDG_STATE_HOME: "" };
  assert.equal(configHome(fakeHost({ env })), "/xdg");
  assert.equal(dataHome(fakeHost({ env })), "/home/me/.local/share");
  assert.equal(stateHome(fakeHost({ env })), "/home/me/.local/state");
  assert.equal(configHome(fakeHost({ env: { ...env, ATMOS_XDG_CONFIG_HOME: "~/own" } })), "/home/me/own");
  assert.equal(configHome(fakeHost({ env: { ATMOS_XDG_CONFIG_HOME: "/own" } })), "/own");
  assert.throws(() => configHome(fakeHost({ env: { ...env, ATMOS_XDG_CONFIG_HOME: "own" } })), invalid);
});

Deno.test("without a home directory the error says which variable is missing", () => {
  for (
    const [os, env, message] of [
      ["linux", {}, "Cannot tell the home directory: HOME is not set"],
      ["linux", { HOME: "" }, "Cannot tell the home directory: HOME is not set"],
      ["linux", { HOME: "me" }, "Cannot tell the home directory: HOME is not an absolute path"],
      ["windows", { HOME: "/c/me" }, "Cannot tell the home directory: USERPROFILE is not set"],
    ] as const
  ) {
    const host = fakeHost({ os, env });
    assert.equal(knownHome(host), undefined);
    assert.throws(
      () => homeDirectory(host),
      (error) => invalid(error) && (error as Error).message === message,
    );
  }
});

Deno.test("expandHome() expands one's own ~ and nobody else's", () => {
  const host = fakeHost({ env: { HOME: "/home/me" } });
  assert.deepEqual(["~", "~/a/../b", "/a/~", "a"].map((path) => expandHome(host, path)), [
    "/home/me",
    "/home/me/b",
    "/a/~",
    "a",
  ]);
  assert.throws(() => expandHome(host, "~you/a"), invalid);
});

Deno.test("shortPath() writes ~ for the home of each system, and for nothing else", () => {
  const on = (os: Os, home: string | undefined, path: string) =>
    shortPath(
      { os, env: (name) => name === (os === "windows" ? "USERPROFILE" : "HOME") ? home : undefined },
      path,
    );
  assert.equal(on("linux", "/home/ana", "/home/ana/.aws/config"), "~/.aws/config");
  assert.equal(on("darwin", "/Users/ana/", "/Users/ana/x"), "~/x");
  assert.equal(on("windows", "C:\\Users\\Ana", "c:\\users\\ana\\AppData\\x"), "~\\AppData\\x");
  assert.equal(on("windows", "C:/Users/Ana", "C:\\Users\\Ana\\x"), "~\\x");
  for (const path of ["/home/ana", "/home/anabel/x", "/etc/x", "/home/ana/../bob/x"]) {
    assert.equal(on("linux", "/home/ana", path), path);
  }
  for (const home of [undefined, "", "/", "ana"]) assert.equal(on("linux", home, "/x"), "/x");
});
