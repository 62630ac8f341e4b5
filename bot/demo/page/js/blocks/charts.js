// data_visualization blocks as small SVG charts: bar, line, area, pie.
import { h } from "../lib/dom.js";

const COLOURS = [
  "#1264a3",
  "#2eb67d",
  "#e8912d",
  "#b3397f",
  "#6b4fbb",
  "#36c5f0",
  "#a3752e",
  "#e01e5a",
  "#5b7083",
  "#8bc34a",
  "#795548",
  "#009688",
];
const W = 440;
const H = 180;
const EDGE = { left: 40, right: 8, top: 10, bottom: 28 };

export function chart(block) {
  const drawing = block.chart ?? {};
  const parts = drawing.type === "pie" ? pie(drawing) : axes(drawing);
  const names = (drawing.type === "pie" ? drawing.segments : drawing.series) ?? [];
  const shown = names.map((one) => (drawing.type === "pie" ? `${one.label} · ${one.value}` : one.name));
  return h(
    "figure.chart",
    null,
    h("figcaption", null, block.title),
    h("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${block.title}: ${shown.join(", ")}` }, parts),
    h(
      "ul.legend",
      null,
      shown.map((name, index) => h("li", null, h("span.swatch", { style: { background: COLOURS[index % 12] } }), name)),
    ),
    drawing.axis_config?.x_label &&
      h("small", null, [drawing.axis_config.x_label, drawing.axis_config.y_label].filter(Boolean).join(" · ")),
  );
}

function axes({ type, series = [], axis_config: axis }) {
  const labels = axis?.categories ?? series[0]?.data.map((point) => point.label) ?? [];
  const rows = series.map((one) => labels.map((label) => one.data.find((point) => point.label === label)?.value ?? 0));
  const most = Math.max(1e-9, ...rows.flat());
  const least = Math.min(0, ...rows.flat());
  const y = (value) => EDGE.top + (1 - (value - least) / (most - least)) * (H - EDGE.top - EDGE.bottom);
  const step = (W - EDGE.left - EDGE.right) / Math.max(1, labels.length);
  const scale = { y, step, x: (index) => EDGE.left + step * (index + 0.5), zero: y(0) };
  return [
    grid(most, least, y),
    captions(labels, scale),
    ...rows.map((row, index) => DRAW[type]?.(row, index, rows.length, scale)),
  ];
}

function grid(most, least, y) {
  return [least, (most + least) / 2, most].map((value) => [
    h("line.grid", { x1: EDGE.left, x2: W - EDGE.right, y1: y(value), y2: y(value) }),
    h("text", { x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)),
  ]);
}

function captions(labels, { x, step }) {
  const skip = Math.ceil((labels.length * 44) / (W - EDGE.left));
  const room = Math.max(4, Math.floor((step * skip) / 6));
  return labels.map(
    (label, index) =>
      index % skip === 0 && h("text", { x: x(index), y: H - 10, "text-anchor": "middle" }, label.slice(0, room)),
  );
}

const DRAW = {
  bar: (row, index, of, { x, y, step, zero }) => {
    const width = (step * 0.7) / of;
    return row.map((value, at) =>
      h("rect", {
        x: x(at) - step * 0.35 + index * width,
        width: Math.max(1, width - 1),
        y: Math.min(y(value), zero),
        rx: 2,
        height: Math.max(1, Math.abs(zero - y(value))),
        fill: COLOURS[index % 12],
      }),
    );
  },
  line: (row, index, _of, { x, y }) => [
    h("polyline", {
      points: row.map((value, at) => `${x(at)},${y(value)}`).join(" "),
      fill: "none",
      stroke: COLOURS[index % 12],
      "stroke-width": 2.5,
    }),
    row.map((value, at) => h("circle", { cx: x(at), cy: y(value), r: 3, fill: COLOURS[index % 12] })),
  ],
  area: (row, index, of, scale) => {
    const { x, y, zero } = scale;
    const top = row.map((value, at) => `${x(at)},${y(value)}`);
    const points = [`${x(0)},${zero}`, ...top, `${x(row.length - 1)},${zero}`].join(" ");
    return [
      h("polygon", { points, fill: COLOURS[index % 12], "fill-opacity": 0.25 }),
      DRAW.line(row, index, of, scale),
    ];
  },
};

function pie({ segments = [] }) {
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  const [cx, cy, r] = [W / 2, H / 2, H / 2 - 8];
  const at = (share) => [cx + r * Math.sin(2 * Math.PI * share), cy - r * Math.cos(2 * Math.PI * share)];
  let from = 0;
  return segments.map((one, index) => {
    const share = one.value / total;
    const [x1, y1] = at(from);
    const [x2, y2] = at(from + share);
    from += share;
    const fill = COLOURS[index % 12];
    if (share > 0.999) return h("circle", { cx, cy, r, fill });
    return h("path", {
      d: `M${cx} ${cy}L${x1} ${y1}A${r} ${r} 0 ${share > 0.5 ? 1 : 0} 1 ${x2} ${y2}Z`,
      fill,
      stroke: "var(--paper)",
    });
  });
}

function short(value) {
  if (Math.abs(value) >= 1000) return `${Math.round(value / 100) / 10}k`;
  return String(Math.round(value * 10) / 10);
}
