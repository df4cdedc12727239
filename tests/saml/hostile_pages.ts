/** A page that would stall a parser whose work grows faster than the page. */
export interface HostilePage {
  readonly what: string;
  readonly text: string;
  /** How many forms a browser finds in it. */
  readonly forms: number;
  /** How many fields they have in total. */
  readonly controls: number;
}

const attributes = Array.from({ length: 100_000 }, (_, at) => `a${at}`).join(" ");

export const HOSTILE_PAGES: readonly HostilePage[] = [
  { what: "deep nesting", text: "<div>".repeat(200_000) + "<form><input name=a>", forms: 1, controls: 1 },
  { what: "deep formatting", text: "<b><p>".repeat(20_000), forms: 0, controls: 0 },
  { what: "many fields", text: "<form>" + "<input name=a>".repeat(100_000), forms: 1, controls: 100_000 },
  { what: "many attributes", text: `<form ${attributes}>`, forms: 1, controls: 0 },
  { what: "wrong ends", text: "<span>".repeat(50_000) + "</div>".repeat(50_000), forms: 0, controls: 0 },
  { what: "many forms", text: "<form><input></form>".repeat(50_000), forms: 50_000, controls: 0 },
  // The table closes the first form; the others are dropped, but their fields stay.
  {
    what: "forms in tables",
    text: "<table><form><input name=a>".repeat(10_000),
    forms: 1,
    controls: 9_999,
  },
];
