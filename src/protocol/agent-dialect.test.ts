import { describe, expect, test } from "vitest";
import { decodeTowerMessage } from "./codec.ts";
import { TOWER_EXAMPLES } from "./examples.ts";

const ECHO = { agentId: "echo", label: "Echo", role: "agent", color: "#7dffb0" };

/** What a tower's text says about one agent that joins or about a mind. */
const said = (text: string) => {
  const decoded = decodeTowerMessage(text);
  if (decoded.kind !== "message") throw new Error(`was not taken: ${JSON.stringify(decoded)}`);
  const { type, ...fields } = decoded.message;
  return fields;
};
const joined = (fields: string) => said(`{"type":"agent_joined","agentId":"echo",${fields}}`);
const mind = (fields: string) => said(`{"type":"agent_state","agentId":"echo",${fields}}`);

describe("a joined agent", () => {
  test.each([
    ["no colour, place or label", '"x_y":1', {}],
    ["infinity for a place", '"x":1e400,"z":4', {}],
    ["half a place", '"z":4', {}],
    ["a place in words", '"x":"left","z":4', {}],
    ["a place far away, which the world may not believe", '"x":1e9,"z":-4', { x: 1e9, z: -4 }],
    ["null everywhere", '"x":null,"z":null,"label":null,"role":null,"color":null,"direction":null', {}],
    ["things for texts", '"label":{},"role":[1],"color":{}', {}],
    ["a number that is no colour", '"color":-1', {}],
    ["infinity for a direction", '"direction":1e400', {}],
    ["nothing but white space", '"label":" \\n\\t ","role":"\\u0000"', {}],
    [
      "a label of 500 characters",
      `"label":"${"Echo of echoes ".repeat(34)}"`,
      { label: "Echo of echoes Echo of…" },
    ],
    ["a label on three lines", '"label":" E\\r\\nc\\tho "', { label: "E c ho" }],
    ["right-to-left text", '"label":"הד הרים"', { label: "הד הרים" }],
    ["text that would turn the rest round", '"label":"\\u202eohcE\\u2066"', { label: "ohcE" }],
    ["half a character", '"label":"Echo\\ud83d"', { label: "Echo" }],
    ["a label that ends in a family", `"label":"${"x".repeat(20)}👨‍👩‍👧‍👦"`, { label: `${"x".repeat(20)}…` }],
    ["an emoji that is joined", '"label":"👩‍🚀 Echo"', { label: "👩‍🚀 Echo" }],
    [
      "marks without end on one letter",
      `"label":"e${"\u0301".repeat(90)}"`,
      { label: `e${"\u0301".repeat(4)}` },
    ],
    ["a role of 50 characters", `"role":"${"r".repeat(50)}"`, { role: `${"r".repeat(31)}…` }],
  ])("%s", (_what, fields, differs) => {
    expect(joined(fields)).toStrictEqual({ ...ECHO, ...differs });
  });

  test("one that every tower knows has its own place for one that cannot be", () => {
    expect(said('{"type":"agent_joined","agentId":"alpha","x":1e400,"z":2}')).toMatchObject({ x: -7, z: 4 });
  });
});

describe("a mind", () => {
  const idle = { agentId: "echo", state: "idle" };
  test.each([
    [
      "beyond the bounds",
      '"engagement":7,"coherence":-0.5,"budgetStress":1.7',
      { engagement: 1, coherence: 0, budgetStress: 1 },
    ],
    ["infinity", '"engagement":-1e400,"budgetStress":1e400', { engagement: 0, budgetStress: 1 }],
    ["no numbers", '"engagement":[],"coherence":"0.5","budgetStress":{}', {}],
    ["no state", '"state":7', {}],
    ["an empty state", '"state":""', {}],
    ["an unknown state", '"state":"pondering"', { state: "pondering" }],
    ["a state without end", `"state":"${"z".repeat(900)}"`, { state: `${"z".repeat(31)}…` }],
    ["a topic without end", `"focusTopic":"${"z".repeat(900)}"`, { focusTopic: `${"z".repeat(79)}…` }],
    ["a topic that is none", '"focusTopic":["a"]', {}],
  ])("%s", (_what, fields, differs) => {
    expect(mind(fields)).toStrictEqual({ ...idle, ...differs });
  });

  test("of today comes through unchanged", () => {
    const { agent_state } = TOWER_EXAMPLES;
    const { type, ...fields } = agent_state;
    expect(said(JSON.stringify(agent_state))).toStrictEqual(fields);
  });
});
