"""S3 and STS, as far as Terraform's backend `s3` needs them for states and their locks."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.made_up import ACCOUNT

_IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult>
<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/rehearsal/rehearsal</Arn>
<UserId>AROAREHEARSAL:rehearsal</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult>
<ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>"""
_XML = "application/xml"


@contextmanager
def serving(cloud: Cloud) -> Iterator[dict[str, str]]:
    """Serve the buckets of a cloud to this machine; yield the environment that leads there.

    A bucket exists if a resource `aws_s3_bucket` made it.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Buckets", (_Buckets,), {"cloud": cloud}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_SESSION_TOKEN": "",
            "AWS_PROFILE": "",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unchunked(body: bytes) -> bytes:
    """Return the content of a body that the client sent in signed chunks (aws-chunked)."""
    content = bytearray()
    while body:
        head, _, rest = body.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        content += rest[:size]
        body = rest[size + 2 :]
    return bytes(content)


class _Buckets(BaseHTTPRequestHandler):
    cloud: Cloud
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        bucket, key, query = self._asked()
        if not _exists(self.cloud, bucket):
            self._fail(HTTPStatus.NOT_FOUND, "NoSuchBucket")
        elif not key:
            self._answer(HTTPStatus.OK, _listed(self.cloud, bucket, query.get("prefix", [""])[0]))
        elif (text := self.cloud.files.get(f"{bucket}/{key}")) is None:
            self._fail(HTTPStatus.NOT_FOUND, "NoSuchKey")
        else:
            self._answer(HTTPStatus.OK, text, kind="application/json")

    do_HEAD = do_GET  # noqa: N815, the name that http.server looks for

    def do_PUT(self) -> None:
        bucket, key, _ = self._asked()
        body = self._body()
        name = f"{bucket}/{key}"
        if not _exists(self.cloud, bucket):
            self._fail(HTTPStatus.NOT_FOUND, "NoSuchBucket")
            return
        with self.cloud.lock:
            if self.headers.get("If-None-Match") == "*" and name in self.cloud.files:
                self._fail(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed")
                return
            self.cloud.files[name] = body.decode()
        self._answer(HTTPStatus.OK, "")

    def do_DELETE(self) -> None:
        bucket, key, _ = self._asked()
        with self.cloud.lock:
            self.cloud.files.pop(f"{bucket}/{key}", None)
        self._answer(HTTPStatus.NO_CONTENT, "")

    def do_POST(self) -> None:
        if b"Action=GetCallerIdentity" in self._body():
            self._answer(HTTPStatus.OK, _IDENTITY, kind="text/xml")
        else:
            self._fail(HTTPStatus.NOT_IMPLEMENTED, "NotImplemented")

    def _asked(self) -> tuple[str, str, dict[str, list[str]]]:
        """Return the bucket, the key and the query of a request."""
        address = urlsplit(self.path)
        bucket, _, key = unquote(address.path).lstrip("/").partition("/")
        return bucket, key, parse_qs(address.query)

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunked = "aws-chunked" in (self.headers.get("Content-Encoding") or "")
        return unchunked(body) if chunked else body

    def _fail(self, status: HTTPStatus, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")

    def _answer(self, status: HTTPStatus, text: str, *, kind: str = _XML) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        self.end_headers()
        if self.command != "HEAD" and status != HTTPStatus.NO_CONTENT:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def _exists(cloud: Cloud, bucket: str) -> bool:
    return cloud.get("aws_s3_bucket", bucket) is not None


def _listed(cloud: Cloud, bucket: str, prefix: str) -> str:
    """Return the answer of ListObjectsV2."""
    start = f"{bucket}/"
    keys = sorted(
        name.removeprefix(start)
        for name in cloud.files
        if name.startswith(start) and name.removeprefix(start).startswith(prefix)
    )
    contents = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(cloud.files[start + key])}</Size></Contents>"
        for key in keys
    )
    return (
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>{escape(bucket)}</Name><Prefix>{escape(prefix)}</Prefix>"
        f"<KeyCount>{len(keys)}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
        f"{contents}</ListBucketResult>"
    )
