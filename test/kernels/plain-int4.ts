/** The quantizer of INT4 in groups, element by element: what the kernel is held against, in its arithmetic. */
import { roundHalfToEven, type PlainResult } from './plain-quantizer.js';

const f = Math.fround;

const STARTS = [1.04, 1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.7, 0.64];
const ENDS = [0.5, 1, 0];

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
const wholeScale = (value: number): number => clamp(roundHalfToEven(value), 1, 255);
const wholeOffset = (value: number): number => clamp(roundHalfToEven(value), -127, 127);

/** Four sums in f32, joined as (0 + 1) + (2 + 3). */
class Lanes {
  private readonly lanes = new Float32Array(4);
  add(index: number, value: number): void {
    this.lanes[index % 4] = (this.lanes[index % 4] as number) + value;
  }
  sum(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.lanes;
    return f(f(a + b) + f(c + d));
  }
}

interface Grid {
  readonly scale: number;
  readonly offset: number;
}

function codeOf(value: number, { scale, offset }: Grid): number {
  return clamp(roundHalfToEven(f(f(value - 8 * offset) * f(1 / scale))), -8, 7);
}

interface Trial {
  readonly loss: number;
  /** The grid that fits the codes best. */
  readonly fit: Grid;
}

function tryGrid(run: Float32Array, weights: Float32Array, grid: Grid): Trial {
  const [loss, codes, squares, values, products, weight] = Array.from({ length: 6 }, () => new Lanes()) as [
    Lanes,
    Lanes,
    Lanes,
    Lanes,
    Lanes,
    Lanes,
  ];
  run.forEach((x, i) => {
    const w = weights[i] as number;
    const value = f(x - 8 * grid.offset);
    const code = codeOf(x, grid);
    const lost = f(f(code * grid.scale) - value);
    const weighted = f(code * w);
    loss.add(i, f(f(lost * lost) * w));
    codes.add(i, weighted);
    squares.add(i, f(weighted * code));
    values.add(i, f(value * w));
    products.add(i, f(weighted * value));
    weight.add(i, w);
  });
  const determinant = weight.sum() * squares.sum() - codes.sum() * codes.sum();
  const scale = wholeScale(
    determinant > 0 ? (weight.sum() * products.sum() - codes.sum() * values.sum()) / determinant : grid.scale,
  );
  const shift = (values.sum() - scale * codes.sum()) / weight.sum();
  return { loss: loss.sum(), fit: { scale, offset: wholeOffset(grid.offset + shift / 8) } };
}

function bestGrid(run: Float32Array, weights: Float32Array, min: number, max: number): Grid {
  const width = f(max - min);
  let best = { loss: Infinity, grid: { scale: 0, offset: 0 } };
  const tried = new Set<string>();
  const isNew = ({ scale, offset }: Grid): boolean => {
    const key = `${scale} ${offset}`;
    const isKnown = tried.has(key);
    tried.add(key);
    return !isKnown;
  };
  for (const start of STARTS) {
    for (const end of ENDS) {
      const scale = wholeScale((width / 15) * start);
      const lowest = min + (width - 15 * scale) * end;
      let grid: Grid = { scale, offset: wholeOffset((lowest + 8 * scale) / 8) };
      while (isNew(grid)) {
        const trial = tryGrid(run, weights, grid);
        if (trial.loss < best.loss) best = { loss: trial.loss, grid };
        else if (trial.loss > f(1.5 * best.loss)) break;
        grid = trial.fit;
      }
    }
  }
  for (;;) {
    const around = best.grid;
    for (const [by, shift] of [
      [0, -1],
      [0, 1],
      [-1, 0],
      [1, 0],
      [-2, 0],
      [2, 0],
    ] as const) {
      const grid = { scale: wholeScale(around.scale + by), offset: wholeOffset(around.offset + shift) };
      if (!isNew(grid)) continue;
      const { loss } = tryGrid(run, weights, grid);
      if (loss < best.loss) best = { loss, grid };
    }
    if (best.grid === around) return around;
  }
}

/** Smallest and largest value of each group of a row. */
function rangesOf(
  row: Float32Array,
  group: number,
): { readonly run: Float32Array; min: number; max: number }[] {
  return Array.from({ length: Math.ceil(row.length / group) }, (_, g) => {
    const run = row.subarray(g * group, (g + 1) * group);
    return { run, min: Math.min(...run), max: Math.max(...run) };
  });
}

/** Codes as nibbles, in blocks of 32 columns. */
export function plainInt4(
  values: Float32Array,
  weights: Float32Array,
  { rows, cols, group }: { readonly rows: number; readonly cols: number; readonly group: number },
): PlainResult {
  const stride = 16 * Math.ceil(cols / 32);
  const codes = new Int8Array(rows * stride);
  const scales: number[] = [];
  const grids: Grid[] = [];
  let signal = 0;
  let error = 0;
  for (let row = 0; row < rows; row += 1) {
    const ranges = rangesOf(values.subarray(row * cols, (row + 1) * cols), group);
    const needed = ranges.map(({ min, max }) => {
      const step = f(f(max / 15) - f(min / 15));
      const zero = f(f(f(max / 2) + f(min / 2)) + f(step / 2));
      return Math.max(f(step / 255), f(Math.abs(zero) / (8 * 127)));
    });
    const scale = Math.max(...needed) < 2 ** -126 ? 0 : Math.max(...needed);
    scales.push(scale);
    for (const [g, { run, min, max }] of ranges.entries()) {
      const isZero = scale === 0 || (min === 0 && max === 0);
      const units = run.map((value) => (isZero ? 0 : f(value / scale)));
      const grid = isZero
        ? { scale: 0, offset: 0 }
        : bestGrid(units, weights.subarray(g * group), f(min / scale), f(max / scale));
      grids.push(grid);
      units.forEach((unit, i) => {
        const code = isZero ? 0 : codeOf(unit, grid);
        const col = g * group + i;
        const at = row * stride + 16 * Math.floor(col / 32) + (col % 16);
        codes[at] = (codes[at] as number) | ((code & 15) << (col % 32 < 16 ? 0 : 4));
        const value = run[i] as number;
        signal += value * value;
        error += (scale * (grid.scale * code + 8 * grid.offset) - value) ** 2;
      });
    }
  }
  return {
    codes,
    scales: Float32Array.from(scales),
    groupScales: Uint8Array.from(grids, (grid) => grid.scale),
    groupOffsets: Int8Array.from(grids, (grid) => grid.offset),
    signal,
    error,
  };
}
