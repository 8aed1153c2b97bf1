import http from "node:http";

http.createServer((_, response) => response.end("notes")).listen(process.env.PORT ?? 3000);
