// The records page: print, filter, and the bars by keyboard. Without it everything is shown.
"use strict";
// What is folded up on the screen is open on paper.
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const box of opened) box.open = true;
  });
  addEventListener("afterprint", () => { for (const box of opened) box.open = false; });
})();
// The filter. Without it everything is shown.
(() => {
  const box = document.querySelector(".filter");
  if (!box) return;
  box.hidden = false;
  const institution = document.getElementById("by-institution");
  const drugClass = document.getElementById("by-class");
  const fits = (element, by, key) => !by.value || (element.dataset[key] || "").split(" ").includes(by.value);
  const apply = () => {
    for (const row of document.querySelectorAll(".drugs tbody tr")) {
      row.hidden = !(fits(row, institution, "institution") && fits(row, drugClass, "class"));
    }
    for (const row of document.querySelectorAll(".timeline g.drug")) {
      row.classList.toggle("dim", !(fits(row, institution, "institutions") && fits(row, drugClass, "class")));
      for (const bar of row.querySelectorAll("rect.bar")) {
        bar.classList.toggle("dim", !fits(bar, institution, "institution"));
      }
      for (const lane of row.querySelectorAll("text.lane")) {
        lane.classList.toggle("dim", !fits(lane, institution, "institutions"));
      }
    }
  };
  institution.addEventListener("change", apply);
  drugClass.addEventListener("change", apply);
})();
// The bars: one stop for Tab, the arrows go from bar to bar and from row to row, and what a bar is stands below.
(() => {
  const picture = document.querySelector(".timeline > svg");
  if (!picture) return;
  const told = document.getElementById("bar-told");
  const rows = [...picture.querySelectorAll("g.drug")].map((row) => [...row.querySelectorAll("rect.bar")]);
  const tell = (bar) => { told.textContent = bar.getAttribute("aria-label"); };
  const middle = (bar) => bar.x.baseVal.value + bar.width.baseVal.value / 2;
  const nearest = (bars, to) => bars.reduce((best, bar) =>
    Math.abs(middle(bar) - middle(to)) < Math.abs(middle(best) - middle(to)) ? bar : best);
  for (const bars of rows) {
    for (const bar of bars) bar.setAttribute("tabindex", "-1");
  }
  // The newest of what is taken now.
  let here = rows[0].reduce((best, bar) => (middle(bar) > middle(best) ? bar : best));
  here.setAttribute("tabindex", "0");
  picture.addEventListener("keydown", (event) => {
    const row = rows.findIndex((bars) => bars.includes(event.target));
    if (row < 0) return;
    const at = rows[row].indexOf(event.target);
    const go = { ArrowLeft: () => rows[row][at - 1], ArrowRight: () => rows[row][at + 1],
      ArrowUp: () => rows[row - 1] && nearest(rows[row - 1], event.target),
      ArrowDown: () => rows[row + 1] && nearest(rows[row + 1], event.target) }[event.key];
    if (!go) return;
    event.preventDefault();
    const next = go();
    if (next) next.focus();
  });
  picture.addEventListener("focusin", (event) => {
    if (!event.target.matches("rect.bar")) return;
    here.setAttribute("tabindex", "-1");
    here = event.target;
    here.setAttribute("tabindex", "0");
    tell(here);
  });
  picture.addEventListener("pointerover", (event) => { if (event.target.matches("rect.bar")) tell(event.target); });
})();
