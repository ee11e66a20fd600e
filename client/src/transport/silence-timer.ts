/** Calls back once nothing has been heard for a while. */
export interface SilenceTimer {
  readonly heard: () => void;
  readonly stop: () => void;
}

export const startSilenceTimer = (afterMs: number, onSilence: () => void): SilenceTimer => {
  let timer = setTimeout(onSilence, afterMs);
  const stop = (): void => clearTimeout(timer);
  return {
    heard() {
      stop();
      timer = setTimeout(onSilence, afterMs);
    },
    stop,
  };
};
