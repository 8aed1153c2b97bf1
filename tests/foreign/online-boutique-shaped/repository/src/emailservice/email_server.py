import os

port = os.environ.get("PORT", "8080")
