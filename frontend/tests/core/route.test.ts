import { expect, test } from "vitest";
import { parseRoute, type Route, routeHref } from "../../src/core/route";

const ARN = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/v1/1700000000001";

test.each<Route>([
  { page: "detect", model: null },
  { page: "detect", model: ARN },
  { page: "detect", model: "<img src=x onerror=alert(1)> & ü+?#=%" },
  { page: "projects" },
  { page: "compare", a: ARN, b: null },
  { page: "compare", a: ARN, b: `${ARN}2` },
  { page: "correct" },
  { page: "help" },
])("the address of %j leads back to it", (route) => {
  expect(parseRoute(routeHref(route))).toEqual(route);
});

test("an ARN can be read in an address", () => {
  expect(routeHref({ page: "detect", model: ARN })).toBe(`#/detect?model=${ARN}`);
});

test.each(["", "#", "#/"])("%j is where the app begins", (hash) => {
  expect(parseRoute(hash)).toEqual({ page: "detect", model: null });
});

test.each(["#/x", "#/detect/y", "#/toString", "#//", "#/%E0%A4%A"])("%j names no page", (hash) => {
  expect(parseRoute(hash)).toBeNull();
});
