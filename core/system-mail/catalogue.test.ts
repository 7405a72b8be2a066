import { expect, test } from "vitest";
import { CATALOGUE, composeSystemMail } from "./catalogue.ts";

test("names and links cannot become markup, nor a second header", () => {
  const mail = composeSystemMail(
    { name: '<b>"Nordkai"</b>', brandColor: "#ffee00" },
    CATALOGUE.invitation({
      workspace: "<script>alert(1)</script>",
      inviter: "Ada\r\nBcc: everybody@example.com",
      can: "x & y",
      link: 'https://news.example/invite/a"onclick="b',
      days: 7,
    }),
  );
  expect(mail.subject).not.toMatch(/[\r\n]/);
  expect(mail.html).not.toMatch(/<script|<b>|"onclick/);
  expect(mail.html).toContain("background:#1b1f2a");
  expect(mail.text).toContain("https://news.example/invite/");
});
