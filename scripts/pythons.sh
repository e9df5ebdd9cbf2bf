# shellcheck shell=bash
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# To be sourced: puts the Pythons that pyenv installed on the PATH, in place of its shims. There is a shim for each version,
# also for those that are not switched on, and that one fails when it is called.

pythons=""
IFS=: read -ra entries <<< "$PATH:${PYENV_ROOT:-$HOME/.pyenv}/shims"
for entry in "${entries[@]}"; do
  case $entry in
    */shims)
      for bin in "${entry%/shims}"/versions/3.*/bin; do
        [ ! -d "$bin" ] || pythons="$pythons:$bin"
      done
      ;;
    *) pythons="$pythons:$entry" ;;
  esac
done
export PATH="${pythons#:}"
unset pythons entries entry bin
