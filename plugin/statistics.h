/* What the C files of the statistics share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#ifndef RST_STATISTICS_H
#define RST_STATISTICS_H

#include "glue.h"

#include <epan/tap.h>

/* The tap that tells of each frame with a reset. */
#define RST_TAP "rstanalysis"

/* statistics.c: a listener starts at zero. */
void rst_listener_begins(void);

/* cause_tree.c, conversation_table.c: registration; what the session says of the resets so far goes to
 * where Wireshark draws it from; the session ends while the listeners go on; nobody listens any more. */
void rst_register_trees(void);
void rst_fill_trees(const rst_session *session);
void rst_settle_trees(const rst_session *session);
void rst_forget_trees(void);
void rst_register_table(void);
void rst_fill_table(const rst_session *session);
void rst_settle_table(const rst_session *session);
void rst_forget_table(void);

#endif
