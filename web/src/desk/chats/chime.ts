/** Two soft notes, made where they are heard: no file to load. */

const NOTES_HZ = [659.25, 880];
const NOTE_SECONDS = 0.16;
const LOUDNESS = 0.08;

let context: AudioContext | null = null;

/** Plays them. Browsers keep a page silent until somebody has touched it; then nothing is heard, and nothing breaks. */
export function chime(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
    const start = context.currentTime;
    NOTES_HZ.forEach((frequency, index) => note(context!, frequency, start + index * NOTE_SECONDS));
  } catch {
    context = null;
  }
}

function note(audio: AudioContext, frequency: number, at: number): void {
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_SECONDS * 2);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + NOTE_SECONDS * 2);
}
