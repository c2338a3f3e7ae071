import { FIRST_FIVE, joins } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { inOrder, type Moment, type Scene } from "../scene.ts";

const raw = (text: string): Moment["say"] => ({ raw: text });
const frame = (type: string, fields: object): Moment["say"] => raw(JSON.stringify({ type, ...fields }));
const joined = (agentId: string, fields: object = {}) => frame("agent_joined", { agentId, ...fields });

/** What a careless tower might send, one after the other. */
const FRAMES: readonly Moment["say"][] = [
  // Agents that lack something, or have too much of it.
  joined("bare"),
  joined("no-colour", { label: "No colour", role: "analyst" }),
  joined("odd-colour", { label: "Odd colour", color: "chartreuse" }),
  joined("short-colour", { label: "Short colour", color: "#f0a" }),
  joined("no-label", { color: "#4fd8ff", role: "analyst" }),
  joined("twice", { label: "Twice", color: "#c79bff" }),
  joined("twice", { label: "Twice again", color: "#ffd166" }),
  joined("far-away", { label: "Far away", x: 1e9, z: -1e9 }),
  joined("nowhere", { label: "Nowhere", x: null, z: null }),
  joined("inside-the-core", { label: "In the core", x: 0, z: 0 }),
  joined("on-alpha", { label: "On Alpha", x: -7, z: 4 }),
  joined("long", { label: "endless ".repeat(63).slice(0, 500) }),
  joined("arabic", { label: "وكيل مجتهد" }),
  joined("emoji", { label: "🦉 owl 👩🏽‍🚀" }),
  joined("stacked", { label: "Z̷̧̛͓̹͎̗͎a̴̡̛̰̺͚l̶̢̛̖g̸̨̘o̵" }),
  // Places, ids and labels that are none.
  raw('{"type":"agent_joined","agentId":"infinite","label":"Infinite","x":1e400,"z":0}'),
  joined("not an id", { label: "Not an id" }),
  joined("", { label: "Nameless" }),
  joined("numbered", { label: 17 }),
  // Minds: unknown words, figures out of range, and of an agent that comes only afterwards.
  frame("agent_state", { agentId: "alpha", state: "levitating" }),
  frame("agent_state", { agentId: "beta", state: "working", budgetStress: 7 }),
  frame("agent_state", { agentId: "beta", state: "working", budgetStress: -1 }),
  frame("agent_state", { agentId: "gamma", state: "thinking", engagement: "deep", mood: "hesitant" }),
  frame("agent_state", { agentId: "latecomer", state: "working" }),
  joined("latecomer", { label: "Latecomer" }),
  frame("agent_left", { agentId: "never-was-here" }),
  // What is no message at all.
  raw("{"),
  raw("null"),
  raw("[]"),
  raw('{"type":17}'),
  raw('{"type":"constructor"}'),
  raw('{"type":"a_type_of_the_future","x":1}'),
  frame("treasury_state", { treasurySats: "all of it" }),
  frame("economy_state", { balanceSats: 0.5 }),
  frame("agent_count", { count: -5 }),
];

export const badInput: Scene = {
  name: "bad-input",
  shows: "Everything a careless tower could say: drawn sensibly or refused, and the world goes on.",
  script: () =>
    withFigures(
      inOrder(
        FIRST_FIVE.map((agent) => joins(agent)),
        FRAMES.map((say, index) => ({ at: 500 + index * 20, say })),
      ),
    ),
  picture: 4,
};
