// Validates an AsyncAPI document with AsyncAPI's own parser: validate_asyncapi.cjs FILE
// Run with NODE_PATH set to the folder that holds @asyncapi/parser.
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

(async () => {
  const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 0);
  for (const error of errors) console.error(error.path.join("."), error.message);
  if (errors.length > 0 || document === undefined) process.exit(1);
  console.log(JSON.stringify({
    title: document.info().title(),
    channels: document.allChannels().all().length,
    operations: document.allOperations().all().length,
    messages: document.allMessages().all().length,
  }));
})();
