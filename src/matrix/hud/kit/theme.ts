/** The HUD's colours, on near-black with a green cast. Red is for trouble only. */
export const COLOR = {
  panel: "rgba(10, 18, 14, 0.85)",
  /** Opaque: what a card covers must not shine through its words. */
  card: "#080f0b",
  line: "rgba(125, 255, 176, 0.2)",
  lineStrong: "rgba(125, 255, 176, 0.45)",
  well: "rgba(125, 255, 176, 0.06)",
  text: "#dcf5e6",
  dim: "#8fb3a0",
  stale: "#66776e",
  accent: "#4dff9a",
  onAccent: "#04120a",
  amber: "#ffb454",
  red: "#ff6b6b",
  selection: "rgba(77, 255, 154, 0.3)",
  focus: "#eafff3",
  qrDark: "#04120a",
  qrLight: "#f2fff7",
} as const;

/** Font sizes in CSS pixels. */
export const SIZE = { small: 13, body: 14, large: 15, field: 16, amount: 34, chip: 11 } as const;

/** Distances in CSS pixels. */
export const SPACE = { edge: 16, gap: 12, pad: 14, target: 44, line: 20, radius: 2 } as const;
