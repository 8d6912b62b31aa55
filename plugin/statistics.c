/* The statistics: when resets are counted, and when what was counted is asked for.
 *
 * Listeners are told of each frame with a reset, and only remember it: a later frame may change what is
 * known of it. The verdicts are asked for just before the statistics are drawn. Wireshark has no hook for
 * that, but it draws listeners in the opposite order of their registration. So a helper that is registered
 * after all of them is drawn before them, and fills them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "statistics.h"

/* The tap that tells the helper that there is something to draw. */
#define HELPER_TAP "rstanalysis.statistics"

static int tap, helper_tap;

/* Of the file that is open, once it told of a frame; NULL between files. */
static const rst_session *open_session;

/* What identifies the helper among the listeners, and whether it is one of them. */
static bool helper;
/* Whether a listener was registered after it. */
static bool helper_is_due;

void rst_listener_begins(void)
{
    helper_is_due = true;
}

static tap_packet_status tap_helper(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                    const void *tapped, tap_flags_t flags)
{
    (void)data, (void)pinfo, (void)edt, (void)tapped, (void)flags;
    return TAP_PACKET_REDRAW;
}

static void draw_helper(void *data)
{
    (void)data;
    rst_fill_trees(open_session);
    rst_fill_table(open_session);
}

static void register_helper(void)
{
    helper_is_due = false;
    if (helper)
        remove_tap_listener(&helper);
    GString *error = register_tap_listener(HELPER_TAP, &helper, NULL, TL_IS_DISSECTOR_HELPER, NULL,
                                           tap_helper, draw_helper, NULL);
    helper = error == NULL;
    if (error != NULL)
        g_string_free(error, TRUE);
}

/* Called while a frame is dissected: then nobody walks the list of listeners. */
void rst_tap(const rst_session *session, packet_info *pinfo)
{
    if (!have_tap_listener(tap))
        return;
    open_session = session;
    if (helper_is_due)
        register_helper();
    if (rst_plugin.core->has_reset(session, pinfo->num)) {
        tap_queue_packet(tap, pinfo, NULL);
        tap_queue_packet(helper_tap, pinfo, NULL);
    }
}

/* Where tshark listens on while it opens another file (-b) or starts anew (-M), what was counted stays. */
void rst_close_statistics(const rst_session *session)
{
    open_session = NULL;
    if (have_tap_listener(tap)) {
        rst_settle_trees(session);
        rst_settle_table(session);
    } else {
        rst_forget_trees();
        rst_forget_table();
    }
}

void rst_register_statistics(void)
{
    tap = register_tap(RST_TAP);
    helper_tap = register_tap(HELPER_TAP);
    rst_register_trees();
    rst_register_table();
}
