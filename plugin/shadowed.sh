#!/bin/sh
# Names the personal copies of the plugin that the one for all users stands before: Wireshark complains about the
# second copy at each start. Only their owners may remove them. plugin/shadowed.sh VERSION, as 4.0.
#
# SPDX-License-Identifier: GPL-2.0-or-later

# This machine's own users only: to ask for those of a whole network can take minutes.
getent -s files passwd | cut -d: -f6 | sort -u | while read -r home; do
    copy=$home/.local/lib/wireshark/plugins/$1/epan/rstanalysis.so
    # Root's is not looked at.
    if [ "$home" != /root ] && [ -e "$copy" ]; then
        echo "Remove $copy: the plugin is now installed for all users, and Wireshark would complain about two."
    fi
done
