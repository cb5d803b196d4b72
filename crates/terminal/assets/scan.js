// Photo and camera for the page of codes. Without this script a scanner that types works, and the numbers do.
(() => {
  "use strict";
  let stream = null;
  const by = (id) => document.getElementById(id);
  const rest = (time) => new Promise((done) => setTimeout(done, time));
  const ready = () => { for (const part of document.querySelectorAll(".by-picture")) { part.hidden = false; } };
  const stop = () => {
    if (stream) { for (const track of stream.getTracks()) { track.stop(); } }
    stream = null;
  };
  // True when the page went on: a code was read, or a photo was not.
  const send = async (picture, from) => {
    const headers = { "content-type": "application/octet-stream", "x-csrf": document.querySelector("#scan [name=csrf]").value, "x-from": from };
    const answer = await fetch("/scan/picture", { method: "POST", body: picture, headers, redirect: "manual" });
    if (answer.type === "opaqueredirect") { location.assign("/scan"); return true; }
    if (answer.status === 204) { return false; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("workspace");
    if (!fresh) { location.assign("/scan"); return true; }
    stop();
    by("workspace").replaceWith(fresh);
    ready();
    const first = document.querySelector("[autofocus]");
    if (first) { first.focus(); }
    return true;
  };
  const look = async () => {
    if (stream) { return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720, facingMode: "environment" }, audio: false });
    } catch {
      by("camera-note").hidden = false;
      return;
    }
    const mine = stream;
    const video = by("camera");
    video.hidden = false;
    video.srcObject = stream;
    await video.play().catch(() => {});
    const canvas = document.createElement("canvas");
    while (stream === mine && video.isConnected) {
      if (video.videoWidth > 0 && !document.hidden) {
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        canvas.getContext("2d").drawImage(video, 0, 0);
        const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
        if (frame && await send(frame, "camera").catch(() => false)) { break; }
      }
      await rest(150);
    }
    if (stream === mine) { stop(); }
  };
  document.addEventListener("change", (event) => {
    const file = event.target.id === "photo" && event.target.files[0];
    if (file) { stop(); send(file, "file").catch(() => location.assign("/scan")); }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#camera-start")) { look(); }
  });
  addEventListener("pagehide", stop);
  ready();
})();
