import test from "node:test";

const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZXN0In0.dGVzdC1zaWduYXR1cmUtb2Ytbm9ib2R5";

test("a token has three parts", () => {
  if (token.split(".").length !== 3) throw new Error("it has not");
});
