// The little that HTML can't do: local times, questions before actions, selects that submit, regions that are brought up to date.
// Every page works without it. No markup is ever made from data: regions are replaced by what the server rendered.
"use strict";
document.documentElement.classList.add("js");

function localTimes(within) {
  const wide = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  for (const time of within.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) {
      time.title = time.title || time.dateTime;
      time.textContent = wide.format(moment);
    }
  }
}

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
    for (const region of document.querySelectorAll("[data-region]")) {
      const next = fresh.getElementById(region.id);
      if (next && next.outerHTML !== region.dataset.was) {
        const was = next.outerHTML;
        const carry = carried(region);
        region.replaceWith(next);
        next.dataset.was = was;
        localTimes(next);
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
  source.addEventListener("changed", refresh);
  source.addEventListener("over", () => { source.close(); refresh(); });
  window.addEventListener("pagehide", () => source.close());
}

localTimes(document);
reachable(document);
listen();

// The slider: the page as of another event, while it is dragged.
let sliding = 0;
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
