// Comfort only: without this script every form works as a plain form.
(() => {
  "use strict";
  const swap = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("workspace");
    const old = document.getElementById("workspace");
    if (!fresh || !old) { return false; }
    old.replaceWith(fresh);
    const light = page.getElementById("light");
    const lamp = document.getElementById("light");
    if (light && lamp) { lamp.replaceWith(light); }
    watch();
    const first = document.querySelector("[autofocus]");
    if (first) { first.focus(); first.select(); }
    return true;
  };
  const watch = () => {
    const form = document.getElementById("check");
    if (!form) { return; }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.classList.contains("busy")) { return; }
      form.classList.add("busy");
      try {
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
        if (answer.type === "opaqueredirect" || !swap(await answer.text())) { location.assign("/"); }
      } catch {
        form.classList.remove("busy");
        form.submit();
      }
    });
  };
  document.addEventListener("keydown", (event) => {
    const next = document.getElementById("next-patient");
    if (event.key === "Escape" && next && !event.isComposing) { location.assign(next.href); }
  });
  const look = async () => {
    const lamp = document.getElementById("light");
    if (!lamp || document.hidden) { return; }
    try {
      const answer = await fetch("/light", { redirect: "manual" });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("light");
        if (fresh) { lamp.replaceWith(fresh); }
      }
    } catch {
      lamp.className = "light down";
    }
  };
  watch();
  setInterval(look, 10000);
})();
