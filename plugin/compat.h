/* What differs between the Wireshark versions that we build against: 4.0 to 4.6. The only file with
 * version conditionals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#ifndef RST_COMPAT_H
#define RST_COMPAT_H

#include <stdbool.h>

#include <glib.h>
#include <ws_version.h>

#define RST_WIRESHARK_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) \
     || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* The Wireshark that this is built for. */
#define RST_BUILT_FOR_MAJOR WIRESHARK_VERSION_MAJOR
#define RST_BUILT_FOR_MINOR WIRESHARK_VERSION_MINOR
#define RST_SPELLED(number) #number
#define RST_VERSION_TEXT(major, minor) RST_SPELLED(major) "." RST_SPELLED(minor)
#define RST_BUILT_FOR RST_VERSION_TEXT(WIRESHARK_VERSION_MAJOR, WIRESHARK_VERSION_MINOR)

/* From 4.6 on epan leaves out the protocol items that nobody wants. Before, they are there where a tree
 * is made at all, and to want them would only cost time. */
#if RST_WIRESHARK_AT_LEAST(4, 6)
#define RST_WANT_PROTOCOLS 1
#else
#define RST_WANT_PROTOCOLS 0
#endif

/* What a boolean preference points to. */
#if RST_WIRESHARK_AT_LEAST(4, 4)
typedef bool rst_switch;
#else
typedef gboolean rst_switch;
#endif

#endif
