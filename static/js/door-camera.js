// Reads QR codes from the camera: by the browser's own detector, else by the vendored one
// (WebAssembly).
const PAUSE = 120,
  PATIENCE = 12;

export async function makeDetector({ polyfill, wasm }) {
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) return new BarcodeDetector({ formats: ["qr_code"] });
  }
  await loadScript(polyfill);
  const api = window.BarcodeDetectionAPI;
  api.prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) },
  });
  return new api.BarcodeDetector({ formats: ["qr_code"] });
}

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address });
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("no detector")));
    document.head.append(script);
  });
}

// Calls found(text) for what the camera sees until stop(); paused() true skips a look; broken()
// when looking keeps failing.
export async function watch(video, detector, found, paused, broken) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  let going = true,
    failures = 0;
  const stop = () => {
    going = false;
    for (const track of stream.getTracks()) track.stop();
  };
  (async () => {
    while (going) {
      if (!paused() && video.readyState >= 2) {
        const codes = await detector.detect(video).then(
          (seen) => {
            failures = 0;
            return seen;
          },
          () => {
            failures += 1;
            return [];
          },
        );
        if (failures > PATIENCE) {
          stop();
          broken();
          return;
        }
        if (going && !paused() && codes.length) found(codes[0].rawValue);
      }
      await new Promise((next) => setTimeout(next, PAUSE));
    }
  })();
  return stop;
}
