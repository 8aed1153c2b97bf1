"""Takes orders, and counts them."""

import os

from flask import Flask
from prometheus_client import Counter, Histogram, make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware

DATABASE = os.environ.get("DB_CONNECTION_STRING", "sqlite://")
ORDERS = Counter("checkout_orders_total", "Orders taken", ["country"])
ERRORS = Counter("checkout_errors_total", "Orders that failed", ["reason"])
DURATION = Histogram("checkout_duration_seconds", "Time of an order")

app = Flask(__name__)


@app.post("/orders")
def order():
    app.logger.info("order_accepted_event")
    ORDERS.labels("de").inc()
    return "", 204


@app.get("/healthz")
def health():
    return "ok"


app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/metrics": make_wsgi_app()})
