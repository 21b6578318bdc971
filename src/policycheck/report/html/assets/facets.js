
// The lists that filter: each offers the values that its column still has, with their numbers.

const MOST_OPTIONS = 400;
const ANY = "*";
const BY_RANK = new Set(["status", "severity"]);

/** Make the facets that still divide the rows of a table. */
function facetsOf(table) {
  const left = table.choice.verdict === "unknown" ? "status" : "reasons";
  return FACETS.filter((name) => name !== left).map((name) => facetOf(table, name)).filter(Boolean);
}

function facetOf(table, name) {
  const { findings, choice } = table;
  const chosen = choice.filters[name];
  const options = optionsOf(findings, rowsBesides(table, name), name);
  if (options.length < 2 && chosen === undefined) return null;
  if (chosen !== undefined && !options.some(([value]) => value === chosen)) options.unshift([chosen, 0]);
  const select = make("select", { id: `facet-${name}`, onchange: () => filterBy(table, name, select.value) });
  const wordOf = (value) => (value === "" ? table.say("js_not_known") : findings.word(name, value));
  select.append(make("option", { value: ANY }, table.say("js_all")), ...options.map(([value, count]) => make(
    "option", { value: `=${value}`, selected: value === chosen }, `${cut(wordOf(value), 60)} (${counted(count)})`,
  )));
  return make(
    "label", { for: `facet-${name}`, class: chosen === undefined ? null : "chosen" },
    make("span", {}, table.head(name)), select,
  );
}

/** Return the rows that the other filters leave: those among which a facet lets choose. */
function rowsBesides(table, name) {
  const { [name]: chosen, ...filters } = table.choice.filters;
  return chosen === undefined ? table.rows : table.findings.select({ ...table.choice, filters });
}

/** Return [value, number of rows] for each value, most first; what is null is "". */
function optionsOf(findings, rows, name) {
  const { values } = findings.columns.get(name);
  const sums = new Map();
  findings.count(rows, name).forEach((count, code) => {
    if (!count) return;
    const parts = name === "reasons" ? (values[code] ?? "").split("; ") : [values[code] ?? ""];
    for (const part of parts) sums.set(part, (sums.get(part) ?? 0) + count);
  });
  const options = [...sums];
  if (!BY_RANK.has(name)) options.sort((a, b) => b[1] - a[1]);
  return options.slice(0, MOST_OPTIONS);
}

function filterBy(table, name, wanted) {
  const { [name]: _, ...filters } = table.choice.filters;
  table.choose({ filters: wanted === ANY ? filters : { ...filters, [name]: wanted.slice(1) } });
}
