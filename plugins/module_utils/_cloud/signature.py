# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""The signature of a request with an access key, SDK-HMAC-SHA256. Pure.

API reference of IAM, "AK/SK-based Authentication"; where that is silent, what the provider's own SDK signs.
"""

from __future__ import annotations

import hashlib
import hmac
import typing as t
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ALGORITHM = "SDK-HMAC-SHA256"
SIGNED = ("content-type", "host", "x-domain-id", "x-project-id", "x-sdk-date", "x-security-token")


def canonical_query(query: str) -> str:
    """The query as it is signed, and as it must be sent: sorted, and a space as %20."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs)


def authorization(
    method: str, url: str, headers: t.Mapping[str, str], body: bytes, access_key: str, secret_key: str
) -> str:
    """The header Authorization. ``headers`` must hold Host and X-Sdk-Date (YYYYMMDDTHHMMSSZ)."""
    parts = urlsplit(url)
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    names = [name for name in SIGNED if name in lower]
    path = "/".join(quote(unquote(segment), safe="~") for segment in parts.path.split("/"))
    canonical = [
        method,
        path if path.endswith("/") else path + "/",
        canonical_query(parts.query),
        *(f"{name}:{lower[name]}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    text = f"{ALGORITHM}\n{lower['x-sdk-date']}\n{digest}"
    signature = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={';'.join(names)}, Signature={signature}"
