// Answers /readyz, and /receipt with a stamp, on PORT of this machine.
import { createServer } from "node:http";

function stamp() {
  const groups = Object.groupBy(["one coffee"], (text) => text.length);
  return Object.values(groups).flat().join();
}

createServer((request, response) => {
  let status = 200;
  let text = "ready";
  if (request.url === "/receipt") {
    try {
      text = stamp();
    } catch (problem) {
      status = 500;
      text = `${problem.name}: ${problem.message}`;
    }
  }
  response.writeHead(status, { "Content-Length": text.length });
  response.end(text);
}).listen(Number(process.env.PORT), "127.0.0.1");
