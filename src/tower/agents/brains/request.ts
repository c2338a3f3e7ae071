import { isInstruction, type Position } from "./instruction.ts";
import { wordsOf } from "./words.ts";

/** A request taken apart: what is asked, and the text to do it with. Either may be empty. */
export interface Request {
  readonly instruction: string;
  readonly text: string;
}

/** Direction marks, joiners and byte-order marks: invisible, and able to turn quoted text round. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const TAG = /<\/?[a-z][^<>]*>/giu;

/**
 * The request without what nobody sees: direction marks, HTML tags, lone surrogates, runs of spaces. What {@link takeApart} finds is
 * cut out of this, and holds no token more.
 */
export function tidy(request: string): string {
  return request
    .toWellFormed()
    .normalize("NFC")
    .replace(INVISIBLE, "")
    .replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/giu, " ")
    .replace(TAG, " ")
    .replace(/^[ \t]*([-=_*#~])\1{2,}[ \t]*$/gmu, "")
    .replace(/[^\S\n]+/gu, " ")
    .replace(/ ?\n ?/gu, "\n")
    .trim();
}

const LABEL = /^(?:text|article|paragraph|passage|input)\s*:\s*/iu;

/** Without a label (“Text:”) and the quotation marks around all of it. */
const unquoted = (labelled: string): string => {
  const text = labelled.trim().replace(LABEL, "");
  const inner =
    /^(?:"([\s\S]+)"|“([\s\S]+)”|'([\s\S]+)'|«([\s\S]+)»|`+([\s\S]+?)`+|\[([\s\S]+)\])[.!?]?$/u.exec(text);
  const found = inner?.slice(1).find((part) => part !== undefined);
  return found === undefined || /["“”]/u.test(found) ? text : found.trim();
};

/** The sentences of a request, roughly: for finding where the instruction ends, not for the analysis. */
export function roughSentences(text: string): string[] {
  return text.split(/(?<=[.!?…]["”'’)]?)\s+|\n+/u).filter((part) => part.trim() !== "");
}

const opens = (text: string) =>
  (text.match(/"/gu)?.length ?? 0) % 2 === 1 ||
  (text.match(/“/gu)?.length ?? 0) > (text.match(/”/gu)?.length ?? 0);

function splitAt(request: string, at: number, length: number, position: Position): Request | undefined {
  const head = request.slice(0, at).trim();
  const text = request.slice(at + length).trim();
  if (head === "" || text === "" || opens(head)) return undefined;
  const last = roughSentences(head).at(-1) ?? "";
  return isInstruction(last, position) ? { instruction: head, text: unquoted(text) } : undefined;
}

/** “Summarise this: …”, “Key phrases - …”; not the colon of a link or a time. */
function byColon(request: string): Request | undefined {
  for (const match of request.slice(0, 260).matchAll(/:(?!\/\/)(?!\d)|\s[-–—]+\s|(?<=\w)—(?=\w)/gu)) {
    const split = splitAt(request, match.index, match[0].length, "set apart");
    if (split !== undefined) return split;
  }
  return undefined;
}

/** A first or last line that is an instruction. */
function byLine(request: string): Request | undefined {
  const first = request.indexOf("\n");
  if (first < 0) return undefined;
  const fromTop = splitAt(request, first, 1, "set apart");
  if (fromTop !== undefined) return fromTop;
  const last = request.lastIndexOf("\n");
  const tail = request
    .slice(last + 1)
    .replace(/^\s*(?:task|instruction|request|question)s?:/iu, "")
    .trim();
  if (!isInstruction(tail.replace(/:$/u, ""), "after") && !isInstruction(tail.replace(/:$/u, ""), "alone"))
    return undefined;
  return { instruction: tail, text: unquoted(request.slice(0, last)) };
}

/** An instruction around a quoted text: `Is "…" positive?` */
function byQuote(request: string): Request | undefined {
  const match = /"([^"]+)"|“([^”]+)”|«([^»]+)»|```([\s\S]+?)```/u.exec(request);
  const inner = match?.slice(1).find((part) => part !== undefined);
  if (match === null || inner === undefined || wordsOf(inner).length < 3) return undefined;
  const outside = `${request.slice(0, match.index).trim()} this ${request.slice(match.index + match[0].length).trim()}`;
  if (wordsOf(outside).length > 16 || !isInstruction(outside, "set apart")) return undefined;
  return { instruction: outside, text: inner.trim() };
}

/** Instructions as the first sentences of a request, or as the last. */
function bySentence(request: string): Request | undefined {
  const sentences = roughSentences(request);
  let from = 0;
  while (from < sentences.length && from < 4 && isInstruction(sentences[from] ?? "", "before")) from += 1;
  let to = sentences.length;
  while (to > from && to > sentences.length - 2 && isInstruction(sentences[to - 1] ?? "", "after")) to -= 1;
  if (from === 0 && to === sentences.length) return undefined;
  const instruction = [...sentences.slice(0, from), ...sentences.slice(to)].join(" ");
  return { instruction, text: unquoted(sentences.slice(from, to).join(" ")) };
}

/** “summarise the following text the harbour was…”, “sentiment of I love this phone”: no mark between. */
function inline(request: string, hasVerb: (text: string) => boolean): Request | undefined {
  const reference =
    /^[^.!?\n]{0,120}?\b(?:the following|this)(?: (?:text|paragraph|passage|article|review|comment|sentence|message|story|statement))?[,;]?\s+(?=\S)/iu;
  const preposition =
    /^(?:please )?(?:(?:what(?:'s| is)|tell me|give me|show me|find|get|analy[sz]e|check|measure|list|extract) (?:the )?|do an? )?(?!(?:the|an?) )(?:\w+ )?(?:sentiment|tone|mood|gist|summary|readability|phrases|keywords|words|entities|level|analysis) (?:of|in|from|for)\s+(?=\S)/iu;
  for (const pattern of [reference, preposition]) {
    const head = pattern.exec(request)?.[0];
    if (head === undefined) continue;
    const rest = request.slice(head.length).trim();
    if (
      wordsOf(rest).length >= 4 &&
      hasVerb(rest) &&
      !/^(?:is|are|and|or|in|to|of|please)\b/iu.test(rest) &&
      isInstruction(head, "set apart")
    )
      return { instruction: head.trim(), text: unquoted(rest) };
  }
  return undefined;
}

/**
 * Takes a request apart. Separators are tried from the plainest to the vaguest: colon or dash, line, quotation marks, sentence, and
 * none at all. When nothing looks like an instruction the whole is text; when everything does, there is no text.
 */
export function takeApart(request: string, hasVerb: (text: string) => boolean): Request {
  const whole = tidy(request);
  const split = byColon(whole) ?? byLine(whole) ?? byQuote(whole) ?? bySentence(whole);
  if (split !== undefined && split.text !== "") return further(split);
  const instruction = isInstruction(whole, "alone") || split !== undefined;
  const within = inline(whole, hasVerb);
  if (within !== undefined) return within;
  return instruction ? { instruction: whole, text: "" } : { instruction: "", text: unquoted(whole) };
}

/** “Read this carefully. Then summarise it: …” and a text that ends with one more wish. */
function further(request: Request): Request {
  const sentences = roughSentences(request.text);
  const last = sentences.at(-1) ?? "";
  if (sentences.length < 2 || !isInstruction(last, "after")) return request;
  const text = request.text.slice(0, request.text.lastIndexOf(last)).trim();
  return { instruction: `${request.instruction} ${last}`, text: unquoted(text) };
}
