/** Draws a flame graph: what is too narrow to be seen is skipped with all above it, so that size costs nothing. */
import { eachVisible, type Flame } from './flame-layout.ts';

export const rowHeight = 19;

export interface FlameView {
  readonly zoom: number;
  /** The node that is pointed at. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
  /** 1 for what a search found; null: nothing is searched. */
  readonly hits: Uint8Array | null;
  readonly dark: boolean;
}

const narrowest = 0.4;
/** Width of a character of the 12 px monospace, about: no text is measured, there are too many. */
const characterWidth = 7.25;

export function drawFlame(canvas: HTMLCanvasElement, flame: Flame, view: FlameView): void {
  const { width, height, hits, dark } = view;
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d')!;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = '12px ui-monospace, "DejaVu Sans Mono", monospace';
  pen.textBaseline = 'middle';
  const ink = dark ? '#101214' : '#1d1f22';
  // By colour, not by node: changing the colour is what costs.
  const rectangles = new Map<string, number[]>();
  const texts: [string, number, number][] = [];
  eachVisible(flame, view.zoom, width, narrowest, (node, x, wide) => {
    const y = height - (flame.depth[node]! + 1) * rowHeight;
    if (y < -rowHeight) return;
    const colour = colourOf(flame, node, view);
    const list = rectangles.get(colour);
    const drawn = Math.max(wide - (wide > 3 ? 1 : 0), narrowest);
    if (list === undefined) rectangles.set(colour, [x, y, drawn]);
    else list.push(x, y, drawn);
    const room = Math.floor((wide - 8) / characterWidth);
    if (room < 3) return;
    const name = flame.names[flame.name[node]!]!;
    texts.push([name.length <= room ? name : `${name.slice(0, room - 1)}…`, x + 4, y + rowHeight / 2]);
  });
  for (const [colour, list] of rectangles) {
    pen.fillStyle = colour;
    for (let at = 0; at < list.length; at += 3) pen.fillRect(list[at]!, list[at + 1]!, list[at + 2]!, rowHeight - 1);
  }
  pen.fillStyle = ink;
  for (const [text, x, y] of texts) pen.fillText(text, x, y);
  outline(pen, flame, view, hits === null ? ink : '#0072b2');
}

function outline(pen: CanvasRenderingContext2D, flame: Flame, { zoom, at, width, height }: FlameView, colour: string): void {
  const scale = width / (flame.weight[zoom]! || 1);
  const [x, wide] =
    at >= zoom && at < flame.end[zoom]! ? [(flame.start[at]! - flame.start[zoom]!) * scale, flame.weight[at]! * scale] : [0, width];
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.strokeRect(x + 1, height - (flame.depth[at]! + 1) * rowHeight + 1, Math.max(1, wide - 3), rowHeight - 3);
}

/** Warm tints by the function's name, all light enough for dark text; what a search finds is blue, the rest then pale. */
const tints = ['#f4c27a', '#f0b35c', '#f6cf98', '#eaa552', '#f2bd86', '#f7d8ab'] as const;
const darkTints = ['#d9a45a', '#cf9446', '#e0b274', '#c68a3f', '#d69f66', '#e3bd88'] as const;

function colourOf(flame: Flame, node: number, { hits, dark }: FlameView): string {
  if (hits !== null) return hits[node] === 1 ? '#7cc4f0' : dark ? '#8a8780' : '#e6e3db';
  if (node === 0) return dark ? '#b4b0a7' : '#dcdad4';
  const list = dark ? darkTints : tints;
  return list[(flame.name[node]! * 2_654_435_761) % list.length]!;
}
