"""A proxy on 127.0.0.1 that lets nobody through, and keeps who was to be reached over it."""

import socketserver
import threading
from typing import Self


class RefusingProxy:
    """Runs from `with` to its end. `asked` are the first lines: `CONNECT api.github.com:443 HTTP/1.1`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._server = _Server(self.asked)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="refusing-proxy")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    def __init__(self, asked: list[str]) -> None:
        self.asked = asked
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.asked.append(self.rfile.readline().decode("ascii", errors="replace").strip())
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
