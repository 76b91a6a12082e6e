// The camera: reads a code where the browser can, and makes photos small before they are kept. What is drawn anew carries
// no place and no device any more.
"use strict";

const LONGEST = 1600;
const SMALL = 400_000;

export const canScan = () => "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);

/** Words of the first code seen; "" once `stopped.now` is set, the page has gone on or is hidden. The camera is let go of. */
export async function scan(video, stopped) {
  const detector = new BarcodeDetector();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    await video.play();
    while (!stopped.now && video.isConnected && !document.hidden) {
      const [found] = await detector.detect(video);
      if (found) return found.rawValue;
      await new Promise((next) => setTimeout(next, 200));
    }
    return "";
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

const blobOf = (canvas, type, quality) => new Promise((done) => canvas.toBlob(done, type, quality));

async function drawn(image, longest) {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A photo as a JPEG of at most about 400 kB. */
export async function smaller(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  for (const [longest, quality] of [[LONGEST, 0.8], [LONGEST, 0.6], [1200, 0.6], [900, 0.5]]) {
    const blob = await blobOf(await drawn(image, longest), "image/jpeg", quality);
    if (blob.size <= SMALL || longest === 900) return blob;
  }
  return null;
}

export const pngOf = (canvas) => blobOf(canvas, "image/png");

/** Digest of the content, by which server and phone know it, and the content as text. */
export async function named(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...hash].map((one) => one.toString(16).padStart(2, "0")).join("");
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { client_id: `sha256:${hex}`, content: btoa(text), size: bytes.length, type: blob.type };
}
