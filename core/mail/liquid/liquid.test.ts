import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkLiquid } from "./check.ts";
import { liquidEngines } from "./engine.ts";
import { type LiquidScope, parseTemplate, renderTemplate } from "./template.ts";
import { mentionsVariable, unescapeLiquid } from "./tokens.ts";
import { knownVariables } from "./variables.ts";

const html = (template: string, scope: LiquidScope = {}) =>
  renderTemplate(parseTemplate(template, "html"), scope);
const text = (template: string, scope: LiquidScope = {}) =>
  renderTemplate(parseTemplate(template, "text"), scope);
const person = {
  subscriber: { first_name: `<b>"O'Neil" & co</b>`, tags: ["a", "<"], age: 41, vip: true, note: "a\n<b>" },
};

describe("what strangers typed", () => {
  it("is escaped in HTML, whatever filter is used, and stands as it is in text", () => {
    const safe = "&lt;b&gt;&#34;O&#39;Neil&#34; &amp; co&lt;/b&gt;";
    for (const filter of ["", "| raw", "| escape", "| default: 'x'", "| strip", "| escape | raw"]) {
      expect(html(`{{ subscriber.first_name ${filter} }}`, person)).not.toMatch(/[<>"']/);
    }
    expect(html("{{ subscriber.first_name }}", person)).toBe(safe);
    expect(html("{{ subscriber.first_name | escape }}", person)).toBe(safe);
    expect(html("{{ subscriber.note | newline_to_br }}", person)).toBe("a<br />\n&lt;b&gt;");
    expect(html("{{ subscriber.tags }}{% for t in subscriber.tags %}{{ t }}{% endfor %}", person)).toBe(
      "a&lt;a&lt;",
    );
    expect(text("{{ subscriber.first_name }}", person)).toBe(person.subscriber.first_name);
  });

  it("is not run as Liquid, and reaches no prototype", () => {
    expect(
      html("{{ subscriber.x }}", { subscriber: { x: "{{ subscriber.email }}{% assign a = 1 %}" } }),
    ).toBe("{{ subscriber.email }}{% assign a = 1 %}");
    for (const path of [
      "subscriber.constructor",
      "subscriber.__proto__",
      "constructor",
      "subscriber.toString",
    ]) {
      expect(html(`{{ ${path} }}`, person)).toBe("");
      expect(html(`{{ ${path} | upcase }}`, person)).toBe("");
    }
  });
});

describe("bounds", () => {
  it("end a loop that would hang a worker or fill its memory", () => {
    const loop =
      "{% for a in (1..3000) %}{% for b in (1..3000) %}{{ subscriber.age }} times {% endfor %}{% endfor %}";
    const started = performance.now();
    expect(() => html(loop, person)).toThrow(/limit|more than/);
    const silent =
      "{% for a in (1..2000) %}{% for b in (1..2000) %}{% assign x = a | times: b %}{% endfor %}{% endfor %}";
    expect(() => html(silent, person)).toThrow(/limit/);
    expect(() => html("{% for a in (1..900000000) %}{% endfor %}")).toThrow(/limit/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("leave no tag that opens files", () => {
    for (const tag of [
      "{% include 'a' %}",
      "{% render 'a' %}",
      "{% layout 'a' %}",
      "{% block a %}{% endblock %}",
    ]) {
      expect(() => parseTemplate(tag, "html")).toThrow(/not found/);
    }
  });
});

describe("parseTemplate", () => {
  it("renders as the interpreter does, with and without the short way", () => {
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(null, undefined, "", 0, 41, -1.5, true, false),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    const template = fc
      .array(
        fc.constantFrom(
          "{{ subscriber.a }}",
          "{{- subscriber.a | default: 'x&y' -}}",
          '{{ subscriber.a | default: "<z>" }}',
          "{{ subscriber.b.c }}",
          "{{ subscriber }}",
          "{{ a }}",
          " static <p> ",
          "\n",
          "{% if subscriber.a %}yes {{ subscriber.a }}{% else %}no{% endif %}",
          "{% assign a = subscriber.a %}",
          "{% for i in (1..2) %}{{ i }}{{ forloop.last }}{% endfor %}",
          "{{ subscriber.a | upcase | default: 'q' }}",
          "{{ subscriber.size }}{{ subscriber.a.size }}",
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(template, value, fc.constantFrom("html", "text"), (source, a, mode) => {
        const scope = { subscriber: { a } };
        expect(renderTemplate(parseTemplate(source, mode), scope)).toBe(
          liquidEngines[mode].parseAndRenderSync(source, scope),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("makes static text of what is the same for everybody, unless the template redefines it", () => {
    const constants = { workspace: { name: "Kai & Co" } };
    expect(parseTemplate("a {{ workspace.name }} b", "html", constants).pieces).toEqual(["a Kai &amp; Co b"]);
    const assigned = parseTemplate("{% assign workspace = 'x' %}{{ workspace }}", "html", constants);
    expect(renderTemplate(assigned, constants)).toBe("x");
  });
});

describe("checkLiquid", () => {
  const known = knownVariables(["first_name", "tags"]);

  it("says what is wrong and where", () => {
    expect(checkLiquid("a\n  {% if subscriber.email %}x", known)).toEqual([
      { severity: "error", message: "Tag {% if subscriber.email %} not closed.", line: 2, column: 3 },
    ]);
    expect(checkLiquid("{{ subscriber.email", known)[0]).toMatchObject({ severity: "error", line: 1 });
    expect(checkLiquid("{{ subscriber.email | shout }}", known)[0]?.message).toBe("Undefined filter: shout.");
    expect(checkLiquid("{% include 'x' %}", known)[0]?.message).toContain("not found");
  });

  it("finds unknown variables, and only warns where there is a default", () => {
    expect(checkLiquid("Hi {{ subscriber.frist_name }},\n{{ nope | default: 'x' }}", known)).toEqual([
      {
        severity: "error",
        message: 'There is no variable "subscriber.frist_name".',
        line: 1,
        column: 7,
        variable: "subscriber.frist_name",
      },
      { severity: "warning", message: 'There is no variable "nope".', line: 2, column: 4, variable: "nope" },
    ]);
  });

  it("accepts what works", () => {
    const fine =
      "{{ subscriber.first_name | default: &quot;you&quot; }} {% assign x = 1 %}{{ x }} {{ unsubscribe_url }} " +
      "{% for t in subscriber.tags %}{{ t }}{{ forloop.index }}{% endfor %} {{ subscriber.tags[0] }} {{ campaign.name }}";
    expect(checkLiquid(fine, known)).toEqual([]);
    expect(checkLiquid("no liquid } at all {", known)).toEqual([]);
  });

  it("never throws on any text", () => {
    const bits = fc.constantFrom(
      "{{",
      "}}",
      "{%",
      "%}",
      "|",
      "'",
      '"',
      " if ",
      "endif",
      "x.y",
      "\n",
      "[",
      "&quot;",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 15 }), (parts) => void checkLiquid(parts.join(""), known)),
    );
  });
});

describe("tokens", () => {
  it("undoes editors' escapes inside Liquid and nowhere else", () => {
    expect(
      unescapeLiquid("&quot;{{ x | default: &quot;a&#39;&amp;b&quot; }}&quot;{% if a &gt; 1 %}&lt;"),
    ).toBe(`&quot;{{ x | default: "a'&b" }}&quot;{% if a > 1 %}&lt;`);
  });

  it("tells a mentioned variable from a longer name", () => {
    expect(mentionsVariable("{{ unsubscribe_url }}", "unsubscribe_url")).toBe(true);
    expect(
      mentionsVariable("{{ my_unsubscribe_url }} {{ unsubscribe_url2 }} unsubscribe_url", "unsubscribe_url"),
    ).toBe(false);
    expect(mentionsVariable("{{ workspace . address }}", "workspace.address")).toBe(true);
  });
});
