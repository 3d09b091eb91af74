"""A relay between clients and the simulator that keeps every exchange as it went over the wire."""

import dataclasses
import http.client
import http.server
import threading
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    client: str
    operation: str
    request: bytes
    status: int
    headers: dict
    answer: bytes


class Relay:
    """Listens on loopback, hands each request on, and remembers."""

    def __init__(self, address):
        self.exchanges = []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(address, self.exchanges))
        server.daemon_threads = True
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.address = "http://{}:{}".format(*server.server_address)

    def end(self):
        """Stops listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def handler(address, exchanges):
    """What serves a connection."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer goes out as one packet, where head and body apart would wait for each other.
        wbufsize = -1

        def do_POST(self):
            request = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, answer = asked(address, dict(self.headers), request)
            target = self.headers.get("X-Amz-Target", "")
            exchanges.append(
                Exchange(
                    client=self.headers.get("User-Agent", "").partition("/")[0],
                    operation=target.rpartition(".")[2],
                    request=request,
                    status=status,
                    headers=headers,
                    answer=answer,
                )
            )
            self.send_response(status)
            for name in ("content-type", "x-amzn-requestid"):
                if name in headers:
                    self.send_header(name, headers[name])
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            """Nothing is printed."""

    return Handler


def asked(address, headers, request):
    """Status, headers and body of the answer to a request, as it goes over the wire."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=60)
    try:
        forwarded = {name: headers[name] for name in ("X-Amz-Target", "Content-Type", "User-Agent") if name in headers}
        connection.request("POST", "/", body=request, headers=forwarded)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()
