"""The part of the sample API that works: a small shop."""

from __future__ import annotations

import gzip
import json
from typing import Final

from aiohttp import hdrs, web

from probe.demo.credentials import Credentials

MOST_ORDERS: Final = 50
LARGE: Final = 2_000_000
"""Bytes of the large download."""

_ROW: Final = b"4006381333931,Fountain pen,blue,24.90,EUR,in stock\n"
_EXPORT: Final = (_ROW * (LARGE // len(_ROW) + 1))[:LARGE]
_PRODUCTS: Final = gzip.compress(
    json.dumps(
        {
            "count": 40,
            "items": [
                {"id": f"pen-{number}", "name": "Fountain pen", "price": 24.9, "currency": "EUR"}
                for number in range(40)
            ],
        }
    ).encode(),
    mtime=0,
)


class Shop:
    """Handlers that answer as they should."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def routes(self) -> list[web.RouteDef]:
        """Where each of them lives; GET answers HEAD too."""
        return [
            web.get("/orders", orders),
            *(web.route(method, "/cart", cart) for method in ("POST", "PUT", "PATCH", "DELETE")),
            web.get("/products", products),
            web.get("/products/export.csv", export),
            web.get("/latest-order", latest_order),
            web.get("/account", self.account),
            web.get("/sales", self.sales),
            web.get("/stock", self.stock),
        ]

    async def account(self, request: web.Request) -> web.Response:
        """Whose account it is, for the bearer of the token."""
        self._credentials.require_bearer(request)
        return web.json_response({"status": "ok", "customer": "c-1001", "name": "Ada Example"})

    async def sales(self, request: web.Request) -> web.Response:
        """Today's sales, for the shop's own user and password."""
        self._credentials.require_basic(request)
        return web.json_response({"status": "ok", "orders": 42, "revenue": 1280.5})

    async def stock(self, request: web.Request) -> web.Response:
        """What is on the shelves, for partners with a key."""
        self._credentials.require_key(request)
        return web.json_response({"status": "ok", "pens": 12, "ink": 70})


async def orders(request: web.Request) -> web.Response:
    """The latest orders, about 1 kB each; `limit` says how many."""
    limit = request.query.get("limit", "10")
    if not limit.isdecimal() or len(limit) > 3:
        raise web.HTTPBadRequest(text="limit must be a number")
    items = [_order(number) for number in range(min(int(limit), MOST_ORDERS))]
    return web.json_response({"status": "ok", "count": len(items), "items": items})


async def cart(request: web.Request) -> web.Response:
    """The cart as it was sent, JSON or form."""
    return web.json_response(
        {"status": "ok", "method": request.method, "received": await _received(request)},
        status=201 if request.method == hdrs.METH_POST else 200,
    )


async def products(_request: web.Request) -> web.Response:
    """The catalogue, always compressed with gzip."""
    return web.Response(
        body=_PRODUCTS,
        content_type="application/json",
        headers={hdrs.CONTENT_ENCODING: "gzip"},
    )


async def export(_request: web.Request) -> web.Response:
    """The catalogue as a large file."""
    return web.Response(body=_EXPORT, content_type="text/csv")


async def latest_order(_request: web.Request) -> web.Response:
    """Moved to where the orders are."""
    raise web.HTTPFound("/orders?limit=1")


async def _received(request: web.Request) -> object:
    if request.content_type == "application/json":
        try:
            return await request.json()
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest(text="the body is not JSON") from error
    if request.content_type == "application/x-www-form-urlencoded":
        return {name: str(value) for name, value in (await request.post()).items()}
    return await request.text()


def _order(number: int) -> dict[str, object]:
    lines = [
        {
            "sku": f"pen-{line}",
            "name": "Fountain pen, blue, fine nib",
            "quantity": line + 1,
            "unit_price": 24.9,
        }
        for line in range(6)
    ]
    return {
        "id": f"o-{1000 + number}",
        "status": "paid",
        "currency": "EUR",
        "total": 522.9,
        "customer": {"id": "c-1001", "name": "Ada Example"},
        "ship_to": {"street": "1 Sample Street", "city": "Berlin", "country": "DE"},
        "lines": lines,
    }
