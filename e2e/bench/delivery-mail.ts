/** The mail that both sides of the delivery bench send: 20 kB, Liquid, ten links. */
const WORDS =
  "The harvest came in late this year, and the roast is slower for it: less acid, more caramel, a long finish. ";

export const SUBJECT = "{{ subscriber.first_name | default: 'Friend' }}, the Friday roast is here";

export function bodyHtml(): string {
  let html =
    "<!doctype html>\n<html>\n<body>\n<h1>Hello {{ subscriber.first_name | default: 'there' }}</h1>\n";
  for (let i = 0; i < 10; i++) {
    html += `<table width="100%"><tr><td style="padding:12px;font-family:sans-serif">${WORDS.repeat(8)}`;
    html += `<a href="https://shop.example.com/item/${i}?from=news&amp;n=${i}">Read more</a></td></tr></table>\n`;
  }
  return `${html}{% if subscriber.city %}<p>See you in {{ subscriber.city }}.</p>{% endif %}\n</body>\n</html>\n`;
}
