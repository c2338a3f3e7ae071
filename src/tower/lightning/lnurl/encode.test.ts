import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLnurl, encodeLnurl } from "./encode.ts";

/** The example of LUD-01. */
const URL_OF_LUD_01 =
  "https://service.com/api?q=3fc3645b439ce8e7f2553a69e5267081d96dcd340693afabe04be7b0ccd178df";
const LNURL_OF_LUD_01 =
  "LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35XVUKXEFCV5MKVV34X5EKZD3EV56NYD3HXQURZEPEXEJXXEPNXSCRVWFNV9NXZCN9XQ6XYEFHVGCXXCMYXYMNSERXFQ5FNS";

test("the example of LUD-01, both ways and in both cases", () => {
  expect(encodeLnurl(URL_OF_LUD_01)).toBe(LNURL_OF_LUD_01);
  expect(decodeLnurl(LNURL_OF_LUD_01)).toBe(URL_OF_LUD_01);
  expect(decodeLnurl(LNURL_OF_LUD_01.toLowerCase())).toBe(URL_OF_LUD_01);
});

test("every https URL comes back, however long", () => {
  fc.assert(
    fc.property(fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, size: "large" }), (url) => {
      const lnurl = encodeLnurl(url);
      expect(lnurl).toMatch(/^LNURL1[02-9AC-HJ-NP-Z]+$/);
      expect(decodeLnurl(lnurl)).toBe(new URL(url).href);
    }),
  );
  const long = `https://tower.example/api/lnurl/withdraw?k1=${"a".repeat(5_000)}`;
  expect(decodeLnurl(encodeLnurl(long))).toBe(long);
});

test.each(["http://tower.example/", "ftp://tower.example/", "tower.example", ""])(
  "%j is not encoded",
  (url) => {
    expect(() => encodeLnurl(url)).toThrow(new RangeError("an LNURL is an https URL"));
  },
);

test.each([
  ["a letter changed", LNURL_OF_LUD_01.replace("Q5FNS", "Q5FNQ")],
  ["mixed case", LNURL_OF_LUD_01.replace("LNURL1", "lnurl1")],
  ["another prefix", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
  ["a URL", URL_OF_LUD_01],
])("%s is not decoded", (_what, text) => {
  expect(() => decodeLnurl(text)).toThrow(new RangeError("not an LNURL"));
});
