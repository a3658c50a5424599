// Reads a JSON-LD document with the peers that npm has and says how long it took.
//
// Usage: documents.js DOCUMENT ROUNDS [SCHEMA]. Prints `parse`, `epcis2.js` and, with a schema, `ajv`: seconds, median.
const fs = require("fs");
const { EPCISDocument } = require("epcis2.js");

const [document, rounds, schema] = process.argv.slice(2);
const bytes = fs.readFileSync(document);

function measure(name, work) {
  const seconds = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    const before = process.cpuUsage();
    work(JSON.parse(bytes.toString("utf8")));
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  seconds.sort((left, right) => left - right);
  console.log(name, seconds[Math.floor(seconds.length / 2)]);
}

measure("parse", () => {});
measure("epcis2.js", (value) => {
  const read = new EPCISDocument(value);
  if (read.eventList.length !== value.epcisBody.eventList.length) throw new Error("epcis2.js lost events");
});
if (schema) {
  const Ajv = require("ajv");
  const ajv = new Ajv({ strict: false, logger: false });
  require("ajv-formats")(ajv);
  const validate = ajv.compile(JSON.parse(fs.readFileSync(schema, "utf8")));
  measure("ajv", (value) => {
    if (!validate(value)) throw new Error(ajv.errorsText(validate.errors));
  });
}
