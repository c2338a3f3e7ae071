const list = (words: string): readonly string[] => words.split(",").map((word) => word.trim());

let known: ReadonlySet<string> | undefined;

/** Countries and large cities: the runtime's own locale data (regions, time zones) and some that it lacks. Made once. */
export function places(): ReadonlySet<string> {
  if (known !== undefined) return known;
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i));
  const countries = letters.flatMap((a) => letters.flatMap((b) => names.of(a + b) ?? []));
  const cities = Intl.supportedValuesOf("timeZone").map((zone) =>
    (zone.split("/").at(-1) ?? "").replaceAll("_", " "),
  );
  known = new Set([...countries, ...cities, ...MORE_PLACES]);
  return known;
}

const MORE_PLACES = list(
  `England, Scotland, Wales, Europe, Asia, Africa, America, North America, South America, Antarctica, USA, US, UK, U.S., U.K.,
  Washington, New York City, San Francisco, Boston, Seattle, Miami, Houston, Dallas, Atlanta, Philadelphia, California, Texas,
  Florida, Beijing, Mumbai, Delhi, New Delhi, Bangalore, Kyoto, Osaka, Barcelona, Munich, Hamburg, Frankfurt, Cologne, Milan,
  Naples, Venice, Florence, Geneva, Lyon, Marseille, Manchester, Liverpool, Edinburgh, Glasgow, Oxford, Cambridge, Earth, Mars`,
);

/** Companies and bodies whose names give no hint of being one. */
export const ORGANISATIONS: ReadonlySet<string> = new Set(
  list(
    `Google, Apple, Microsoft, Amazon, Meta, Facebook, Samsung, Siemens, Tesla, Netflix, Nvidia, IBM, Intel, Toyota, Sony, Twitter,
    OpenAI, Anthropic, Boeing, Airbus, Volkswagen, BMW, Ford, Nokia, Huawei, Uber, Airbnb, Spotify, SpaceX, Disney, Walmart, Nike,
    Starbucks, Reuters, Morgan Stanley, Goldman Sachs, NASA, NATO, UN, EU, FBI, CIA, BBC, CNN, ECB, UNESCO, UNICEF, FIFA, MIT,
    Wikipedia, Greenpeace, Congress, Parliament`,
  ),
);

/** Common given names, which make what follows a person. */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(
  list(
    `James, John, Robert, Michael, William, David, Richard, Joseph, Thomas, Charles, Daniel, Matthew, Anthony, Donald, Steven, Paul,
    Andrew, Joshua, Kenneth, Kevin, Brian, George, Edward, Ronald, Timothy, Jason, Jeffrey, Ryan, Jacob, Gary, Eric, Peter, Henry,
    Adam, Alexander, Frank, Jack, Tim, Tom, Bob, Jim, Mike, Steve, Sam, Ben, Max, Leo, Oliver, Simon, Martin, Olaf, Hans, Carlos, Juan,
    Ahmed, Mohammed, Ali, Mary, Patricia, Jennifer, Linda, Elizabeth, Barbara, Susan, Jessica, Sarah, Karen, Lisa, Nancy, Betty, Sandra,
    Margaret, Ashley, Emily, Donna, Michelle, Carol, Amanda, Melissa, Deborah, Stephanie, Laura, Rebecca, Helen, Anna, Anne, Ann, Emma,
    Olivia, Sophia, Sophie, Julia, Kate, Jane, Alice, Martha, Ruth, Maria, Elena, Eva, Clara, Lucy, Grace, Rosa, Nina, Angela,
    Christine, Marie, Diana, Victoria, Rachel, Hannah, Elon, Bill, Joe, Marco, Luca, Pierre, Yuki, Wei, Priya, Fatima`,
  ),
);
