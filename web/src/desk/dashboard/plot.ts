/** Draws a week on a canvas with uPlot, which is loaded with this file and only with it. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatDate, formatNumber } from "$/i18n/format.svelte";
import { highest, type Series, wholeRange } from "./series";

const HEIGHT = 200;
const DASHES = [3, 4];

export interface Plotted {
  /** Days as `2026-01-31`. */
  days: readonly string[];
  series: readonly Series[];
  /** The scale's ends; absent: from 0 to what fits. */
  range?: [number, number];
}

function token(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** Draws into `element`, as wide as it is; returns how to take it away. */
export function draw(element: HTMLElement, { days, series, range }: Plotted): () => void {
  const rightToLeft = getComputedStyle(element).direction === "rtl";
  const ink = token(element, "--ink-soft");
  const rule = token(element, "--rule");
  const colours = { bars: token(element, "--accent"), line: token(element, "--ink"), dashes: token(element, "--ink-soft") };
  const font = `12px ${token(element, "--font")}`;
  const [from, to] = range ?? wholeRange(highest(series));

  const plot = new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      padding: [8, 8, 0, 8],
      scales: {
        x: { time: false, dir: rightToLeft ? -1 : 1, range: [-0.5, days.length - 0.5] },
        y: { range: [from, to] },
      },
      axes: [
        {
          stroke: ink, font, grid: { show: false }, ticks: { show: false }, size: 28,
          splits: () => days.map((_, at) => at),
          values: (_, splits) => splits.map((at) => formatDate(`${days[at]}T00:00:00Z`, { weekday: "short", timeZone: "UTC" })),
        },
        {
          side: rightToLeft ? 1 : 3, stroke: ink, font, grid: { stroke: rule, width: 1 }, ticks: { show: false }, size: 40,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000],
          values: (_, splits) => splits.map((value) => formatNumber(value, { notation: "compact" })),
        },
      ],
      series: [
        {},
        ...series.map(({ label, look }): uPlot.Series => ({
          label,
          stroke: colours[look],
          width: look === "bars" ? 0 : 2,
          points: { show: look !== "bars", size: 6, fill: look === "line" ? colours.line : token(element, "--paper"), stroke: colours[look] },
          ...(look === "bars" ? { fill: colours.bars, paths: uPlot.paths.bars!({ size: [0.5, 36] }) } : {}),
          ...(look === "dashes" ? { dash: DASHES } : {}),
        })),
      ],
    },
    [days.map((_, at) => at), ...series.map((one) => one.values)],
    element,
  );
  const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
  resized.observe(element);
  return () => {
    resized.disconnect();
    plot.destroy();
  };
}
