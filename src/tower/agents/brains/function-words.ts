const split = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u).filter(Boolean));

/** The words that hold English together. They say little of a text's subject and much of its language. */
export const ENGLISH_FUNCTION_WORDS = split(`
  a about above after again against all almost also although always am among an and another any anyone
  anything are aren't around as at away back be became because been before behind being below between both but
  by came can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either
  else enough even ever every everyone everything few first for from further get gets getting go goes going
  got had hadn't has hasn't have haven't having he he's her here hers herself him himself his how however i
  i'd i'll i'm i've if in into is isn't it it's its itself just last less let let's like made make makes many
  may me might mine more most much must my myself near never no nobody none nor not nothing now of off often on
  once one only onto or other others our ours out over own per perhaps put quite rather really same seem she
  she's should shouldn't since so some somebody someone something still such than that that's the their
  theirs them themselves then there there's these they they're they've this those though through thus to
  together too toward towards two under until up upon us use used very was wasn't we we'll we're we've well
  went were weren't what what's when where whether which while who whoever whole whom whose why will with
  within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself`);

/** Function words of other languages in Latin script that are not also common English words. */
export const FOREIGN_FUNCTION_WORDS = split(`
  le la les une du des est sont était et ou où dans pour avec sur pas ne que qui ce cette ces il elle nous vous
  ils leur mais très être avoir fait plus au aux par je tu mon ma mes ses
  der das den dem und ist sind nicht ein eine einen einem einer mit auf für von zu im ich du er sie wir ihr
  auch sich aus bei nach über wie aber oder wenn wird wurde haben hat dass sehr nur noch kann
  el los las un una unos y o es son fue en con por para del al se lo su sus pero muy más como esta este
  está qué porque cuando yo ella nosotros hay todo
  il lo gli un' di che è sono nel nella della delle con per non si anche più questo questa come ma
  os um uma e não em no na dos das ao mais muito foi ele ela são isso você
  het een van en niet op te zijn voor met dat die aan ook maar bij wordt naar dit zij
  och att det som är på inte av jag har med till om den men
  og ikke jeg til på av det som er
  nie na się jest w z że do to jak dla
  et in ut ad non cum sed qui quae quod ipsum dolor sit amet
  ve bir bu için çok da de ile`);
