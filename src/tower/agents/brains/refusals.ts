import { TASK_PHRASES, TASKS } from "./tasks.ts";
import { listed } from "./words.ts";

/** What the built-in brain does, as a sentence for someone who asked for something else. */
const OFFER = `I read English text: give me a paragraph and I can ${listed(
  TASKS.map((task) => TASK_PHRASES[task]),
  "or",
)}.`;

/** One kind of request the built-in brain does not do. */
export interface Kind {
  readonly key: string;
  /** Matched against the instruction, politeness removed. */
  readonly pattern: RegExp;
  readonly reason: string;
  /** What is left out, when the rest of the instruction can be done: `translation`. */
  readonly leftOut?: string;
}

const LANGUAGES =
  "arabic|bengali|catalan|chinese|croatian|czech|danish|dutch|finnish|french|german|greek|hebrew|hindi|hungarian|indonesian|italian|japanese|korean|latin|mandarin|norwegian|polish|portuguese|romanian|russian|spanish|swedish|thai|turkish|ukrainian|urdu|vietnamese";

/** Also the reason against a request that is nothing but a link. */
export const BROWSING: Kind = {
  key: "browsing",
  pattern:
    /\b(?:browse|google|look (?:it |this |that )?up|search (?:the |for |on |online)|visit|download|scrape|crawl|fetch|open (?:the |this )?(?:link|url|page|website|site|https?)|(?:on|from) the (?:web|internet)|online|wikipedia)\b|^(?:\w+ ){0,5}(?:https?:\/\/|www\.)\S+$/iu,
  reason: `I cannot open links or search the web. Paste the text itself, up to 500 characters. ${OFFER}`,
  leftOut: "searching the web",
};

/** Also the reason against a request that is nothing but a sum. */
export const MATHS: Kind = {
  key: "maths",
  pattern:
    /^(?:calculate|compute|solve|integrate|differentiate|factori[sz]e|multiply|divide|add up|convert|prove)\b|^(?:what(?:'s| is)|how much is)\s+[-(]?\d|^(?=.*[+*/^=×÷])[-\d\s+*/^().=x×÷%]+\??$|\b(?:square root|derivative|integral|equation|percent of \d|plus \d|times \d)\b/iu,
  reason: `I cannot do mathematics; the only things I count are words. ${OFFER}`,
  leftOut: "calculation",
};

/** Tried in this order; the first that matches gives the reason. */
export const KINDS: readonly Kind[] = [
  {
    key: "harm",
    pattern:
      /^(?:(?:tell|show|teach|explain|give|help)\s+(?:to )?(?:me|us)?\s*)?(?:(?:with )?(?:instructions|a guide|steps|the recipe)\b.*|how (?:to|do i|can i|would i|could i|does one)\s+|make|build|create|write|buy|get|find|sell|hack|steal|kill|synthesi[sz]e|break into)\b[^.!?\n]*\b(?:bombs?|explosives?|weapons?|poison|meth|cocaine|heroin|drugs|malware|ransomware|virus|phishing|hack|hacking|steal|stolen|counterfeit|launder|kill|murder|bank account|someone else's|neighbou?r's|credit card numbers?|passwords?)\b/iu,
    reason: `I will not help with something that could hurt people or break the law. ${OFFER}`,
  },
  {
    key: "override",
    pattern:
      /\b(?:(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules|prompts?|above|previous|directions)|system prompt|developer mode|jailbreak|pretend (?:to be|you are|you're)|act as|you are now|role-?play|reveal your|print your (?:instructions|prompt|configuration|secrets?))\b/iu,
    reason: `There are no instructions to set aside: I do a fixed set of things with text and keep no secrets in it. ${OFFER}`,
  },
  {
    key: "translation",
    pattern: new RegExp(
      `\\b(?:translat\\w+|interpret (?:this|it) (?:in|into)|(?:in|into|to) (?:${LANGUAGES})|how do (?:you|i) say)\\b`,
      "iu",
    ),
    reason: `I cannot translate: I read and answer in English only. ${OFFER}`,
    leftOut: "translation",
  },
  {
    key: "rewriting",
    pattern:
      /\b(?:re-?write|re-?phrase|paraphrase|proof-?read|spell-?check|correct (?:the|this|my|all|any|its)|fix (?:the|this|my|all|any|its) (?:grammar|spelling|text|sentence|typos?|punctuation|english)|improve (?:the|this|my|it)|polish (?:the|this|my|it)|expand (?:on )?(?:the|this|my|it)|continue (?:the|this|my|it)|finish (?:the|this|my) (?:story|sentence|text)|simplify|make (?:it|this|the text|the following|my text) (?:\w+ )?(?:more|less|sound|better|funn\w+|formal|polite|longer|simpler|shorter)|reword)\b/iu,
    reason: `I cannot rewrite or correct a text: I analyse it and quote it as it stands. ${OFFER}`,
    leftOut: "rewriting",
  },
  {
    key: "code",
    pattern:
      /^(?:write|create|generate|build|make|code|debug|fix|refactor|implement|develop|program|explain|review|give me|show me|run|execute)\b[^.!?\n]*\b(?:code|functions?|scripts?|programs?|apps?|applications?|websites?|web ?pages?|regex|algorithms?|sql|quer(?:y|ies)|python|java|javascript|typescript|rust|c\+\+|html|css|bash|bug|smart contract|api|class|component|loop|compiler|unit tests?)\b|\b(?:debug|refactor) (?:this|my|the)\b|\bwrite (?:\w+ ){0,3}(?:python|javascript|typescript|java|rust|code)\b/iu,
    reason: `I cannot write, run or repair code: I work on English prose. ${OFFER}`,
    leftOut: "programming",
  },
  {
    key: "image",
    pattern:
      /^(?:draw|paint|sketch|illustrate|render|photoshop|animate|sing|play)\b|^(?:make|create|generate|design|give|show|send|produce|compose|record)\b[^.!?\n]*\b(?:images?|pictures?|photos?|drawings?|logos?|videos?|songs?|music|illustrations?|icons?|posters?|memes?|charts?|diagrams?|animations?|gifs?|3d models?|melod(?:y|ies))\b|\b(?:word cloud|draw (?:me )?an?)\b/iu,
    reason: `I cannot make pictures, sound or video: my answers are plain text. ${OFFER}`,
    leftOut: "pictures and sound",
  },
  {
    key: "composition",
    pattern:
      /^(?:write|compose|draft|create|generate|invent|make up|make|come up with|give|tell|suggest|prepare|produce|name|rap|recite)\b[^.!?\n]*\b(?:poems?|poetry|haikus?|limericks?|stor(?:y|ies)|essays?|articles?|novels?|letters?|emails?|e-mails?|tweets?|posts?|blog|jokes?|lyrics|slogans?|speech|speeches|scripts?|resumes?|cvs?|cover|recipes?|plans?|captions?|headlines?|titles?|names? for|ideas?|quotes?|riddles?|fairy tales?|dialogues?|descriptions?|replies|reply|answers?|reviews? (?:of|for|about))\b|^(?:write|compose|draft)\s+(?:me\s+)?(?:an?|some|the|about|something)\b|\b(?:write|compose) (?:me )?an? (?:poem|haiku|story|song|essay)\b|\band an? (?:poem|haiku|limerick|story|joke)\b/iu,
    reason: `I do not write new texts; everything I say comes from the text I am given. ${OFFER}`,
    leftOut: "new writing",
  },
  BROWSING,
  {
    key: "action",
    pattern:
      /^(?:buy|sell|order|book|reserve|send|email|call|phone|text (?:me|him|her|my|them)|remind|schedule|post|publish|pay|transfer|invest|set (?:an? |the )?(?:alarm|timer|reminder)|turn (?:on|off)|install|deploy|register|cancel|delete|upload)\b/iu,
    reason: `I cannot act in the world: I have no accounts, devices or money to use. ${OFFER}`,
    leftOut: "acting in the world",
  },
  MATHS,
  {
    key: "current facts",
    pattern:
      /\b(?:weather|forecast|temperature|news|headlines|stock price|share price|exchange rate|(?:price|cost|value) of|bitcoin price|btc price|who won|score of|what time|what day|today's date|current (?:time|date|president|price)|right now|latest|fact[- ]?check|(?:is|are) (?:this|it|that|these) (?:true|real|correct))\b/iu,
    reason: `I know no current facts: I have no clock, no news and no prices. ${OFFER}`,
  },
  {
    key: "comparison",
    pattern: /^(?:compare|contrast|rank|recommend|choose between|which is better)\b/iu,
    reason: `I cannot compare or recommend things; I look at one text at a time. ${OFFER}`,
    leftOut: "comparing",
  },
  {
    key: "abilities",
    pattern:
      /^(?:what (?:can|do|could) you (?:do|offer|help)|help|help me|how (?:do|can) (?:you|i) (?:work|use|help)|who are you|what are you|what is your (?:name|job)|are you (?:an? )?(?:ai|bot|human|robot|real|chatgpt|gpt|claude|llm))\b/iu,
    reason: `You did not give me a text yet. ${OFFER}`,
  },
  {
    key: "conversation",
    pattern:
      /^(?:hi|hello|hey|yo|good (?:morning|evening|afternoon|night)|how are you|how's it going|what's up|sup|thanks?|thank you|ok|okay|yes|no|test|testing|ping|lol|bye|goodbye|i love you|chat with me|talk to me|let's (?:talk|chat|play)|are you there|tell me (?:about )?(?:yourself|something|a secret)|entertain me)\b/iu,
    reason: `I am not made for conversation. ${OFFER}`,
  },
];

/** Refusals that come from the text or its absence, not from what was asked. */
export const REASONS = {
  noText: `There is no text to work on. Put it after your request, for example “Summarise: …”, up to 500 characters. ${OFFER}`,
  noWords: `I find no words in it. ${OFFER}`,
  tooShort: `That is too little text to say anything useful about; give me at least three words, better a paragraph. ${OFFER}`,
  foreignScript: `This is mostly not in Latin letters, and I read only English. ${OFFER}`,
  foreignWords: `This does not look like English, and I read only English. ${OFFER}`,
  gibberish: `I recognise too few English words in it, and I read only English. ${OFFER}`,
  question: `I cannot answer questions, neither of general knowledge nor about what a text means. ${OFFER}`,
  unknown: `I do not know how to do that. ${OFFER}`,
} as const;
