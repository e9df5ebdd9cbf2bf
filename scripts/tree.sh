#!/usr/bin/env bash
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Copies the files that git knows, or would add, to DIR/ansible_collections/otc/bigdata and prints that path: scripts/tree.sh DIR
# ansible-test wants a real folder of this name, outside of a git work tree.

set -euo pipefail
dest="$1/ansible_collections/otc/bigdata"
cd "$(dirname "$0")/.."

rm -rf "$dest.new"
mkdir -p "$dest.new"
git ls-files -z --cached --others --exclude-standard --deduplicate |
  while IFS= read -r -d '' file; do
    # A file may be deleted, but still known to git
    if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "$file"; fi
  done | tar --null -T - -cf - | tar -xf - -C "$dest.new"
# Results, and the environments that ansible-test keeps there
[ ! -d "$dest/tests/output" ] || mv "$dest/tests/output" "$dest.new/tests/output"
rm -rf "$dest"
mv "$dest.new" "$dest"
echo "$dest"
