
// The findings on the page: what can be chosen above, one page of rows below. Texts of the
// findings enter the page as text only.

const LONGEST = 200;
const MOMENTS = new Set(["first_seen", "last_seen", "due"]);
const BADGES = new Set(["status", "severity"]);
const MOST_OPTIONS = 400;

/** Make an element; a child that is a string becomes text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

class FindingsTable {
  constructor(place, findings, phrases) {
    this.findings = findings;
    this.phrases = phrases;
    this.known = new Set(findings.columns.keys());
    this.choice = nothingChosen();
    this.rows = new Int32Array(0);
    this.#build(place);
  }

  /** Take a choice over, show it, and say so in the address. */
  choose(changes, { link = true } = {}) {
    this.choice = { ...this.choice, page: 1, row: "", ...changes };
    const began = performance.now();
    this.#select();
    this.#show();
    document.documentElement.dataset.filtered = String(Math.round(performance.now() - began));
    if (link) history.replaceState(null, "", writeFragment(this.choice));
  }

  /** Show what an address says. */
  follow(fragment) {
    const choice = readFragment(fragment, this.known);
    if (!choice) return false;
    const page = choice.row ? this.#pageOf(choice) : choice.page;
    this.choose({ ...choice, page }, { link: false });
    return true;
  }

  say(key, values = {}) {
    return (this.phrases[key] ?? key).replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  head(name) {
    return this.phrases[`column_${name}`] ?? name;
  }

  get names() {
    return this.choice.columns ?? SHOWN[this.choice.verdict];
  }

  #select() {
    const { findings, choice } = this;
    const rows = findings.select(choice);
    this.rows = choice.sort ? findings.sort(rows, choice.sort, choice.descending) : rows;
    const pages = Math.max(1, Math.ceil(this.rows.length / choice.size));
    choice.page = Math.min(choice.page, pages);
    this.pages = pages;
  }

  #pageOf(choice) {
    let rows = this.findings.select(choice);
    if (choice.sort) rows = this.findings.sort(rows, choice.sort, choice.descending);
    const at = rows.findIndex((row) => this.findings.value("fingerprint", row) === choice.row);
    return at < 0 ? 1 : Math.floor(at / choice.size) + 1;
  }

  #build(place) {
    this.tabs = make("div", { class: "tabs", role: "group", "aria-label": this.say("column_status") });
    this.search = make("input", {
      type: "search", id: "search", autocomplete: "off", spellcheck: "false",
      placeholder: this.say("js_search_hint"), oninput: () => this.choose({ search: this.search.value }),
    });
    this.facets = make("div", { class: "facets" });
    this.count = make("p", { class: "count", role: "status" });
    this.tools = make("div", { class: "tools" });
    this.scroll = make("div", { class: "scroll", role: "region", tabindex: "0", "aria-labelledby": "findings-heading" });
    this.pager = make("nav", { class: "pager", "aria-label": this.say("js_rows") });
    place.append(
      this.tabs,
      make("label", { class: "search", for: "search" }, make("span", {}, this.say("js_search")), this.search),
      this.facets,
      make("div", { class: "above" }, this.count, this.tools),
      this.scroll,
      this.pager,
    );
    this.#buildTools();
  }

  #buildTools() {
    const button = (key, title, onclick) =>
      make("button", { type: "button", title: title && this.say(title), onclick }, this.say(key));
    this.clear = button("js_clear", null, () => {
      this.choose({ ...nothingChosen(), verdict: this.choice.verdict, columns: this.choice.columns });
      this.search.focus();
    });
    this.chooser = make("details", { class: "chooser" }, make("summary", {}, this.say("js_columns")));
    this.boxes = make("div", { class: "boxes" });
    this.chooser.append(this.boxes);
    this.tools.append(
      this.clear,
      this.chooser,
      button("js_copy", "js_copy_hint", () => this.#copy()),
      button("js_csv", "js_csv_hint", () =>
        download("findings.csv", "text/csv;charset=utf-8", csvOf(this.findings, this.rows))),
      button("js_link", null, () => this.#copyLink()),
    );
  }

  async #copy() {
    await copyText(linesOf(this.findings, this.rows, this.names, (name) => this.head(name)));
    this.count.textContent = this.say("js_copied", { n: this.rows.length.toLocaleString("en") });
  }

  async #copyLink(row = "") {
    const address = new URL(writeFragment({ ...this.choice, row: row || this.choice.row }), location.href);
    await copyText(address.href);
    this.count.textContent = this.say("js_link_copied");
  }

  #show() {
    this.#showTabs();
    this.#showFacets();
    this.#showBoxes();
    this.#showCount();
    this.#showRows();
    this.#showPager();
    if (this.search.value !== this.choice.search) this.search.value = this.choice.search;
  }

  #showTabs() {
    const { codes } = this.findings.columns.get("status");
    this.unknowns ??= codes.reduce((sum, code) => sum + (code === this.findings.unknown), 0);
    const totals = { violation: this.findings.length - this.unknowns, unknown: this.unknowns };
    this.total = totals[this.choice.verdict];
    this.tabs.replaceChildren(...Object.entries(totals).map(([verdict, total]) => make(
      "button",
      {
        type: "button", "aria-pressed": String(verdict === this.choice.verdict),
        onclick: () => {
          this.choose({ ...nothingChosen(), verdict, search: this.choice.search, size: this.choice.size });
          this.tabs.querySelector('[aria-pressed="true"]').focus();
        },
      },
      `${this.say(`js_${verdict}s`)} `, make("span", { class: "number" }, total.toLocaleString("en")),
    )));
  }

  /** Offer the values of each facet that still divides the rows, with their numbers. */
  #showFacets() {
    const focused = document.activeElement?.id;
    const facets = FACETS.filter((name) => this.choice.verdict === "unknown" ? name !== "status" : name !== "reasons");
    this.facets.replaceChildren(...facets.map((name) => this.#facet(name)).filter(Boolean));
    if (focused?.startsWith("facet-")) document.getElementById(focused)?.focus();
  }

  #facet(name) {
    const { filters } = this.choice;
    const chosen = filters[name];
    let { rows } = this;
    if (chosen !== undefined) {
      const { [name]: _, ...others } = filters;
      rows = this.findings.select({ ...this.choice, filters: others });
    }
    const options = this.#options(rows, name);
    if (options.length < 2 && chosen === undefined) return null;
    if (chosen !== undefined && !options.some(([value]) => value === chosen)) options.unshift([chosen, 0]);
    const select = make("select", { id: `facet-${name}`, onchange: () => this.#filter(name, select.value) });
    select.append(make("option", { value: "*" }, this.say("js_all")), ...options.map(([value, count]) => make(
      "option", { value: `=${value}`, selected: value === chosen },
      `${cut(value === "" ? this.say("js_not_known") : this.findings.word(name, value), 60)} (${count.toLocaleString("en")})`,
    )));
    const label = make("label", { for: `facet-${name}`, class: chosen === undefined ? null : "chosen" });
    label.append(make("span", {}, this.head(name)), select);
    return label;
  }

  #options(rows, name) {
    const { values } = this.findings.columns.get(name);
    const sums = new Map();
    this.findings.count(rows, name).forEach((count, code) => {
      if (!count) return;
      const parts = name === "reasons" ? (values[code] ?? "").split("; ") : [values[code] ?? ""];
      for (const part of parts) sums.set(part, (sums.get(part) ?? 0) + count);
    });
    const options = [...sums];
    if (name !== "status" && name !== "severity") options.sort((a, b) => b[1] - a[1]);
    return options.slice(0, MOST_OPTIONS);
  }

  #filter(name, wanted) {
    const { [name]: _, ...filters } = this.choice.filters;
    this.choose({ filters: wanted === "*" ? filters : { ...filters, [name]: wanted.slice(1) } });
  }

  #showBoxes() {
    const shown = new Set(this.names);
    const focused = document.activeElement?.name;
    this.boxes.replaceChildren(...[...this.known].map((name) => {
      const box = make("input", {
        type: "checkbox", name: `column-${name}`, checked: shown.has(name),
        onchange: () => this.#toggleColumn(name, box.checked),
      });
      return make("label", {}, box, ` ${this.head(name)}`);
    }));
    if (focused?.startsWith("column-")) this.boxes.querySelector(`[name="${focused}"]`)?.focus();
  }

  #toggleColumn(name, wanted) {
    const shown = this.names.filter((each) => each !== name);
    const columns = wanted ? [...shown, name] : shown;
    if (columns.length) this.choose({ columns, page: this.choice.page });
    else this.#showBoxes();
  }

  #showCount() {
    const { page, size } = this.choice;
    const n = this.rows.length.toLocaleString("en");
    const from = Math.min(this.rows.length, (page - 1) * size + 1).toLocaleString("en");
    const to = Math.min(this.rows.length, page * size).toLocaleString("en");
    const total = this.total.toLocaleString("en");
    const filtered = this.rows.length < this.total;
    const matching = filtered ? `${this.say("js_filtered", { n, total })} · ` : "";
    this.count.textContent = this.total && this.rows.length
      ? `${matching}${this.say("js_shown", { from, to, n })}`
      : this.say(this.total ? "js_none" : "js_nothing");
    this.clear.hidden = !(filtered || this.choice.sort || this.choice.search);
  }

  #showRows() {
    const { page, size } = this.choice;
    const names = this.names;
    const head = make("tr", { role: "row" }, ...names.map((name) => this.#headCell(name)), make(
      "th", { scope: "col", role: "columnheader", class: "more" }, make("span", { class: "hidden" }, this.say("js_details")),
    ));
    const rows = Array.from(this.rows.subarray((page - 1) * size, page * size));
    const body = make("tbody", { role: "rowgroup" }, ...rows.flatMap((row) => this.#row(row, names)));
    const focused = document.activeElement?.dataset?.sort;
    this.scroll.replaceChildren(make(
      "table", { class: "findings", role: "table", "aria-labelledby": "findings-heading", "aria-rowcount": String(this.rows.length + 1) },
      make("thead", { role: "rowgroup" }, head), body,
    ));
    if (focused) this.scroll.querySelector(`[data-sort="${focused}"]`)?.focus();
  }

  #headCell(name) {
    const sorted = this.choice.sort === name;
    const direction = this.choice.descending ? "descending" : "ascending";
    const mark = sorted ? { ascending: "▲", descending: "▼" }[direction] : "";
    const button = make(
      "button",
      {
        type: "button", "data-sort": name, title: this.say("js_sort", { column: this.head(name) }),
        onclick: () => this.choose({ sort: name, descending: sorted && !this.choice.descending }),
      },
      this.head(name), make("span", { class: "mark", "aria-hidden": "true" }, mark),
    );
    return make("th", { scope: "col", role: "columnheader", "aria-sort": sorted ? direction : null }, button);
  }

  #row(row, names) {
    const fingerprint = this.findings.value("fingerprint", row);
    const cells = names.map((name) => this.#cell(name, row));
    const line = make("tr", { role: "row", class: `is-${this.findings.value("status", row)}` }, ...cells);
    const button = make("button", {
      type: "button", class: "more", "aria-expanded": "false",
      "aria-label": this.say("js_details_of", { device: cut(this.findings.value("device", row) ?? "", 60) }),
      onclick: () => this.#toggle(line, button, row, names.length + 1),
    }, "›");
    line.append(make("td", { role: "cell", class: "more" }, button));
    if (this.choice.row !== fingerprint) return [line];
    button.setAttribute("aria-expanded", "true");
    return [line, this.#details(row, names.length + 1)];
  }

  #cell(name, row) {
    const value = this.findings.value(name, row);
    const cell = make("td", { role: "cell", "data-head": this.head(name), class: `column-${name}` });
    if (value === null) {
      cell.append("–");
      return cell;
    }
    const word = this.findings.word(name, value);
    const text = MOMENTS.has(name) ? value.slice(0, 10) : cut(word, LONGEST);
    cell.append(BADGES.has(name) ? make("span", { class: `badge ${value}` }, text) : make("bdi", {}, text));
    if (MOMENTS.has(name)) cell.title = value;
    return cell;
  }

  #toggle(line, button, row, width) {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) line.nextElementSibling.remove();
    else line.after(this.#details(row, width));
    this.choice.row = open ? "" : this.findings.value("fingerprint", row);
    history.replaceState(null, "", writeFragment(this.choice));
  }

  #details(row, width) {
    const pairs = [...this.known].flatMap((name) => {
      const value = this.findings.value(name, row);
      if (value === null) return [];
      const word = this.findings.word(name, value);
      return [make("div", {}, make("dt", {}, this.head(name)), make("dd", {}, make("bdi", {}, word)))];
    });
    const fingerprint = this.findings.value("fingerprint", row);
    const link = make("button", { type: "button", onclick: () => this.#copyLink(fingerprint) }, this.say("js_link"));
    const story = this.findings.value("status", row) === "unknown" ? null
      : make("p", { class: "small" }, this.say("js_show", { fingerprint }));
    const cell = make("td", { role: "cell", colspan: String(width) }, make("dl", {}, ...pairs), story, link);
    return make("tr", { role: "row", class: "details" }, cell);
  }

  #showPager() {
    const { page, size } = this.choice;
    const go = (key, target, mark) => make("button", {
      type: "button", "data-go": key, "aria-label": this.say(key), title: this.say(key),
      disabled: target < 1 || target > this.pages || target === page,
      onclick: () => this.#turn(target, key),
    }, mark);
    const select = make("select", { id: "size", onchange: () => this.choose({ size: Number(select.value) }) },
      ...SIZES.map((each) => make("option", { value: String(each), selected: each === size }, String(each))));
    this.pager.replaceChildren(
      go("js_first", 1, "«"), go("js_previous", page - 1, "‹"),
      make("span", { class: "place" }, `${page.toLocaleString("en")} / ${this.pages.toLocaleString("en")}`),
      go("js_next", page + 1, "›"), go("js_last", this.pages, "»"),
      make("label", { for: "size" }, make("span", {}, this.say("js_rows")), select),
    );
    this.pager.hidden = this.total <= SIZES[0];
  }

  #turn(page, key) {
    this.choose({ page });
    const button = this.pager.querySelector(`[data-go="${key}"]`);
    (button.disabled ? this.scroll : button).focus();
  }
}

/** Cut a long text. */
function cut(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
