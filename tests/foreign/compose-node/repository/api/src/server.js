import http from "node:http";

const port = Number(process.env.PORT ?? 3000);

http
  .createServer((request, response) => {
    switch (request.url) {
      case "/healthz":
        response.end("ok");
        break;
      case "/tickets":
        response.end("[]");
        break;
      default:
        response.statusCode = 404;
        response.end();
    }
  })
  .listen(port, () => console.log(`listening on ${port}`));
