
// What the reader has chosen, and the page's address: a permalink says the same to everybody.

const FACETS = ["status", "severity", "policy", "control", "app", "department", "platform", "ownership", "reasons"];
const SHOWN = {
  violation: ["status", "severity", "device", "person", "department", "what", "first_seen", "due"],
  unknown: ["reasons", "device", "person", "department", "control", "what", "missing"],
};
const SIZES = [25, 50, 100, 500];

/** Return a choice of nothing in particular. */
function nothingChosen() {
  return {
    verdict: "violation", search: "", filters: {}, sort: "", descending: false,
    page: 1, size: SIZES[0], columns: null, row: "",
  };
}

/** Read a choice from an address's fragment; null where it is none but a place in the page. */
function readFragment(fragment, known) {
  if (!fragment.includes("=")) return null;
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const choice = nothingChosen();
  if (given.get("verdict") === "unknown") choice.verdict = "unknown";
  choice.search = given.get("q") ?? "";
  choice.row = given.get("row") ?? "";
  for (const name of FACETS) {
    if (given.has(name)) choice.filters[name] = given.get(name);
  }
  const sort = given.get("sort") ?? "";
  choice.descending = sort.startsWith("-");
  choice.sort = known.has(sort.replace(/^-/, "")) ? sort.replace(/^-/, "") : "";
  choice.page = Math.max(1, Number.parseInt(given.get("page") ?? "1", 10) || 1);
  const size = Number(given.get("size"));
  if (SIZES.includes(size)) choice.size = size;
  const columns = (given.get("columns") ?? "").split(",").filter((name) => known.has(name));
  if (columns.length) choice.columns = columns;
  return choice;
}

/** Write a choice as a fragment; what is as usual is left out. */
function writeFragment(choice) {
  const told = new URLSearchParams();
  told.set("verdict", choice.verdict);
  if (choice.search) told.set("q", choice.search);
  for (const [name, wanted] of Object.entries(choice.filters)) told.set(name, wanted);
  if (choice.sort) told.set("sort", (choice.descending ? "-" : "") + choice.sort);
  if (choice.page > 1) told.set("page", choice.page);
  if (choice.size !== SIZES[0]) told.set("size", choice.size);
  if (choice.columns) told.set("columns", choice.columns.join(","));
  if (choice.row) told.set("row", choice.row);
  return `#${told}`;
}
