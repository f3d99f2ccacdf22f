// The little that HTML can't do: local times, questions before actions, selects that submit, regions that are brought up to date.
// Every page works without it. No markup is ever made from data: regions are replaced by what the server rendered.
"use strict";
document.documentElement.classList.add("js");

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const wide = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
function localTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = wide.format(moment);
  }
}
for (const one of document.querySelectorAll(".zone")) one.textContent = zone;
for (const one of document.querySelectorAll("[data-zone]")) one.remove();

// A duration, as the server writes it.
function span(seconds) {
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))}ms`;
  const whole = Math.round(seconds), two = (number) => String(number).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86400)}d${two(Math.floor((whole % 86400) / 3600))}h`;
}
document.addEventListener("mouseover", (event) => {
  if (!event.target.matches("time[datetime]")) return;
  const away = (Date.now() - new Date(event.target.dateTime)) / 1000;
  event.target.title = `${away < 0 ? `in ${span(-away)}` : `${span(away)} ago`}, ${event.target.dateTime}`;
});

// What is open gets older while one looks. The server's clock is the one that counts.
const ahead = Date.now() - new Date(document.documentElement.dataset.now);
setInterval(() => {
  for (const one of document.querySelectorAll("[data-since]")) {
    const text = span((Date.now() - ahead - new Date(one.dataset.since)) / 1000);
    if (one.textContent !== text) one.textContent = text;
  }
}, 1000);

// Fields of a moment are in the reader's time; addresses have UTC, and nothing of fields that are empty.
for (const one of document.querySelectorAll("input[data-moment]")) {
  const moment = new Date(`${one.value}Z`);
  if (one.value) one.value = new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
document.addEventListener("formdata", (event) => {
  if (event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  for (const one of event.target.querySelectorAll("input[data-moment]")) {
    if (one.value) event.formData.set(one.name, new Date(one.value).toISOString().slice(0, 16));
  }
});

// Buttons that copy what stands before them.
function copying(within) {
  for (const one of within.querySelectorAll("button.copy")) one.hidden = false;
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const source = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch { // without TLS browsers keep the clipboard to themselves: what is selected can be copied by hand
    window.getSelection().selectAllChildren(source);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.asks;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// What scrolls can be reached by keyboard, and scrolled there.
const SCROLLING = ".chart, .scroll, .payload";
function reachable(within) {
  const wide = [...within.querySelectorAll(SCROLLING)].filter(
    (one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight,
  );
  for (const one of wide) one.tabIndex = 0; // after all are measured: the page is laid out once
}
document.addEventListener("toggle", (event) => reachable(event.target), true);
window.addEventListener("resize", () => reachable(document));

// A region's new self gets what the reader did to the old one: open details, focus, how far it was scrolled.
function carried(region) {
  const open = [...region.querySelectorAll("details[open][id]")].map((one) => one.id);
  const scrolled = [...region.querySelectorAll(SCROLLING)].map((one) => [one.scrollLeft, one.scrollTop]);
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  const id = active?.id, address = active?.getAttribute("href");
  return (next) => {
    for (const one of open) document.getElementById(one)?.setAttribute("open", "");
    [...next.querySelectorAll(SCROLLING)].forEach((one, place) => scrolled[place] && one.scrollTo(...scrolled[place]));
    const held = id ? document.getElementById(id) : [...next.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === address);
    if (active) held?.focus({ preventScroll: true });
  };
}

// A page with <main data-live="/path"> listens there (server-sent events); at each "changed" it is asked for again, and its
// regions (elements with an id and data-region) are replaced by their new selves, if the text differs.
let refreshing = false, again = false;
async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = fresh.title;
    slid(fresh);
    for (const region of document.querySelectorAll("[data-region]")) {
      const next = fresh.getElementById(region.id);
      if (next && next.outerHTML !== region.dataset.was) {
        const was = next.outerHTML;
        const carry = carried(region);
        region.replaceWith(next);
        next.dataset.was = was;
        localTimes(next);
        copying(next);
        charts(next);
        carry(next);
        reachable(next);
      }
    }
  } finally {
    refreshing = false;
    if (again) { again = false; refresh(); }
  }
}

function listen() {
  const where = document.querySelector("[data-live]")?.dataset.live;
  if (!where) return;
  const source = new EventSource(where);
  const pulse = document.querySelector(".pulse");
  const says = (text, lost) => { pulse.hidden = !text; pulse.textContent = text; pulse.classList.toggle("lost", lost); };
  source.addEventListener("open", () => says("Live", false));
  source.addEventListener("error", () => says("Connection lost, trying again", true));
  source.addEventListener("changed", refresh);
  source.addEventListener("over", () => { source.close(); says("", false); refresh(); });
  window.addEventListener("pagehide", () => source.close());
}

// The chart: as large as its reader wants it; the chosen node is marked, and what goes on (or has failed) is in sight at first.
let size = 0;
function charts(within) {
  const chart = within.querySelector(".chart-frame .chart"), drawing = chart?.querySelector("svg");
  if (!drawing) return;
  within.querySelector(".zoom").hidden = false;
  chart.classList.toggle("sized", size > 0);
  drawing.style.width = size ? `${size}px` : "";
  document.getElementById(`node-${chart.dataset.node}`)?.classList.add("chosen");
}
document.addEventListener("click", (event) => {
  const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
  if (!zoom) return;
  const chart = document.getElementById("chart"), drawing = chart.querySelector("svg");
  const { width, height } = drawing.getBoundingClientRect();
  const whole = Math.min(chart.clientWidth - 20, ((chart.clientHeight - 20) * width) / height);
  const least = drawing.viewBox.baseVal.width / 6; // smaller than that, nothing can be told apart
  size = Math.max(least, zoom === "fit" ? whole : width * (zoom === "+" ? 1.25 : 0.8));
  charts(document);
});
function insight() {
  const chart = document.querySelector(".chart-frame .chart");
  const node = chart?.querySelector(".node.chosen") ?? chart?.querySelector(".node.open, .node.retrying, .node.failed");
  if (!node) return;
  const inner = node.getBoundingClientRect(), outer = chart.getBoundingClientRect();
  if (inner.bottom > outer.bottom || inner.right > outer.right) chart.scrollTo(inner.left - outer.left - 80, inner.top - outer.top - 120);
}

// In narrow windows, rows of links scroll: the current one is in sight.
for (const one of document.querySelectorAll("nav.main [aria-current], .tabs [aria-current]")) {
  one.parentElement.scrollLeft = one.offsetLeft - one.parentElement.clientWidth / 2;
}

localTimes(document);
copying(document);
charts(document);
insight();
reachable(document);
listen();

// The slider: the page as of another event, while it is dragged.
let sliding = 0;
function slid(fresh) {
  const slider = document.getElementById("at"), next = fresh.getElementById("at");
  if (!slider || !next) return;
  slider.max = next.max;
  if (document.activeElement !== slider) slider.value = next.value;
}
document.addEventListener("input", (event) => {
  if (!event.target.closest("[data-slider]")) return;
  clearTimeout(sliding);
  sliding = setTimeout(() => {
    const address = new URL(location.href);
    address.searchParams.set("at", event.target.value);
    history.replaceState(null, "", address);
    refresh();
  }, 60);
});

// A click on a node of the chart shows what is known of it.
document.addEventListener("click", (event) => {
  const node = event.target.closest(".chart .node");
  const chart = node?.closest("[data-node-link]");
  if (!chart) return;
  const address = new URL(chart.dataset.nodeLink, location.href);
  address.searchParams.set("node", node.id.replace(/^node-/, ""));
  history.pushState(null, "", address);
  refresh().then(() => document.getElementById("panel")?.scrollIntoView({ block: "nearest" }));
});
window.addEventListener("popstate", refresh);

// JSON fields say what is wrong before they are sent.
document.addEventListener("input", (event) => {
  if (!event.target.matches("textarea[data-json]")) return;
  const text = event.target.value.trim();
  let complaint = "";
  if (text) {
    try { JSON.parse(text); } catch (error) { complaint = `This is no JSON: ${error.message}`; }
  }
  event.target.setCustomValidity(complaint);
});
