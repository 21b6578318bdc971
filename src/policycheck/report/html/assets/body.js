
// One page of findings as a table, and the details below a row.

const LONGEST = 200;
const MOMENTS = new Set(["first_seen", "last_seen", "due"]);
const BADGES = new Set(["status", "severity"]);

/** Make the table of the rows that are shown. */
function bodyOf(table) {
  const { names, choice } = table;
  const first = (choice.page - 1) * choice.size;
  const rows = Array.from(table.rows.subarray(first, first + choice.size));
  const more = make(
    "th", { scope: "col", role: "columnheader", class: "more" },
    make("span", { class: "hidden" }, table.say("js_details")),
  );
  return make(
    "table",
    {
      class: "findings", role: "table", "aria-labelledby": "findings-heading",
      "aria-rowcount": String(table.rows.length + 1),
    },
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...names.map((name) => headCell(table, name)), more)),
    make("tbody", { role: "rowgroup" }, ...rows.flatMap((row) => linesOfRow(table, row))),
  );
}

function headCell(table, name) {
  const { choice } = table;
  const sorted = choice.sort === name;
  const direction = choice.descending ? "descending" : "ascending";
  const mark = sorted ? { ascending: "▲", descending: "▼" }[direction] : "";
  const button = make(
    "button",
    {
      type: "button", "data-sort": name, title: table.say("js_sort", { column: table.head(name) }),
      onclick: () => table.choose({ sort: name, descending: sorted && !choice.descending }),
    },
    table.head(name), make("span", { class: "mark", "aria-hidden": "true" }, mark),
  );
  return make("th", { scope: "col", role: "columnheader", "aria-sort": sorted ? direction : null }, button);
}

/** Make a row's line, and its details where the address asks for them. */
function linesOfRow(table, row) {
  const { findings, names } = table;
  const line = make("tr", { role: "row" }, ...names.map((name) => cellOf(table, name, row)));
  const open = table.choice.row === findings.value("fingerprint", row);
  const button = make("button", {
    type: "button", class: "more", "aria-expanded": String(open),
    "aria-label": table.say("js_details_of", { device: cut(findings.value("device", row) ?? "", 60) }),
    onclick: () => toggle(table, line, button, row),
  }, "›");
  line.append(make("td", { role: "cell", class: "more" }, button));
  return open ? [line, detailsOf(table, row)] : [line];
}

function cellOf(table, name, row) {
  const value = table.findings.value(name, row);
  const cell = make("td", { role: "cell", "data-head": table.head(name), class: `column-${name}` });
  if (value === null) {
    cell.append("–");
    return cell;
  }
  const word = table.findings.word(name, value);
  const text = MOMENTS.has(name) ? value.slice(0, 10) : cut(word, LONGEST);
  cell.append(BADGES.has(name) ? make("span", { class: `badge ${value}` }, text) : make("bdi", {}, text));
  if (MOMENTS.has(name)) cell.title = value;
  return cell;
}

function toggle(table, line, button, row) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) line.nextElementSibling.remove();
  else line.after(detailsOf(table, row));
  table.note({ row: open ? "" : table.findings.value("fingerprint", row) });
}

function detailsOf(table, row) {
  const { findings } = table;
  const pairs = [...table.known].flatMap((name) => {
    const value = findings.value(name, row);
    if (value === null) return [];
    return [make("div", {}, make("dt", {}, table.head(name)), make("dd", {}, make("bdi", {}, findings.word(name, value))))];
  });
  const fingerprint = findings.value("fingerprint", row);
  const story = findings.value("status", row) === "unknown" ? null
    : make("p", { class: "small" }, table.say("js_show", { fingerprint }));
  const link = make("button", { type: "button", onclick: () => table.copyLink(fingerprint) }, table.say("js_link"));
  const width = String(table.names.length + 1);
  return make(
    "tr", { role: "row", class: "details" },
    make("td", { role: "cell", colspan: width }, make("dl", {}, ...pairs), story, link),
  );
}
