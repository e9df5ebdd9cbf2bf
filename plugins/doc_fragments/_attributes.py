# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying anything.
  diff_mode:
    description: Returns details on what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside of check mode with the same options, the second run indicates no change.
      - This assumes that nobody else has changed the jobs meanwhile.
"""

    # For modules that only read; to be used together with the standard fragment
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module does not change anything.
  diff_mode:
    support: N/A
    details:
      - This module does not change anything.
  idempotent:
    support: full
    details:
      - This module does not change anything.
"""

    # For modules that bring jobs into a state; to be used together with the standard fragment
    CHANGE_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - Reads the same as otherwise, changes nothing, and assumes that the service would accept each request.
  diff_mode:
    support: full
    details:
      - Shows ID, name and status of the jobs that change, before and after. A deleted job has the status V(null) after.
      - In check mode and with O(wait=false) the status after is the one that the request leads to.
  idempotent:
    support: partial
    details:
      - Not with O(wait=false). A second run may find a job whose request has not taken effect yet, and send it again.
"""

    ACTIONGROUP_DLI = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/otc.bigdata.all) or C(group/otc.bigdata.dli) in C(module_defaults) to set defaults for
      this module.
    support: full
    membership:
      - otc.bigdata.all
      - otc.bigdata.dli
"""

    ACTIONGROUP_MRS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/otc.bigdata.all) or C(group/otc.bigdata.mrs) in C(module_defaults) to set defaults for
      this module.
    support: full
    membership:
      - otc.bigdata.all
      - otc.bigdata.mrs
"""
