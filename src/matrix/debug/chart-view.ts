import { edgeId } from "./chart.ts";
import type { ChartLayout, EdgeLine, StateBox } from "./chart-layout.ts";
import type { JobReport } from "./commands.ts";
import { describeFields, describeMoves, describeStep } from "./describe.ts";
import { html, svg } from "./dom.ts";

/** A chart that lights where a job is and says how it came there. */
export interface ChartView {
  readonly element: HTMLElement;
  /** `whose`: who the job belongs to, or why there is none. */
  show(job: JobReport | undefined, whose: string): void;
}

/** Room around the drawing, in px. */
const MARGIN = 8;

/** A name in at most two lines, broken at the underscore nearest to its middle. */
function inTwoLines(name: string): readonly string[] {
  const breaks = [...name.matchAll(/_/g)].map(({ index }) => index);
  const middle = name.length / 2;
  const best = breaks.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  return best === undefined || name.length < 14 ? [name] : [name.slice(0, best + 1), name.slice(best + 1)];
}

function drawBox({ state, x, y, width, height }: StateBox): SVGGElement {
  const lines = inTwoLines(state);
  const middle = y + height / 2 - (lines.length - 1) * 6;
  return svg(
    "g",
    { class: "state" },
    svg("rect", { x, y, width, height, rx: 4 }),
    ...lines.map((text, index) => svg("text", { x: x + width / 2, y: middle + index * 12 }, text)),
  );
}

function drawLine({ edge, points, label: [x, y] }: EdgeLine): SVGGElement {
  const events = [...new Set(edge.triggers.map((trigger) => trigger.split(" ")[0]))].join(" | ");
  return svg(
    "g",
    { class: "edge" },
    svg("title", {}, `${edge.from} → ${edge.to}: ${edge.triggers.join("; ")}`),
    svg("polyline", {
      points: points.map((point) => point.join(",")).join(" "),
      "marker-end": "url(#debug-tip)",
    }),
    svg("text", { x, y: y - 2 }, events),
  );
}

const tip = (): SVGDefsElement =>
  svg(
    "defs",
    {},
    svg(
      "marker",
      {
        id: "debug-tip",
        viewBox: "0 0 6 6",
        refX: 5,
        refY: 3,
        markerWidth: 5,
        markerHeight: 5,
        orient: "auto",
      },
      svg("path", { d: "M0,0 L6,3 L0,6 Z", fill: "context-stroke" }),
    ),
  );

/** Draws a chart once; `show` only lights it. */
export function createChartView({ width, height, regions }: ChartLayout): ChartView {
  const boxes = new Map<string, SVGGElement>();
  const lines = new Map<string, { readonly from: string; readonly drawn: SVGGElement }>();
  const drawing = svg("svg", {
    role: "img",
    preserveAspectRatio: "xMinYMin",
    viewBox: `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`,
  });
  drawing.append(tip());
  for (const { region, y, boxes: states, lines: edges } of regions) {
    drawing.append(svg("text", { class: "region", x: 0, y: y + 4 }, region.name));
    for (const line of edges) {
      const drawn = drawLine(line);
      lines.set(line.edge.id, { from: `${region.name}.${line.edge.from}`, drawn });
      drawing.append(drawn);
    }
    for (const box of states) {
      const drawn = drawBox(box);
      boxes.set(`${region.name}.${box.state}`, drawn);
      drawing.append(drawn);
    }
  }

  const title = html("h2");
  const why = html("p");
  const last = html("p", { class: "last" });
  const history = html("ol", {
    reversed: "",
    tabindex: 0,
    "aria-label": "The last transitions, newest first",
  });
  const element = html(
    "div",
    { class: "chart" },
    drawing,
    html("div", { class: "words" }, title, why, last, history),
  );

  const light = (job: JobReport | undefined) => {
    const current = new Set(job && [`work.${job.phase}`, `refund.${job.refund}`]);
    const taken = new Set(job?.last?.moves.map(edgeId));
    for (const [state, drawn] of boxes) drawn.classList.toggle("current", current.has(state));
    for (const [edge, { from, drawn }] of lines) {
      drawn.classList.toggle("open", current.has(from));
      drawn.classList.toggle("taken", taken.has(edge));
      // What was taken is drawn over what was not.
      if (taken.has(edge)) drawing.append(drawn);
    }
  };

  const write = ({ phase, refund, why: because, last: step, steps }: JobReport, whose: string) => {
    title.textContent = `${whose} · ${phase} · refund ${refund}`;
    why.textContent = because;
    last.textContent =
      step === undefined
        ? ""
        : [describeStep(step), describeFields(step.fields)].filter((text) => text !== "").join(" — ");
    history.replaceChildren(
      ...steps
        .toReversed()
        .map((one) =>
          html(
            "li",
            { title: describeFields(one.fields) },
            html("b", {}, one.seq === undefined ? "–" : `#${one.seq}`),
            ` ${one.event}: ${describeMoves(one)}`,
          ),
        ),
    );
  };
  const clear = (whose: string) => {
    title.textContent = whose;
    for (const each of [why, last, history]) each.replaceChildren();
  };
  /** What is shown, to leave alone what somebody may be reading or selecting. */
  let shown: { readonly whose: string; readonly job: JobReport | undefined } | undefined;

  return {
    element,
    show(job, whose) {
      if (shown?.whose === whose && isSame(shown.job, job)) return;
      shown = { whose, job };
      light(job);
      if (job === undefined) clear(whose);
      else write(job, whose);
      drawing.setAttribute("aria-label", title.textContent ?? "");
    },
  };
}

/** Whether two reports say the same of a job: every step is an object of its own. */
const isSame = (a: JobReport | undefined, b: JobReport | undefined): boolean =>
  a?.jobId === b?.jobId &&
  a?.phase === b?.phase &&
  a?.refund === b?.refund &&
  a?.why === b?.why &&
  a?.last === b?.last;
