
// Findings that leave the page, as CSV or by the clipboard: no cell is a formula.

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const AT_ONCE = 5000;

/** Make a text harmless in a spreadsheet. */
function safeCell(text) {
  return FORMULA.test(text) ? `'${text}` : text;
}

function csvCell(text) {
  const safe = safeCell(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Return findings as CSV (RFC 4180), in pieces; the mark at its start is for Excel. */
function csvOf(findings, rows) {
  const names = [...findings.columns.keys()];
  const pieces = [`\ufeff${names.join(",")}\r\n`];
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const lines = Array.from(rows.subarray(start, start + AT_ONCE), (row) =>
      `${names.map((name) => csvCell(findings.value(name, row) ?? "")).join(",")}\r\n`);
    pieces.push(lines.join(""));
  }
  return pieces;
}

/** Return findings as lines with tabs, in the words of the page. */
function linesOf(findings, rows, names, headOf) {
  const lines = [names.map(headOf).join("\t")];
  for (const row of rows) {
    const cells = names.map((name) => findings.word(name, findings.value(name, row)));
    lines.push(cells.map((cell) => safeCell(cell).replaceAll(/[\t\r\n]/g, " ")).join("\t"));
  }
  return lines.join("\n");
}

/** Hand a file to the reader. */
function download(name, type, pieces) {
  const address = URL.createObjectURL(new Blob(pieces, { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Put a text on the clipboard, in the old way where the new one is not allowed. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
