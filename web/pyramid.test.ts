import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentAt, paint, pyramidOf, shade } from './pyramid.ts';

const palette = Uint32Array.from({ length: 256 }, (_, i) => i);

test('no change, or less than a page of it, is the middle of the scale; the largest change is its end', () => {
  assert.deepEqual([shade(0, 1e6), shade(4095, 1e6), shade(-4095, 1e6)], [128, 128, 128]);
  assert.deepEqual([shade(1e6, 1e6), shade(-1e6, 1e6)], [255, 1]);
});

test('a row that gains is above the middle, one that gives back below, and each counts from its own first value', () => {
  const times = Float64Array.of(0, 1, 2, 3);
  const pyramid = pyramidOf(times, [
    Float64Array.of(1e9, 1e9, 1e9, 1e9),
    Float64Array.of(0, 1e5, 2e5, 4e5),
    Float64Array.of(4e5, 4e5, 0, 0),
  ]);
  const pixels = new Uint32Array(12);
  paint(pyramid, [0, 4], [0, 1, 2], palette, pixels, 4);
  assert.deepEqual([...pixels.subarray(0, 4)], [128, 128, 128, 128]);
  assert.ok(pixels[5]! > 128 && pixels[6]! > pixels[5]! && pixels[7] === 255);
  assert.deepEqual([...pixels.subarray(8, 12)], [128, 128, 1, 1]);
});

test('zoomed out, a pixel is the mean of its moments, and the order of lines is the one asked for', () => {
  const n = 1024;
  const times = Float64Array.from({ length: n }, (_, i) => i);
  const pyramid = pyramidOf(times, [new Float64Array(n), Float64Array.from({ length: n }, (_, i) => (i < n / 2 ? 0 : 1e6))]);
  const pixels = new Uint32Array(8);
  paint(pyramid, [0, n], [1, 0], palette, pixels, 4);
  assert.deepEqual([...pixels], [128, 128, 255, 255, 128, 128, 128, 128]);
});

test('what was not read has no colour of its own', () => {
  const pyramid = pyramidOf(Float64Array.of(0, 1), [Float64Array.of(Number.NaN, 1e6)]);
  assert.deepEqual([...pyramid.levels[0]!.cells], [128, 128]);
});

test('the moment of a time is the last one not after it', () => {
  const times = Float64Array.of(10, 20, 30);
  assert.deepEqual(
    [5, 10, 19, 20, 31].map((time) => momentAt(times, time)),
    [0, 0, 0, 1, 2],
  );
});
