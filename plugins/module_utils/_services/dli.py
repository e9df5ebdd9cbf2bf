# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.
"""What all APIs of Data Lake Insight have in common. API reference of DLI, "Error Codes"."""

from __future__ import annotations

from .._cloud.answers import Api

DLI = Api(
    "dli",
    expired=("DLI.0015", "DLI.10007", "DLI.10008"),
    unknown=("DLI.10001",),
    read_again=("DLI.0999", "DLI.0019"),
    no_permission=("DLI.10005", "DLI.10014", "DLI.13011", "DLI.0003", "DLI.0016"),
    hints={"DLI.10006": "the project is not the one that the credential is for"},
).with_gateway()
