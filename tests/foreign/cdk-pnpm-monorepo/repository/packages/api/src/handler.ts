type Event = {rawPath: string};

export async function handler(event: Event) {
  if (event.rawPath === "/health") {
    return {statusCode: 200, body: "ok"};
  }
  const bucket = process.env.BUCKET;
  return {statusCode: bucket ? 201 : 500, body: ""};
}
