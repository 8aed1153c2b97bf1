const http = require("node:http");

const port = Number(process.env.PORT || 3000);

http
  .createServer((request, response) => {
    if (request.url === "/healthz") {
      response.end("ok");
      return;
    }
    response.end("<h1>Shop</h1>");
  })
  .listen(port);
