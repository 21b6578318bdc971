
// The findings as columns: unpacked, searched, filtered, sorted. Nothing here touches the page.
// A column has its distinct values in their order, and for each row the rank of its value.

const TRANSLATED = new Set(["status", "severity", "platform", "ownership", "stale"]);
const UNSEARCHED = new Set(["report", "first_seen", "last_seen", "due", "stale"]);

/** Unpack what stands in the page: base64, gzip, JSON. */
async function unpack(base64) {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Make texts comparable: width, composition and case do not matter. */
function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}

class Findings {
  constructor({ rows, columns }, phrases) {
    this.length = rows;
    this.phrases = phrases;
    this.columns = new Map();
    for (const [name, column] of Object.entries(columns)) {
      const codes = column.codes && Int32Array.from(column.codes);
      this.columns.set(name, { ...column, codes });
    }
    this.searched = [...this.columns.keys()].filter(
      (name) => this.columns.get(name).values && !UNSEARCHED.has(name));
    this.unknown = this.columns.get("status").values.indexOf("unknown");
  }

  /** Return a row's value, null where nothing is known. */
  value(name, row) {
    const column = this.columns.get(name);
    if (column.numbers) return column.numbers[row] < 0 ? null : String(column.numbers[row]);
    return column.texts ? column.texts[row] : column.values[column.codes[row]];
  }

  /** Return a value in the words of the page. */
  word(name, value) {
    if (value === null) return "";
    if (name === "reasons") {
      return value.split("; ").map((reason) => this.phrases[`reason_${reason}`] ?? reason).join("; ");
    }
    return TRANSLATED.has(name) ? this.phrases[`${name}_${value}`] ?? value : value;
  }

  /** Return the rows that a choice {verdict, search, filters} leaves, in stored order. */
  select({ verdict, search, filters }) {
    const tests = [this.#verdictTest(verdict), ...this.#filterTests(filters)];
    const terms = fold(search).split(/\s+/).filter(Boolean).map((term) => this.#searchTests(term));
    const found = new Int32Array(this.length);
    let count = 0;
    for (let row = 0; row < this.length; row += 1) {
      if (tests.every(({ codes, allowed }) => allowed[codes[row]])
        && terms.every((term) => term.some((test) => test(row)))) {
        found[count] = row;
        count += 1;
      }
    }
    return found.subarray(0, count);
  }

  /** Sort rows by a column; equal ones keep their order, what is not known comes last. */
  sort(rows, name, descending) {
    const { codes, values, numbers } = this.columns.get(name);
    if (numbers) return this.#sortNumbers(rows, numbers, descending);
    const unknown = values[values.length - 1] === null ? values.length - 1 : values.length;
    const bucket = (row) => (descending && codes[row] !== unknown ? unknown - 1 - codes[row] : codes[row]);
    const starts = new Int32Array(values.length + 1);
    for (const row of rows) starts[bucket(row) + 1] += 1;
    for (let code = 1; code < starts.length; code += 1) starts[code] += starts[code - 1];
    const sorted = new Int32Array(rows.length);
    for (const row of rows) {
      const place = bucket(row);
      sorted[starts[place]] = row;
      starts[place] += 1;
    }
    return sorted;
  }

  /** Count how many of some rows have each value of a column. */
  count(rows, name) {
    const { codes, values } = this.columns.get(name);
    const counts = new Int32Array(values.length);
    for (const row of rows) counts[codes[row]] += 1;
    return counts;
  }

  #sortNumbers(rows, numbers, descending) {
    const sign = descending ? -1 : 1;
    const last = (row) => (numbers[row] < 0 ? 1 : 0);
    return rows.slice().sort((a, b) => last(a) - last(b) || sign * (numbers[a] - numbers[b]) || a - b);
  }

  #verdictTest(verdict) {
    const { codes, values } = this.columns.get("status");
    const unknown = verdict === "unknown";
    return { codes, allowed: values.map((value) => (value === "unknown") === unknown) };
  }

  #filterTests(filters) {
    return Object.entries(filters).map(([name, wanted]) => {
      const { codes, values } = this.columns.get(name);
      const fits = name === "reasons"
        ? (value) => (value ?? "").split("; ").includes(wanted)
        : (value) => (value ?? "") === wanted;
      return { codes, allowed: values.map(fits) };
    });
  }

  /** Return tests of a row, one for each column in which a term occurs at all. */
  #searchTests(term) {
    const tests = [];
    for (const name of this.searched) {
      const { codes } = this.columns.get(name);
      const allowed = this.#occurrences(name, term);
      if (allowed) tests.push((row) => allowed[codes[row]]);
    }
    if (/^[0-9a-f]{4,}$/.test(term)) {
      const { texts } = this.columns.get("fingerprint");
      const short = term.slice(0, 12);
      tests.push((row) => texts[row].startsWith(short));
    }
    return tests;
  }

  /** Tell in which values of a column a term occurs: 1 for each that has it; null if none has. */
  #occurrences(name, term) {
    const { joined, starts } = this.prepare(name);
    let at = joined.indexOf(term);
    if (at < 0) return null;
    const allowed = new Uint8Array(starts.length);
    for (let code = 0; at >= 0; at = joined.indexOf(term, starts[code + 1] ?? joined.length)) {
      while (starts[code + 1] <= at) code += 1;
      allowed[code] = 1;
      if (code + 1 === starts.length) break;
    }
    return allowed;
  }

  /** Lay a column's folded values out as one text, a line each: searching that is quick. */
  prepare(name) {
    const column = this.columns.get(name);
    if (column.joined === undefined) {
      column.joined = fold(column.values.map((value) => this.#searchedText(name, value)).join("\n"));
      column.starts = new Int32Array(column.values.length);
      for (let code = 1, at = 0; code < column.starts.length; code += 1) {
        at = column.joined.indexOf("\n", at) + 1;
        column.starts[code] = at;
      }
    }
    return column;
  }

  #searchedText(name, value) {
    if (value === null) return "";
    const word = this.word(name, value);
    return word === value ? value : `${value} ${word}`;
  }
}
