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
        const held = region.contains(document.activeElement) ? document.activeElement.id : "";
        const open = [...region.querySelectorAll("details[open][id]")].map((one) => one.id);
        region.replaceWith(next);
        next.dataset.was = was;
        for (const id of open) document.getElementById(id)?.setAttribute("open", "");
        if (held) document.getElementById(held)?.focus();
        localTimes(next);
        next.dispatchEvent(new CustomEvent("region", { bubbles: true }));
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
  refresh();
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
