
// The page comes to life: the switch for light and dark, then the findings.

function startTheme() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  button.hidden = false;
  button.addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
}

/** Prepare the search while the reader reads, one column at a time. */
function prepareSearch(findings, names) {
  if (!names.length) return;
  findings.prepare(names.shift());
  setTimeout(() => prepareSearch(findings, names), 50);
}

async function start() {
  startTheme();
  const phrases = JSON.parse(document.getElementById("phrases").textContent);
  const place = document.getElementById("table");
  const notice = make("p", { class: "note", role: "status" }, phrases.js_loading);
  place.append(notice);
  try {
    const island = document.getElementById("data");
    const findings = new Findings(await unpack(island.textContent), phrases);
    island.remove();
    notice.remove();
    const table = new FindingsTable(place, findings, phrases);
    if (!table.follow(location.hash)) table.choose({}, { link: false });
    addEventListener("hashchange", () => {
      if (table.follow(location.hash)) document.getElementById("findings").scrollIntoView();
    });
    prepareSearch(findings, [...findings.searched]);
    if (location.hash.includes("=")) document.getElementById("findings").scrollIntoView();
  } catch (error) {
    notice.textContent = phrases.js_failed;
    place.append(notice);
    throw error;
  } finally {
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
  }
}

start();
