// A soft sound when somebody waits. Browsers stay silent until somebody has pressed something.

const KEY = "suluh-meja-bunyi";
const LABELS = { off: "Bunyi: mati", on: "Bunyi: hidup", held: "Bunyi: tekan lagi" };
const TONES = { waiting: [587, 784], grave: [784, 1047, 784, 1047], message: [659], out: [587, 440, 330] };
const TONE_SECONDS = 0.22;
const LOUDNESS = 0.12;

/** Gives what plays a sound by its name, when it is on. */
export function startSound() {
  const button = document.getElementById("sound");
  const hint = document.getElementById("sound-hint");
  let context = null;
  let isOn = remembered();

  function show() {
    const state = !isOn ? "off" : context?.state === "running" ? "on" : "held";
    button.textContent = LABELS[state];
    if (hint) hint.hidden = state === "on";
  }

  async function wake() {
    context ??= new AudioContext();
    context.onstatechange = show;
    show();
    // It stays pending where the browser wants a press first.
    await context.resume();
    show();
  }

  button.addEventListener("click", async () => {
    const wasSilent = context?.state !== "running";
    isOn = !isOn || wasSilent;
    remember(isOn);
    show();
    if (!isOn) return;
    await wake();
    play(context, TONES.waiting);
  });
  // Any press will do to go on after a page was opened anew.
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, () => { if (isOn && context?.state !== "running") wake(); }, { capture: true });
  }
  if (isOn) wake();
  show();
  return (name) => { if (isOn && context?.state === "running") play(context, TONES[name]); };
}

function play(context, tones) {
  tones.forEach((frequency, number) => {
    const begin = context.currentTime + 0.02 + number * TONE_SECONDS;
    const tone = new OscillatorNode(context, { type: "sine", frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + TONE_SECONDS * 1.6);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + TONE_SECONDS * 1.7);
  });
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

function remember(isOn) {
  try {
    localStorage.setItem(KEY, isOn ? "1" : "0");
  } catch {
    // Storage is forbidden in this browser: it holds for this page.
  }
}
