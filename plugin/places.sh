# shellcheck shell=bash disable=SC2034,SC2154
# Where Wireshark looks for plugins and profiles, and how ours are removed from there. Sourced by plugin/install.
#
# SPDX-License-Identifier: GPL-2.0-or-later

# Sets the folders of this user's Wireshark, and its version; where there is no tshark to ask, its usual ones.
find_places() {
    local folders home=${HOME:-~}
    folders=$(tshark -G folders 2>/dev/null)
    shared_plugins=$(folder_among "$folders" 'Global Plugins')
    personal_plugins=$(folder_among "$folders" 'Personal Plugins')
    shared_profile=$(folder_among "$folders" 'Global configuration')
    personal_profile=$(folder_among "$folders" 'Personal configuration')
    wireshark=${shared_plugins##*/}
    : "${shared_plugins:=$(compgen -G '/usr/lib/*/wireshark/plugins/*' | sort -V | tail -n 1)}"
    : "${personal_plugins:=$home/.local/lib/wireshark/plugins/any}"
    shared_profile="${shared_profile:-/usr/share/wireshark}/profiles/TCP Reset Analysis"
    personal_profile="${personal_profile:-$home/.config/wireshark}/profiles/TCP Reset Analysis"
}

folder_among() {
    sed -n "s#^$2:[[:space:]]*\(.*[^/]\)/*\$#\1#p" <<<"$1"
}

# As 4.0.
headers_version() {
    if [ -n "${WIRESHARK_INCLUDE:-}" ]; then
        sed -n 's/#define WIRESHARK_VERSION_M[AI][JN]OR //p' "$WIRESHARK_INCLUDE/ws_version.h" | paste -sd .
    else
        pkg-config --modversion wireshark | cut -d . -f 1,2
    fi
}

# The Debian package that a file is of, empty for none.
package_of() {
    [ -e "$1" ] && dpkg-query --search "$1" 2>/dev/null | sed -n '1s/:.*//p'
}

remove() {
    rm -f "$1" 2>/dev/null || fail "can't remove $1: make its folder writable for $(id -un)."
    progress "Removed $1"
}

# "$1" is a folder of plugins; those of Wireshark's other versions lie beside it.
uninstall_plugin() {
    local file package
    for file in "${1%/*}"/*/epan/rstanalysis.so; do
        package=$(package_of "$file")
        if [ ! -e "$file" ]; then
            continue
        elif [ -n "$package" ]; then
            progress "Kept, since it is of a package: $file. To remove it: apt-get remove $package"
        else
            remove "$file"
        fi
    done
}

# "$1" is the folder of the profile. Wireshark notes the windows' sizes in "recent" once the profile was used; alone,
# that is nothing to keep.
uninstall_profile() {
    local file
    [ -d "$1" ] && [ -z "$(package_of "$1")" ] || return 0
    for file in "$repository/plugin/profile/TCP Reset Analysis"/*; do
        if cmp -s "$file" "$1/${file##*/}"; then
            remove "$1/${file##*/}"
        fi
    done
    [ "$(ls -A "$1")" != recent ] || remove "$1/recent"
    rmdir "$1" 2>/dev/null && return
    for file in "$1"/*; do
        progress "Kept, since it is yours: $file"
    done
}

uninstall() {
    find_places
    if [ "$(id -u)" -eq 0 ]; then
        uninstall_plugin "$shared_plugins"
        uninstall_profile "$shared_profile"
    elif [ -e "$shared_plugins/epan/rstanalysis.so" ]; then
        progress "Kept, since it is for all users: $shared_plugins/epan/rstanalysis.so. Root may remove it."
    fi
    uninstall_plugin "$personal_plugins"
    uninstall_profile "$personal_profile"
}
