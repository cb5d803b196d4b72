// The filter of the records page. Without it everything is shown.
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
    }
  };
  institution.addEventListener("change", apply);
  drugClass.addEventListener("change", apply);
})();
