// Reads the CC&B simulator with node-oracledb in thin mode: one JSON line of rows for each statement given.
// Usage: node ccb_node_client.js <directory of node_modules> <connect string> <user> <password> <statement>...
const path = require("node:path");
const [, , modules, connectString, user, password, ...statements] = process.argv;
const oracledb = require(path.join(modules, "oracledb"));

// Numbers as Oracle writes them: a JavaScript number has too few digits for some of them.
oracledb.fetchTypeHandler = (column) =>
  column.dbType === oracledb.DB_TYPE_NUMBER ? { type: oracledb.STRING } : undefined;

async function main() {
  const connection = await oracledb.getConnection({ user, password, connectString });
  await connection.ping();
  for (const statement of statements) {
    const result = await connection.execute(statement, [], { resultSet: true, prefetchRows: 3, fetchArraySize: 7 });
    const rows = [];
    for await (const row of result.resultSet) {
      rows.push(row.map((value) => (value instanceof Date ? value.toISOString().slice(0, 19) : value)));
    }
    console.log(JSON.stringify(rows));
  }
  // A failed statement must leave the connection in order, also for this client.
  await connection.execute("SELECT 1 FROM NO_SUCH_TABLE").then(
    () => console.log("no error"),
    (error) => console.log(`ORA-${String(error.errorNum).padStart(5, "0")}`),
  );
  await connection.execute("SET TRANSACTION READ ONLY");
  await connection.commit();
  await connection.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
