import os

from flask import Flask

app = Flask(__name__)


@app.route("/healthz")
def healthz() -> str:
    return "ok"


@app.route("/quotes/<int:number>")
def quote(number: int) -> str:
    return str(number)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 5000)))
