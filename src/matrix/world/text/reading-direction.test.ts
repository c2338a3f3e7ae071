import { expect, test } from "vitest";
import { isRightToLeft } from "./reading-direction.ts";

test.each([
  ["שלום 42", true],
  ["42 مرحبا", true],
  ["Agent العربية", false],
  ["नमस्ते", false],
  ["", false],
])("the first letter says from which side a text is read: %j", (text, expected) => {
  expect(isRightToLeft(text)).toBe(expected);
});
