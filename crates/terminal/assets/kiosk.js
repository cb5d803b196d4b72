// The kiosk's page: new screens come by themselves, the pad types, the camera looks. Everything but pad and camera works
// without it. What is typed goes into the form and nowhere else.
(() => {
  "use strict";
  const screen = () => document.getElementById("screen");
  let camera = null;

  const ready = () => {
    const pad = document.querySelector(".pad");
    if (pad) { pad.hidden = false; }
    const first = document.querySelector("#screen [autofocus]");
    if (first) { first.focus({ preventScroll: true }); }
    if (screen().dataset.stage === "camera") { look(); } else { stop(); }
  };

  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("screen");
    const old = screen();
    if (!fresh || !old) { return; }
    // A screen of the camera keeps its picture: only the words change.
    if (fresh.dataset.stage === "camera" && old.dataset.stage === "camera") {
      const video = document.getElementById("camera");
      fresh.querySelector("#camera").replaceWith(video);
    }
    old.replaceWith(fresh);
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    ready();
  };

  const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  const watch = async () => {
    for (;;) {
      try {
        const answer = await fetch("/screen?seen=" + screen().dataset.version);
        if (answer.status === 200) { show(await answer.text()); } else if (answer.status !== 204) { await rest(1000); }
      } catch {
        await rest(1000);
      }
    }
  };

  document.addEventListener("submit", async (event) => {
    if (event.target.closest("#shelf")) {
      event.preventDefault();
      const button = event.submitter;
      const card = button && button.name ? { [button.name]: button.value } : {};
      await fetch("/shelf", { method: "POST", body: new URLSearchParams(card) }).catch(() => {});
      return;
    }
    event.preventDefault();
    const sent = new URLSearchParams(new FormData(event.target, event.submitter));
    for (const secret of document.querySelectorAll(".secret")) { secret.value = ""; }
    try {
      await fetch("/act", { method: "POST", body: sent });
    } catch {
      location.assign("/");
    }
  });

  document.addEventListener("click", (event) => {
    const pin = document.getElementById("pin");
    const digit = event.target.closest("[data-digit]");
    if (pin && digit && pin.value.length < 4) { pin.value += digit.dataset.digit; }
    if (pin && event.target.closest("[data-delete]")) { pin.value = pin.value.slice(0, -1); }
  });

  // Arrows go from one to the next, as on the panels that people know.
  document.addEventListener("keydown", (event) => {
    const forward = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!forward || event.target.type === "radio") { return; }
    const all = [...document.querySelectorAll("#screen button:not([hidden]), #screen input:not([type=hidden])")]
      .filter((element) => element.offsetParent !== null);
    const next = all[all.indexOf(document.activeElement) + forward];
    if (next) { next.focus(); event.preventDefault(); }
  });

  const stop = () => {
    if (camera) { for (const track of camera.getTracks()) { track.stop(); } }
    camera = null;
  };

  const say = (act) => {
    const body = new URLSearchParams({ act, visit: screen().dataset.visit, step: document.querySelector("#act [name=step]").value });
    return fetch("/act", { method: "POST", body }).catch(() => {});
  };

  const look = async () => {
    if (camera) { return; }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 }, audio: false });
    } catch {
      if (screen().dataset.stage === "camera") { say("camera-missing"); }
      return;
    }
    camera = stream;
    const video = document.getElementById("camera");
    if (!video) { stop(); return; }
    video.srcObject = stream;
    await video.play().catch(() => {});
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    while (camera === stream && screen().dataset.stage === "camera") {
      if (video.videoWidth > 0) {
        canvas.width = Math.min(video.videoWidth, 480);
        canvas.height = Math.round(video.videoHeight * canvas.width / video.videoWidth);
        context.drawImage(video, 0, 0, canvas.width, canvas.height);
        await send(context.getImageData(0, 0, canvas.width, canvas.height));
      }
      await rest(150);
    }
    if (screen().dataset.stage !== "camera") { stop(); }
  };

  const send = async (image) => {
    const rgb = new Uint8Array(image.width * image.height * 3);
    for (let from = 0, to = 0; from < image.data.length; from += 4) {
      rgb[to++] = image.data[from]; rgb[to++] = image.data[from + 1]; rgb[to++] = image.data[from + 2];
    }
    const size = new URLSearchParams({ width: image.width, height: image.height });
    const headers = { "content-type": "application/octet-stream", "x-visit": screen().dataset.visit };
    await fetch("/frame?" + size, { method: "POST", body: rgb, headers }).catch(() => {});
  };

  ready();
  watch();
})();
