# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the get-pip.py that ansible-test would download from outside the Python package index.

ansible-test calls it in a new virtual environment without pip, with pip's own options and 'pip==VERSION'.
"""

import subprocess
import sys

# A process of its own, as ensurepip points PIP_CONFIG_FILE at /dev/null
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
# Only the real get-pip.py knows these two
args = [arg for arg in sys.argv[1:] if arg not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--quiet", *args]))
