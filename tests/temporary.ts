/** A directory of a test's own that is gone afterwards. */
export async function inTemporary<T>(body: (root: string) => Promise<T>): Promise<T> {
  const root = await Deno.makeTempDir({ prefix: "atmos-test-" });
  try {
    return await body(await Deno.realPath(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
