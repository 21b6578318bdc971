
// The findings on the page: what can be chosen stands above, one page of rows below.

class FindingsTable {
  constructor(place, findings, phrases) {
    this.findings = findings;
    this.phrases = phrases;
    this.known = new Set(findings.columns.keys());
    this.choice = nothingChosen();
    this.rows = new Int32Array(0);
    const { codes } = findings.columns.get("status");
    const unknown = codes.reduce((sum, code) => sum + (code === findings.unknown), 0);
    this.totals = { violation: findings.length - unknown, unknown };
    this.#build(place);
  }

  /** Take a choice over and show it; the address says the same. */
  choose(changes, { link = true } = {}) {
    const began = performance.now();
    this.choice = { ...this.choice, page: 1, row: "", ...changes };
    this.rows = this.#rowsOf(this.choice);
    this.pages = Math.max(1, Math.ceil(this.rows.length / this.choice.size));
    this.choice.page = Math.min(this.choice.page, this.pages);
    this.#show();
    if (link) this.note({});
    document.documentElement.dataset.filtered = String(Math.round(performance.now() - began));
  }

  /** Take a choice over that changes nothing but the address. */
  note(changes) {
    Object.assign(this.choice, changes);
    history.replaceState(null, "", writeFragment(this.choice));
  }

  /** Show what an address says; tell whether it says anything. */
  follow(fragment) {
    const choice = readFragment(fragment, this.known);
    if (!choice) return false;
    this.choose(choice.row ? { ...choice, page: this.#pageOf(choice) } : choice, { link: false });
    return true;
  }

  say(key, values = {}) {
    return (this.phrases[key] ?? key).replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  head(name) {
    return this.phrases[`column_${name}`] ?? name;
  }

  /** The columns that are shown. */
  get names() {
    return this.choice.columns ?? SHOWN[this.choice.verdict];
  }

  async copyLink(row = this.choice.row) {
    const address = new URL(writeFragment({ ...this.choice, row }), location.href);
    await copyText(address.href);
    this.count.textContent = this.say("js_link_copied");
  }

  #rowsOf(choice) {
    const rows = this.findings.select(choice);
    return choice.sort ? this.findings.sort(rows, choice.sort, choice.descending) : rows;
  }

  #pageOf(choice) {
    const isIt = (row) => this.findings.value("fingerprint", row) === choice.row;
    return Math.max(1, Math.ceil((this.#rowsOf(choice).findIndex(isIt) + 1) / choice.size));
  }

  #build(place) {
    this.search = make("input", {
      type: "search", id: "search", autocomplete: "off", spellcheck: "false",
      placeholder: this.say("js_search_hint"), oninput: () => this.choose({ search: this.search.value }),
    });
    this.tabs = make("div", { class: "tabs", role: "group", "aria-label": this.say("column_status") });
    this.facets = make("div", { class: "facets" });
    this.count = make("p", { class: "count", role: "status" });
    this.boxes = make("div", { class: "boxes" });
    this.scroll = make("div", { class: "scroll", role: "group", tabindex: "0", "aria-labelledby": "findings-heading" });
    this.pager = make("nav", { class: "pager", "aria-label": this.say("js_pages") });
    place.append(
      this.tabs,
      make("label", { class: "search", for: "search" }, make("span", {}, this.say("js_search")), this.search),
      this.facets,
      make("div", { class: "above" }, this.count, this.#tools()),
      this.scroll,
      this.pager,
    );
  }

  #tools() {
    const button = (key, title, onclick) =>
      make("button", { type: "button", title: title && this.say(title), onclick }, this.say(key));
    this.clear = button("js_clear", null, () => {
      const { verdict, columns, size } = this.choice;
      this.choose({ ...nothingChosen(), verdict, columns, size });
      this.search.focus();
    });
    return make(
      "div", { class: "tools" },
      this.clear,
      make("details", { class: "chooser" }, make("summary", {}, this.say("js_columns")), this.boxes),
      button("js_copy", "js_copy_hint", () => this.#copy()),
      button("js_csv", "js_csv_hint", () =>
        download("findings.csv", "text/csv;charset=utf-8", csvOf(this.findings, this.rows))),
      button("js_link", null, () => this.copyLink()),
    );
  }

  async #copy() {
    await copyText(linesOf(this.findings, this.rows, this.names, (name) => this.head(name)));
    this.count.textContent = this.say("js_copied", { n: counted(this.rows.length) });
  }

  /** Lay everything out anew; the focus stays where it was. */
  #show() {
    const focused = document.activeElement?.id;
    this.tabs.replaceChildren(...Object.keys(this.totals).map((verdict) => this.#tab(verdict)));
    this.facets.replaceChildren(...facetsOf(this));
    this.boxes.replaceChildren(...[...this.known].map((name) => this.#box(name)));
    const sorting = document.activeElement?.dataset?.sort;
    this.scroll.replaceChildren(bodyOf(this));
    if (sorting) this.scroll.querySelector(`[data-sort="${sorting}"]`)?.focus();
    this.#showCount();
    this.#showPager();
    if (this.search.value !== this.choice.search) this.search.value = this.choice.search;
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  }

  #tab(verdict) {
    const { search, size } = this.choice;
    return make(
      "button",
      {
        type: "button", id: `tab-${verdict}`, "aria-pressed": String(verdict === this.choice.verdict),
        onclick: () => this.choose({ ...nothingChosen(), verdict, search, size }),
      },
      `${this.say(`js_${verdict}s`)} `, make("span", { class: "number" }, counted(this.totals[verdict])),
    );
  }

  #box(name) {
    const box = make("input", {
      type: "checkbox", id: `column-${name}`, checked: this.names.includes(name),
      onchange: () => this.#toggleColumn(name, box.checked),
    });
    return make("label", { for: `column-${name}` }, box, ` ${this.head(name)}`);
  }

  #toggleColumn(name, wanted) {
    const others = this.names.filter((each) => each !== name);
    const columns = wanted ? [...others, name] : others;
    this.choose({ columns: columns.length ? columns : null, page: this.choice.page });
  }

  #showCount() {
    const { page, size, verdict } = this.choice;
    const { length } = this.rows;
    const total = this.totals[verdict];
    const n = counted(length);
    const matching = length < total ? `${this.say("js_filtered", { n, total: counted(total) })} · ` : "";
    const from = counted((page - 1) * size + 1);
    const to = counted(Math.min(length, page * size));
    const nothing = this.say(total ? "js_none" : "js_nothing");
    this.count.textContent = length ? matching + this.say("js_shown", { from, to, n }) : nothing;
    this.clear.hidden = length === total && !this.choice.sort && !this.choice.search;
  }

  #showPager() {
    const { page, size } = this.choice;
    const go = (key, target, mark) => make("button", {
      type: "button", id: key, "aria-label": this.say(key), title: this.say(key),
      disabled: target < 1 || target > this.pages || target === page,
      onclick: () => this.#turn(target, key),
    }, mark);
    const select = make("select", { id: "size", onchange: () => this.choose({ size: Number(select.value) }) },
      ...SIZES.map((each) => make("option", { value: String(each), selected: each === size }, String(each))));
    this.pager.replaceChildren(
      go("js_first", 1, "«"), go("js_previous", page - 1, "‹"),
      make("span", { class: "place" }, `${counted(page)} / ${counted(this.pages)}`),
      go("js_next", page + 1, "›"), go("js_last", this.pages, "»"),
      make("label", { for: "size" }, make("span", {}, this.say("js_rows")), select),
    );
    this.pager.hidden = this.totals[this.choice.verdict] <= SIZES[0];
  }

  #turn(page, key) {
    this.choose({ page });
    if (document.getElementById(key).disabled) this.scroll.focus();
  }
}
