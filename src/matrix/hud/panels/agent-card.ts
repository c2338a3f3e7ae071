import type { JobView } from "../../../job/view.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { AgentView } from "../../state/model.ts";
import { actionName, intentOf } from "../asks.ts";
import { type HudContext, type HudFeature, patchUi } from "../context.ts";
import { button, cross, iconButton, panelGround, text } from "../kit/build.ts";
import { letterColor } from "../kit/letter-color.ts";
import type { HudNode } from "../kit/node.ts";
import { bottomOf, type Rect, rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { HEIGHT } from "../layout.ts";
import { isMine, needsOf } from "../needs.ts";
import { budgetText, stateDot, stateWord, stressColor } from "./agent-list.ts";
import { createTreasuryButton } from "./treasury-offer.ts";

/** The selected agent: who it is, what it is doing and for how much, and what can be asked of it. */
export const agentCardFeature: HudFeature = {
  name: "agent",
  create(context) {
    const treasury = createTreasuryButton(context);
    return { view: (at) => cardNode(context, treasury, at) };
  },
};

function cardNode(
  context: HudContext,
  treasury: ReturnType<typeof createTreasuryButton>,
  at: Rect,
): HudNode | undefined {
  const { state, selection, ui } = context;
  const id = selection.get();
  const agent = id === undefined ? undefined : state.agents.get().get(id);
  if (agent === undefined) return undefined;
  const close = rect(rightOf(at) - SPACE.target, at.y, SPACE.target, SPACE.target);
  const offer = treasury.node(
    agent.id,
    rect(at.x + SPACE.pad, bottomOf(at) - SPACE.target - 8, at.width - 2 * SPACE.pad, SPACE.target),
  );
  const above = offer === undefined ? at : rect(at.x, at.y, at.width, at.height - HEIGHT.treasuryOffer);
  return {
    key: "agent",
    role: "region",
    rect: at,
    label: "Selected agent",
    marks: [panelGround(at), { kind: "box", rect: rect(at.x, at.y, at.width, 2), fill: agent.color }],
    children: [
      ...lines(context, agent, at),
      iconButton("close", close, "Close", cross(close.x + 22, close.y + 22, COLOR.dim), () =>
        selection.set(undefined),
      ),
      ...buttons(context, agent, above, () => {
        patchUi(ui, { asking: agent.id });
        context.focusEntry();
      }),
      ...(offer === undefined ? [] : [offer]),
    ],
  };
}

/** What of this agent's work waits to be claimed back by this person. */
function owedText(context: HudContext, agent: AgentView): string | undefined {
  const owed = needsOf(context).find(
    (need) => need.action === "claim_refund" && need.job.agentId === agent.id,
  );
  return owed && `${formatSats(owed.amountSats)} of your last job waits to be claimed back.`;
}

function lines(context: HudContext, agent: AgentView, at: Rect): readonly HudNode[] {
  const { state, measure } = context;
  const isLive = state.link.get().status === "live";
  const left = at.x + SPACE.pad;
  const width = at.width - 2 * SPACE.pad;
  const nameWidth = measure.width(`${agent.label} `, SIZE.large, true);
  const topic = agent.focusTopic === undefined ? "" : ` · ${agent.focusTopic}`;
  const mood = `${stateWord(agent)}${topic}`;
  const gauge = rect(left, at.y + 74, width, 6);
  const { job } = agent;
  const why = job?.why ?? owedText(context, agent) ?? "No job just now.";
  const more = agent.openJobs > 1 ? `${agent.openJobs} jobs` : "";
  return [
    {
      key: "name",
      role: "heading",
      rect: rect(left, at.y + 8, width - SPACE.target, 28),
      marks: [
        stateDot(agent, left + 5, at.y + 22, isLive),
        text(left + 18, at.y + 22, agent.label, {
          size: SIZE.large,
          bold: true,
          color: letterColor(agent.color),
        }),
        text(left + 18 + nameWidth, at.y + 22, agent.role, { size: SIZE.small, color: COLOR.dim }),
      ],
    },
    {
      key: "mood",
      role: "text",
      rect: rect(left, at.y + 36, width, 22),
      label: mood,
      marks: [text(left, at.y + 47, measure.fit(mood, SIZE.small, width), { size: SIZE.small })],
    },
    {
      key: "budget",
      role: "meter",
      rect: gauge,
      value: Math.min(1, agent.budgetStress),
      label: budgetText(agent),
      marks: [
        { kind: "box", rect: gauge, fill: COLOR.well, stroke: COLOR.line },
        {
          kind: "box",
          rect: rect(
            gauge.x,
            gauge.y,
            Math.round(gauge.width * Math.min(1, agent.budgetStress)),
            gauge.height,
          ),
          fill: isLive ? stressColor(agent.budgetStress) : COLOR.stale,
        },
      ],
    },
    {
      key: "spent",
      role: "text",
      rect: rect(left, at.y + 82, width, 20),
      label: budgetText(agent),
      marks: [text(left, at.y + 93, budgetText(agent), { size: SIZE.small, color: COLOR.dim })],
    },
    {
      key: "job",
      role: "text",
      rect: rect(left, at.y + 108, width, 48),
      label: [why, job?.priceSats === undefined ? "" : formatSats(job.priceSats), more]
        .filter(Boolean)
        .join(" "),
      marks: jobMarks(measure, job, why, more, rect(left, at.y + 108, width, 48)),
    },
  ];
}

function jobMarks(
  measure: HudContext["measure"],
  job: JobView | undefined,
  why: string,
  more: string,
  at: Rect,
) {
  const price = job?.priceSats === undefined ? "" : formatSats(job.priceSats);
  const right = [price, more].filter(Boolean).join(" · ");
  const rightWidth = right === "" ? 0 : measure.width(right, SIZE.small, true) + SPACE.gap;
  const ranges = measure.ranges(why, SIZE.small, at.width, rightWidth);
  const most = 3;
  const line = ranges.length < most ? 18 : 16;
  const color = job === undefined ? COLOR.stale : COLOR.text;
  return [
    ...ranges.slice(0, most).map(({ start, end }, index) => {
      const isCut = index === most - 1 && ranges.length > most;
      const words = isCut
        ? measure.fit(why.slice(start), SIZE.small, at.width)
        : why.slice(start, end).trimEnd();
      return text(at.x, at.y + 10 + index * line, words, { size: SIZE.small, color });
    }),
    ...(right === ""
      ? []
      : [text(rightOf(at), at.y + 10, right, { size: SIZE.small, bold: true, align: "right" as const })]),
  ];
}

function buttons(context: HudContext, agent: AgentView, at: Rect, ask: () => void): readonly HudNode[] {
  const { state, asks, refresh } = context;
  const me = state.me.get();
  const isLive = state.link.get().status === "live";
  const { job } = agent;
  const wanted: { key: string; words: string; isSending: boolean; tap: () => void }[] = [];
  if (me.role !== "kiosk") wanted.push({ key: "ask", words: "ASK", isSending: false, tap: ask });
  const isCancellable = job?.allowed.includes("cancel") === true && isMine(job, me);
  const isAbortable = job?.allowed.includes("abort") === true && me.role === "operator";
  if (job !== undefined && (isCancellable || isAbortable)) {
    const action = isCancellable ? "cancel" : "abort";
    const name = actionName(job.jobId, action);
    wanted.push({
      key: action,
      words: isCancellable ? "CANCEL JOB" : "ABORT JOB",
      isSending: asks.isSending(name),
      tap: () => asks.ask(name, intentOf(job, action)),
    });
  }
  if (me.role === "operator") {
    const action = agent.state === "paused" ? "resume" : "pause";
    const name = `${action}:${agent.id}`;
    wanted.push({
      key: action,
      words: action.toUpperCase(),
      isSending: asks.isSending(name),
      tap: () => asks.ask(name, { type: "agent_control", agentId: agent.id, action }),
    });
  }
  const width = (at.width - 2 * SPACE.pad - 8 * (wanted.length - 1)) / Math.max(1, wanted.length);
  return wanted.map(({ key, words, isSending, tap }, index) =>
    button({
      key,
      at: rect(
        Math.round(at.x + SPACE.pad + index * (width + 8)),
        bottomOf(at) - SPACE.target - 8,
        Math.floor(width),
        SPACE.target,
      ),
      words: isSending ? "sending…" : words,
      look: key === "cancel" || key === "abort" ? "attention" : "quiet",
      disabled: isSending || (!isLive && key !== "ask"),
      margin: 2,
      tap: () => {
        tap();
        refresh();
      },
    }),
  );
}
