import * as v from "valibot";
import { expect, test } from "vitest";
import { createListReader, createTries } from "./tries.ts";

function createRig() {
  const told: [string, unknown][] = [];
  return { told, tries: createTries("it cannot be done", (what, error) => told.push([what, error])) };
}

test("of several failures in a row the first is told, and of those after it worked again the first", () => {
  const { told, tries } = createRig();
  tries.worked();
  for (const error of ["first", "second", "third"]) tries.failed(error);
  tries.worked();
  tries.worked();
  for (const error of ["fourth", "fifth"]) tries.failed(error);
  expect(told).toEqual([
    ["it cannot be done", "first"],
    ["it cannot be done", "fourth"],
  ]);
});

test("nobody has to listen", () => {
  expect(() => createTries("it cannot be done", undefined).failed("first")).not.toThrow();
});

test("an entry that cannot be read hides no other, and is told without what it says", () => {
  const { told, tries } = createRig();
  const schema = v.object({ hash: v.string() });
  const readAll = (...pages: readonly (readonly unknown[])[]) => {
    const reader = createListReader(schema, tries);
    const read = pages.flatMap(reader.read);
    reader.end();
    return read;
  };
  const said = [{ hash: "a" }, { hash: 5 }, "spendable", { hash: "b" }];
  expect(readAll(said, [{ hash: "c" }])).toEqual([{ hash: "a" }, { hash: "b" }, { hash: "c" }]);
  const strange = ["it cannot be done", new Error("an entry is not what was expected at hash")];
  expect(told).toEqual([strange]);
  // A page that can be read is no whole list.
  readAll(said, [{ hash: "c" }]);
  expect(told).toEqual([strange]);
  readAll([{ hash: "c" }]);
  readAll(["spendable"]);
  expect(told).toEqual([strange, ["it cannot be done", new Error("an entry is not what was expected")]]);
});
