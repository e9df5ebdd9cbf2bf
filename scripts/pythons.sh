# shellcheck shell=bash
# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# To be sourced: puts the Pythons that pyenv installed on the PATH, in place of its shims. There is a shim for each version,
# also for those that are not switched on, and that one fails when it is called. `first_python 3.10 3.11` then says which is there.

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

first_python() {
  local version
  for version; do
    # A Python of Debian may come without ensurepip
    ! "python$version" -c 'import ensurepip' 2> /dev/null || { echo "$version"; return; }
  done
  echo "none of these Pythons is there: $*" >&2
  return 1
}
