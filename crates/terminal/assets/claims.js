// Sends a file of claims as it is, and looks for results. Without this script the command does both.
(() => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const ready = () => { const form = by("claims-upload"); if (form) { form.hidden = false; by("claims-file").focus(); } };
  const note = (ja, en) => {
    const small = document.createElement("small");
    small.lang = "en";
    small.textContent = en;
    by("claims-note").replaceChildren(ja + " ", small);
  };
  const show = async (answer) => {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = fresh.getElementById("workspace") || fresh.getElementById("main");
    if (!main) { location.assign("/claims"); return; }
    by("workspace").replaceWith(main);
    const first = document.querySelector("#main [autofocus]");
    if (first) { first.focus(); }
  };
  const send = async (form) => {
    const file = by("claims-file").files[0];
    if (!file) { note("ファイルを選んでください。", "Choose a file."); by("claims-file").focus(); return; }
    if (file.size > Number(form.dataset.bytesMax)) { note("ファイルが大きすぎます。2 GB までに分けて作り直してください。", "The file is too large."); return; }
    note("点検しています…", "Checking…");
    const headers = { "content-type": "application/octet-stream", "x-csrf": form.elements.csrf.value, "x-file-name": base64(file.name), accept: "text/html" };
    try {
      const answer = await fetch("/claims/file", { method: "POST", body: file, headers, redirect: "manual" });
      if (answer.type === "opaqueredirect") { location.assign("/claims"); return; }
      await show(answer);
    } catch {
      note("ファイルを読み取れませんでした。もう一度選んでください。", "The file could not be read. Choose it again.");
    } finally {
      form.classList.remove("busy");
    }
  };
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "claims-upload") { return; }
    event.preventDefault();
    if (event.target.classList.contains("sending")) { return; }
    event.target.classList.add("sending");
    send(event.target).finally(() => event.target.classList.remove("sending", "busy"));
  });
  // Results come by themselves while nobody has moved on.
  const look = async () => {
    const held = by("workspace");
    if (!held || held.dataset.state !== "under-way" || document.hidden) { return; }
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" }, redirect: "manual" }).catch(() => null);
    if (answer && answer.ok && held === by("workspace")) { await show(answer); }
  };
  setInterval(look, 2000);
  ready();
})();
