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
  // Each search by name is a look on record: once is enough.
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "search") { return; }
    if (event.target.classList.contains("busy")) { event.preventDefault(); }
    event.target.classList.add("busy");
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#print")) { window.print(); }
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
  // The strip of the kiosk: a new one as soon as something changed there.
  const kiosk = async () => {
    for (;;) {
      const strip = document.getElementById("kiosk");
      if (!strip) { return; }
      try {
        const answer = await fetch("/kiosk?seen=" + strip.dataset.version, { redirect: "manual" });
        if (answer.type === "opaqueredirect") { return; }
        if (answer.status === 200) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("kiosk");
          const old = document.getElementById("kiosk");
          if (fresh && old && !old.contains(document.activeElement)) { old.replaceWith(fresh); }
          else if (fresh && old) { old.dataset.version = fresh.dataset.version; old.replaceChildren(...fresh.childNodes); }
        } else if (answer.status !== 204) {
          await new Promise((done) => setTimeout(done, 2000));
        }
      } catch {
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
  };
  watch();
  kiosk();
  setInterval(look, 10000);
})();
