"""The demo's page: plain HTML, CSS and ES modules, served as they are and never cached."""

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    # Everything comes from here; an image in a message may come from elsewhere, over https.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: https:; frame-src 'self'; base-uri 'none'",
}


def routes() -> list[web.RouteDef]:
    """The page at /, its parts below /page/."""
    return [web.get("/", _index), web.get("/page/{name:[a-z_/]+\\.(?:css|js|svg)}", _part)]


async def _index(_request: web.Request) -> web.Response:
    return _file(HERE / "index.html")


async def _part(request: web.Request) -> web.Response:
    return _file(HERE / request.match_info["name"])


def _file(path: Path) -> web.Response:
    if not path.is_file():
        raise web.HTTPNotFound(text="There is no such part of the page.")
    text = path.read_text(encoding="utf-8")
    return web.Response(text=text, content_type=TYPES[path.suffix], charset="utf-8", headers=HEADERS)
