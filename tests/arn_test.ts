import assert from "node:assert/strict";
import {
  ACCESS_KEY_ID,
  isAccountId,
  isMfaDevice,
  isRegion,
  KNOWN_REGIONS,
  parseArn,
  partitionOfRegion,
} from "../lib/arn.ts";

Deno.test("parseArn() splits an ARN, whatever is in its resource", () => {
  assert.deepEqual(parseArn("arn:aws-cn:iam::111122223333:role/a/b:c"), {
    partition: "aws-cn",
    service: "iam",
    region: "",
    accountId: "111122223333",
    resource: "role/a/b:c",
  });
  assert.equal(parseArn("arn:aws:sts:us-east-1:111122223333:x")?.region, "us-east-1");
});

Deno.test("parseArn() refuses what is no ARN, and partitions that there are not", () => {
  for (
    const text of [
      "",
      "arn",
      "arn:aws:iam::111122223333:",
      "arn:awz:iam::1:role/x",
      "x arn:aws:iam::1:role/x",
      "arn:aws:iam::1",
    ]
  ) {
    assert.equal(parseArn(text), undefined, text);
  }
});

Deno.test("partitionOfRegion() knows every region, and the shape of new ones", () => {
  assert.equal(partitionOfRegion("us-east-1"), "aws");
  assert.equal(partitionOfRegion("eu-north-9"), "aws");
  assert.equal(partitionOfRegion("cn-north-1"), "aws-cn");
  assert.equal(partitionOfRegion("us-gov-west-1"), "aws-us-gov");
  assert.equal(partitionOfRegion("us-iso-east-1"), "aws-iso");
  assert.equal(partitionOfRegion("us-isob-east-1"), "aws-iso-b");
  assert.equal(partitionOfRegion("eusc-de-east-1"), "aws-eusc");
  for (const region of KNOWN_REGIONS) assert.equal(isRegion(region), true, region);
});

Deno.test("isRegion() refuses what no region looks like", () => {
  for (
    const text of ["", "us-east", "us_east_1", "US-EAST-1", "global", "aws-global", "us-east-1a", "xx-east-1"]
  ) {
    assert.equal(isRegion(text), false, text);
  }
});

Deno.test("isAccountId() takes 12 digits, and nothing else", () => {
  assert.equal(isAccountId("012345678901"), true);
  for (const text of ["", "12345678901", "1234567890123", "1111-2222-3333", "１１１１２２２２３３３３"]) {
    assert.equal(isAccountId(text), false, text);
  }
});

Deno.test("ACCESS_KEY_ID takes ids of long-lived keys, not of sessions, bearer tokens or users", () => {
  for (const id of ["AKIAIOSFODNN7EXAMPLE", `AKIA${"A".repeat(124)}`]) assert.match(id, ACCESS_KEY_ID);
  const others = [
    "ASIAIOSFODNN7EXAMPLE",
    "ABIAIOSFODNN7EXAMPLE",
    "AIDAIOSFODNN7EXAMPLE",
    "AKIA",
    "AKIAIOSFODNN7EXAMPL ",
    "akiaiosfodnn7example",
  ];
  for (const id of others) assert.doesNotMatch(id, ACCESS_KEY_ID);
});

Deno.test("isMfaDevice() takes ARNs and serial numbers that STS takes", () => {
  const arn = "arn:aws:iam::123456789012:mfa/";
  for (const text of [`${arn}ana`, `${arn}path/first.last@example.com`, "GAHT12345678"]) {
    assert.equal(isMfaDevice(text), true, text);
  }
  const wrong = [
    `${arn}a b`,
    arn,
    `${arn}ana/`,
    `${arn}ana\n`,
    `${arn}${"a".repeat(250)}`,
    "arn:aws:iam::123456789012:user/ana",
  ];
  for (
    const text of [
      ...wrong,
      "arn:aws:iam::1234:mfa/ana",
      "arn:aws:sts::123456789012:mfa/ana",
      "short",
      "GAHT 12345678",
    ]
  ) {
    assert.equal(isMfaDevice(text), false, text);
  }
});
