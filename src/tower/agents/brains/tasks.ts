/** The things the built-in brain does, in the order of an answer. */
export const TASKS = [
  "summary",
  "sentiment",
  "key phrases",
  "entities",
  "reading level",
  "word statistics",
] as const;
export type Task = (typeof TASKS)[number];

/** How people ask for each task. Matched against an instruction only, never against the text to work on. */
export const TASK_PATTERNS: Readonly<Record<Task, RegExp>> = {
  summary:
    /\b(?:summar(?:y|ies|i[sz]\w*)|summar|tl;?dr|gist|(?:key|main|central|important) (?:points?|ideas?|message)|take-?aways?|shorten|condense|boil (?:\w+ )?down|digest|sum (?:\w+ )?up|shorter version|short version|in a nutshell|bullet points?|in (?:one|two|three|a single) sentences?|what is (?:this|the (?:text|article|following|passage))(?: \w+)? about)\b/giu,
  sentiment:
    /\b(?:sentiments?|tone|mood|emotions?|emotional|feelings?|feel|polarity|attitude|(?:positive|negative)(?: (?:or|and) (?:positive|negative))?|(?:happy|angry|upbeat|sad|favou?rable)(?: or \w+)?)\b/giu,
  "key phrases":
    /\b(?:key[ -]?(?:phrases?|words?|terms?|topics?|concepts?)|keyphrases?|topics?|themes?|tags?|(?:main|important|central) (?:phrases?|words?|terms?|topics?|concepts?|subjects?|themes?)|what is (?:this|the (?:text|article|following|passage))(?: \w+)? about)\b/giu,
  entities:
    /\b(?:(?:named )?entit(?:y|ies)|names?|people|persons?|places?|locations?|organi[sz]ations?|compan(?:y|ies)|dates?|amounts? of money|money|amounts|e-?mail addresses|e-?mails|urls?|links|(?:who|what|where|which)(?:(?: and|,| or) (?:who|what|where|when))* (?:is|are|was|were|gets?) (?:being )?(?:mentioned|named|involved|cited)|who (?:is|are) in|mentions?|mentioned)\b/giu,
  "reading level":
    /\b(?:reading[ -](?:level|ease|age|grade|score|difficulty)|readab\w+|legib\w+|flesch(?:[- ]kincaid)?|kincaid|grade level|school grade|(?:how )?(?:hard|easy|difficult|simple|complex|complicated)(?: (?:is|to)(?: (?:it|this|the text))?(?: (?:read|understand))?)?|difficulty|complexity|understandable)\b/giu,
  "word statistics":
    /\b(?:(?:word|character|letter|sentence|text)[ -]?(?:counts?|stat\w*|frequenc\w+|lengths?)|count(?:ing)?(?: up)? (?:(?:all|the|my|how many|its) )*(?:different |unique )?(?:words?|letters?|characters?|sentences?)|how (?:many|often|long)(?: (?:different|unique|times|words?|letters?|characters?|sentences?|does|do|is|are))*|statistics?|stats|(?:most )?(?:common|frequent|used|repeated) words?|frequenc(?:y|ies)|longest words?|unique words|vocabulary|number of (?:words|characters|sentences|letters)|count(?=\W*$))\b/giu,
};

/** Asks for everything. */
export const WHOLE_ANALYSIS =
  /\b(?:read|consider|look at|analy[sz]e|analy[sz]ing|analysis|analyses|examine|inspect|review|assess|evaluate|report|study|everything|all you can|full|complete|process|text analytics)\b/iu;

/** What a task is called when it stands in a sentence. */
export const TASK_PHRASES: Readonly<Record<Task, string>> = {
  summary: "summarise it",
  sentiment: "measure its sentiment",
  "key phrases": "pick its key phrases",
  entities: "list who and what it names",
  "reading level": "grade how hard it is to read",
  "word statistics": "count its words",
};

/** Heading of each task's section, in capitals for a monospaced panel. */
export const headingOf = (task: Task): string => task.toUpperCase();
