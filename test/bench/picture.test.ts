import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toFigure } from '../../bench/report/figures.ts';
import type { Figure } from '../../bench/report/measurement.ts';
import { describePicture, drawPicture } from '../../bench/report/picture.ts';
import { type Recorded, readResults } from '../../bench/report/results-file.ts';
import { spreadOf } from '../../bench/report/statistics.ts';

const CPU = 'CPU µs per delta';

const recordedOf = (...figures: readonly Figure[]): Recorded => ({
  machine: 'A <CPU>, 2 cores; Node v24; 2026-11-30 12:00; commit abc; load before 0.1; 3 runs',
  busy: false,
  figures,
});

const cpuOf = (subject: string, ...values: readonly number[]): Figure =>
  toFigure(subject, CPU, spreadOf(values));

/** Attributes of the bars, from the top to the bottom. */
const barsOf = (picture: string): readonly { readonly kind: string; readonly width: number }[] =>
  [...picture.matchAll(/<rect class="(bar[^"]*)"[^>]* width="([\d.]+)"/g)].map(([, kind = '', width]) => ({
    kind,
    width: Number(width),
  }));

const getPeers = (): Recorded => {
  const { peers } = readResults();
  if (peers === undefined) throw new Error('bench/results.json has no figures of peers');
  return peers;
};

const readText = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the picture in the repository is the one that the results in the repository make', () => {
  expect(readText('docs/performance.svg')).toBe(drawPicture(getPeers()));
});

test("the picture's alternative text in the README has the figures of the results", () => {
  expect(readText('README.md')).toContain(`![${describePicture(getPeers())}](docs/performance.svg)`);
});

test('bars of a panel have lengths in the ratio of their medians, and those of this server come first', () => {
  const picture = drawPicture(
    recordedOf(cpuOf('another', 100), cpuOf('**this server**, SSE', 50), cpuOf('a `third`', 25)),
  );
  const [ours, another, third] = barsOf(picture);
  expect([ours?.kind, another?.kind, third?.kind]).toEqual(['bar ours', 'bar', 'bar']);
  expect((ours?.width ?? 0) * 2).toBeCloseTo(another?.width ?? 0);
  expect((third?.width ?? 0) * 4).toBeCloseTo(another?.width ?? 0);
});

test('a line shows how far the rounds lie apart, and there is none for a single round', () => {
  expect(drawPicture(recordedOf(cpuOf('another', 10, 20, 40)))).toContain('<line class="spread"');
  expect(drawPicture(recordedOf(cpuOf('another', 10)))).not.toContain('<line class="spread"');
});

test('a picture of a busy machine says so, and so does its text', () => {
  const recorded = { ...recordedOf(cpuOf('another', 1)), busy: true };
  expect(drawPicture(recorded)).toContain('Of a busy machine');
  expect(describePicture(recorded)).toMatch(/^Of a busy machine/);
});

test('a figure that a run does not have is said to be none, in the picture and in its text', () => {
  const recorded = recordedOf(cpuOf('another', Number.NaN), cpuOf('this server, SSE', 12.345));
  expect(drawPicture(recorded)).toContain('>none</text>');
  expect(describePicture(recorded)).toContain('this server, SSE 12.3; another none.');
});

test('names cannot break the markup of the picture', () => {
  const picture = drawPicture(recordedOf(cpuOf('a <b> & "c"', 1)));
  expect(picture).toContain('a &lt;b> &amp; &quot;c&quot;');
  expect(picture).toContain('A &lt;CPU>');
});

test('a figure has no markup in its name, six digits, and null where nothing was measured', () => {
  expect(toFigure('**this server**, `ws`', CPU, spreadOf([1.234_567_89, 1_234.567_89, 3]))).toEqual({
    subject: 'this server, ws',
    figure: CPU,
    median: 3,
    least: 1.234_57,
    most: 1_234.57,
  });
  expect(toFigure('another', CPU, spreadOf([Number.NaN])).median).toBeNull();
});
