// Evaluates what stands on stdin, a list of {expression, variables}, with the reference implementation of JSONata.
const jsonata = require(process.env.JSONATA || "jsonata");

async function value(given) {
  try {
    const result = await jsonata(given.expression).evaluate(undefined, given.variables);
    return result === undefined ? { undefined: true } : { value: result };
  } catch (error) {
    return { error: String(error.message) };
  }
}

let text = "";
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", async () => {
  const values = [];
  for (const given of JSON.parse(text)) values.push(await value(given));
  process.stdout.write(JSON.stringify(values));
});
