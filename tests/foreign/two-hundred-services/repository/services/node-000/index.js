const http = require("node:http");

http
  .createServer((request, response) => {
    response.statusCode = request.url === "/readyz" ? 200 : 404;
    response.end();
  })
  .listen(8000);
