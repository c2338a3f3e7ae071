/**
 * Where the language model's word scores are missing or out of proportion for everyday opinions: −1 to +1.
 */
export const FEELING_CORRECTIONS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    love: 0.8,
    loved: 0.8,
    loves: 0.8,
    loving: 0.6,
    okay: 0.2,
    ok: 0.2,
    fine: 0.2,
    fast: 0.3,
    faster: 0.3,
    quick: 0.3,
    quickly: 0.2,
    tasty: 0.5,
    cozy: 0.4,
    cosy: 0.4,
    fresh: 0.3,
    stunning: 0.7,
    intuitive: 0.4,
    late: -0.3,
    slow: -0.4,
    slower: -0.4,
    slowly: -0.2,
    expensive: -0.3,
    overpriced: -0.6,
    pricey: -0.3,
    leaking: -0.4,
    leaked: -0.4,
    leaks: -0.4,
    buggy: -0.6,
    cracked: -0.4,
    crashed: -0.4,
    crashes: -0.5,
    stale: -0.4,
    soggy: -0.4,
    bland: -0.4,
    mediocre: -0.4,
    crowded: -0.3,
    clunky: -0.4,
    confusing: -0.4,
    flimsy: -0.5,
    died: -0.5,
    refund: -0.2,
    delays: -0.3,
    complaints: -0.4,
    // Wrong sign in the model.
    keen: 0.4,
    bully: -0.7,
    bullied: -0.7,
    humble: 0.2,
    crack: -0.3,
    warm: 0.2,
    well: 0.3,
    better: 0.3,
    kind: 0.2,
    afraid: -0.4,
    vanish: -0.2,
    cold: -0.1,
    closed: -0.1,
    gorgeous: 0.8,
  }),
);

/** Words that the model scores and that report rather than feel: they count nothing. */
export const NEUTRAL_WORDS: ReadonlySet<string> = new Set(
  `aboard active admit admits adopt adopts adopted alert allow allows allowed anti apart attire avoid avoids await awaits aware backed
  backs banner big block blocks blocked blocking bomb born boss built cat causal chance chemical chief cod color colour comedy comic
  commit critic critics cut cuts deal demand desert dipped down dress drop drops dropped edited elder elite enable energy engage enough
  ensure exact expand expanded expansion extend extended faced fan fell fire fit flash forgets fused giving go god gold golden grant
  grants gravel gray grey gun hard hide hid huge increase increased interest interested invite join joined key learn learned learning
  learns leave leaves legal light like limits loan lobby lower lowest macro master match matter meet meets mint must names noted novel
  object pants pay paying plain please pls plz plus police proper proved proven prove promised promise quail raised reach reached ready
  regard reward rewards right rise rises rope rose save saved security select self share shared shares shoot signal silence skilled slip
  sold solid stand standing stood state states static still storm storms strike suited support supported supports taking tart tested
  token top tops torch true trying ultra united unique vast versed vision want wanted wants work yen free odd stop stops crush crushes
  growing grow grows critics riot alone age developed development certain knowledge science important natural protect trusted safe
  safety wealth health healthy modern popular new`.split(/\s+/u),
);

/** Words that say something only when they are denied: “does not work”. */
export const FELT_WHEN_DENIED: ReadonlyMap<string, number> = new Map([
  ["work", 0.5],
  ["worked", 0.5],
  ["working", 0.5],
  ["worth", 0.5],
  ["safe", 0.5],
  ["clean", 0.5],
  ["fit", 0.4],
  ["recommend", 0.7],
  ["recommended", 0.7],
  ["enough", 0.4],
  ["again", 0.4],
]);

/** Phrases that say the opposite of their words, or more: scored as one, −1 to +1. Lower-case tokens. */
export const IDIOMS: readonly { readonly tokens: readonly string[]; readonly score: number }[] = [
  { tokens: ["can", "not", "wait"], score: 0.6 },
  { tokens: ["ca", "not", "wait"], score: 0.6 },
  { tokens: ["could", "be", "better"], score: -0.3 },
  { tokens: ["could", "have", "been", "better"], score: -0.4 },
  { tokens: ["let", "down"], score: -0.5 },
  { tokens: ["let", "me", "down"], score: -0.6 },
  { tokens: ["let", "us", "down"], score: -0.6 },
  { tokens: ["fell", "apart"], score: -0.6 },
  { tokens: ["falls", "apart"], score: -0.6 },
  { tokens: ["broke", "down"], score: -0.5 },
  { tokens: ["fed", "up"], score: -0.6 },
  { tokens: ["ripped", "off"], score: -0.7 },
  { tokens: ["rip", "off"], score: -0.7 },
  { tokens: ["nothing", "special"], score: -0.2 },
  { tokens: ["second", "to", "none"], score: 0.8 },
  { tokens: ["stopped", "working"], score: -0.5 },
  { tokens: ["worth", "every"], score: 0.6 },
  { tokens: ["worth", "it"], score: 0.4 },
  { tokens: ["looking", "forward"], score: 0.4 },
  { tokens: ["look", "forward"], score: 0.4 },
  { tokens: ["like", "it"], score: 0.4 },
  { tokens: ["like", "this"], score: 0.3 },
  { tokens: ["like", "the"], score: 0.2 },
  { tokens: ["thank", "you"], score: 0.4 },
  { tokens: ["only", "good", "thing"], score: -0.2 },
  { tokens: ["shut", "down"], score: -0.4 },
  { tokens: ["it", "works"], score: 0.3 },
  { tokens: ["waste", "of"], score: -0.8 },
  { tokens: ["never", "again"], score: -0.6 },
  { tokens: ["not", "go", "back"], score: -0.5 },
  { tokens: ["no", "complaints"], score: 0.4 },
];

/** Words that turn a feeling round. The model marks `n't` as `not`. */
export const NEGATORS: ReadonlySet<string> = new Set([
  "not",
  "no",
  "never",
  "nobody",
  "nothing",
  "none",
  "neither",
  "nor",
  "without",
  "hardly",
  "barely",
  "scarcely",
  "cannot",
  "n't",
  "n’t",
]);

/** How much stronger or weaker the next feeling gets (Hutto and Gilbert 2014 use ±0.293 on a scale of 4). */
export const DEGREES: ReadonlyMap<string, number> = new Map([
  ...[
    "very",
    "really",
    "extremely",
    "absolutely",
    "incredibly",
    "so",
    "totally",
    "completely",
    "highly",
    "deeply",
    "truly",
    "most",
    "too",
  ].map((word): [string, number] => [word, 1.25]),
  ...["slightly", "somewhat", "fairly", "partly", "rather", "mildly", "almost", "little"].map(
    (word): [string, number] => [word, 0.75],
  ),
]);
