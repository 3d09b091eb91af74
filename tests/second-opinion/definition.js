#!/usr/bin/env node
// Holds the state machine's definition against two readers of the Amazon States Language that share no line with ours
// nor with moto's: asl-validator, and AWS's own language service for editors. Then it breaks the definition in one way
// after the other: of a breakage that neither of them finds their silence says nothing.
//
//     node tests/second-opinion/definition.js [statemachine/migration.asl.json]

const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "../..");
const INSTALLED = path.join(ROOT, "target/second-opinion");
const foreign = (name) => require(require.resolve(name, { paths: [INSTALLED] }));

const validate = foreign("asl-validator");
const { getLanguageService, TextDocument } = foreign("amazon-states-language-service");

const VALIDATOR = "asl-validator";
const SERVICE = "amazon-states-language-service";

// What the template puts in the place of its parameters, in the form that it has there.
function deployed(text) {
  return text.replace(/\$\{(\w+)\}/g, (_, name) =>
    name === "Partition" ? "aws" : `arn:aws:lambda:us-east-1:123456789012:function:${name}:1`
  );
}

// Each reader gives what it has to say, a sentence each.
const READERS = {
  // It writes the query language into the states that it reads, so it has a copy of its own.
  [VALIDATOR]: async (definition) => validate(structuredClone(definition)).errors.map((error) => error.Message),
  [SERVICE]: async (definition) => {
    const text = JSON.stringify(definition, null, 2);
    const document = TextDocument.create("file:///migration.asl.json", "asl", 1, text);
    const service = getLanguageService({});
    const found = await service.doValidation(document, service.parseJSONDocument(document));
    return found.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
  },
};

// The first state of a type, and the first that has a member.
const state = (definition, type) => Object.values(definition.States).find((it) => it.Type === type);
const having = (definition, member) => Object.values(definition.States).find((it) => it[member]);
// The first retry that says how it waits.
const patient = (definition) => having(definition, "Retry").Retry.find((it) => it.JitterStrategy);

// A breakage, how it is made, and which of the readers find it.
const BREAKAGES = [
  ["a Next that leads nowhere", (it) => (state(it, "Task").Next = "Nowhere"), [VALIDATOR, SERVICE]],
  ["a Catch that leads nowhere", (it) => (having(it, "Catch").Catch[0].Next = "Nowhere"), [VALIDATOR, SERVICE]],
  ["a choice that leads nowhere", (it) => (state(it, "Choice").Choices[0].Next = "Nowhere"), [VALIDATOR, SERVICE]],
  ["a Default that leads nowhere", (it) => (state(it, "Choice").Default = "Nowhere"), [VALIDATOR, SERVICE]],
  ["a StartAt that is no state", (it) => (it.StartAt = "Nowhere"), [VALIDATOR, SERVICE]],
  ["no StartAt", (it) => delete it.StartAt, [VALIDATOR, SERVICE]],
  ["a state that nothing leads to", (it) => (it.States.Lonely = { Type: "Fail" }), [VALIDATOR, SERVICE]],
  ["a state without a way on", (it) => delete state(it, "Task").Next, [VALIDATOR, SERVICE]],
  ["a state with a way on that ends", (it) => (state(it, "Task").End = true), [VALIDATOR, SERVICE]],
  ["a type that there is none of", (it) => (state(it, "Task").Type = "Tsak"), [VALIDATOR, SERVICE]],
  ["a misspelt member", (it) => (state(it, "Task").TimeoutSecond = 5), [VALIDATOR, SERVICE]],
  ["a Task without its resource", (it) => delete state(it, "Task").Resource, [VALIDATOR, SERVICE]],
  ["a resource that is no ARN", (it) => (state(it, "Task").Resource = "lambda"), [VALIDATOR]],
  ["a time-out of nothing", (it) => (state(it, "Task").TimeoutSeconds = 0), [VALIDATOR]],
  ["a Wait without an end", (it) => delete state(it, "Wait").Seconds, [VALIDATOR, SERVICE]],
  ["a Wait with two ends", (it) => (state(it, "Wait").Timestamp = "{% 'x' %}"), [VALIDATOR, SERVICE]],
  ["a count that is a text", (it) => (patient(it).MaxAttempts = "60"), [VALIDATOR, SERVICE]],
  ["a pause that shrinks", (it) => (patient(it).BackoffRate = 0.5), [SERVICE]],
  ["a jitter that there is none of", (it) => (patient(it).JitterStrategy = "HALF"), [SERVICE]],
  ["another query language", (it) => (it.QueryLanguage = "JSONate"), [VALIDATOR, SERVICE]],
  ["the other query language", (it) => (it.QueryLanguage = "JSONPath"), [VALIDATOR]],
  ["a member of the other query language", (it) => (state(it, "Task").ResultPath = "$.x"), [VALIDATOR]],
  ["an expression that does not end", (it) => (having(it, "Assign").Assign = { x: "{% $f( %}" }), [VALIDATOR]],
  ["a condition that does not end", (it) => (state(it, "Choice").Choices[0].Condition = "{% 1 = %}"), [VALIDATOR]],
  ["a condition without its marks", (it) => (state(it, "Choice").Choices[0].Condition = "1 = 1"), [VALIDATOR, SERVICE]],
];

// What each reader says of the definition, with its name before it.
async function opinions(definition) {
  const said = [];
  for (const [name, read] of Object.entries(READERS)) {
    for (const finding of await read(definition)) said.push([name, finding]);
  }
  return said;
}

// What is wrong with the readers: those that overlook what they have found before.
async function overlooked(definition) {
  const lines = [];
  for (const [what, damage, finders] of BREAKAGES) {
    const broken = structuredClone(definition);
    damage(broken);
    const found = new Set((await opinions(broken)).map(([name]) => name));
    for (const name of finders.filter((name) => !found.has(name))) lines.push(`${name} overlooks ${what}`);
  }
  return lines;
}

async function main(file) {
  const definition = JSON.parse(deployed(fs.readFileSync(file, "utf8")));
  const said = (await opinions(definition)).map(([name, finding]) => `${name}: ${finding}`);
  const faults = said.length > 0 ? said : await overlooked(definition);
  if (faults.length > 0) {
    process.stderr.write(`${file}: failed to pass:\n${faults.join("\n")}\n`);
    return 1;
  }
  const count = Object.keys(definition.States).length;
  process.stdout.write(
    `${Object.keys(READERS).join(" and ")} have nothing to say of ${count} states; ${
      BREAKAGES.length
    } breakages are found\n`
  );
  return 0;
}

main(process.argv[2] ?? path.join(ROOT, "statemachine/migration.asl.json")).then(
  (status) => (process.exitCode = status)
);
