// Goes through the Salesforce simulator with jsforce and prints one JSON object: what each operation came to.
// Usage: node salesforce_jsforce_client.js <directory of node_modules> <url> <consumer key> <secret file> <task file>
const fs = require("node:fs");
const path = require("node:path");
const [, , modules, url, clientId, secretFile, taskFile] = process.argv;
const jsforce = require(path.join(modules, "jsforce"));
const { object, key, query, bulk, collection } = JSON.parse(fs.readFileSync(taskFile, "utf8"));

async function main() {
  const told = { version: require(path.join(modules, "jsforce", "package.json")).version };
  const clientSecret = fs.readFileSync(secretFile, "utf8");
  const oauth2 = { clientId, clientSecret, loginUrl: url };
  const connection = new jsforce.Connection({ instanceUrl: url, oauth2, version: "60.0" });
  await connection.authorize({ grant_type: "client_credentials" });
  told.login = (await connection.identity()).username;

  const described = await connection.sobject(object).describe();
  told.describe = described.fields.filter((field) => field.externalId).map((field) => field.name);
  await connection.limits();

  let page = await connection.query(query);
  told.pages = 1;
  told.query = page.records.map((record) => record.Name);
  while (!page.done) {
    page = await connection.queryMore(page.nextRecordsUrl);
    told.pages += 1;
    told.query.push(...page.records.map((record) => record.Name));
  }

  told.bulk_query = (await (await connection.bulk2.query(query)).toArray()).map((record) => record.Name);

  const results = await connection.bulk2.loadAndWaitForResults({
    object,
    operation: "upsert",
    externalIdFieldName: key,
    input: bulk,
    pollInterval: 100,
    pollTimeout: 60000,
  });
  told.bulk_upsert = {
    accepted: results.successfulResults.map((row) => row[key]),
    refused: results.failedResults.map((row) => [row[key], row.sf__Error]),
  };

  const rows = await connection.sobject(object).upsert(collection, key, { allOrNone: false });
  told.collections_upsert = {
    accepted: collection.filter((_, place) => rows[place].success).map((row) => row[key]),
    refused: collection
      .map((row, place) => [row[key], rows[place]])
      .filter(([, row]) => !row.success)
      .map(([value, row]) => [value, row.errors[0].statusCode]),
  };
  console.log(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
