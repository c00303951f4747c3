// Each verdict has its own tune and shake, so that nobody need look at the screen. No media files.
const TUNES = {
  go: [
    [880, 0, 0.09],
    [1320, 0.1, 0.16],
  ],
  again: [
    [660, 0, 0.14],
    [660, 0.2, 0.14],
  ],
  no: [
    [220, 0, 0.35],
    [196, 0.36, 0.35],
  ],
};
const SHAKES = { go: [60], again: [80, 60, 80], no: [350] };
const touched = () => navigator.userActivation?.hasBeenActive ?? true;
let context;

// Browsers let a page sound only after a touch: call from one.
export function wake() {
  if (!touched()) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

export function play(kind) {
  if (touched()) navigator.vibrate?.(SHAKES[kind] ?? SHAKES.no);
  if (!context || context.state !== "running") return;
  for (const [frequency, delay, length] of TUNES[kind] ?? TUNES.no) {
    const tone = context.createOscillator(),
      gain = context.createGain(),
      start = context.currentTime + delay;
    tone.type = kind === "no" ? "square" : "sine";
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0.25, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + length);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + length);
  }
}
