const http = require("node:http");

http.createServer((_, response) => response.end("[]")).listen(process.env.PORT || 3000);
