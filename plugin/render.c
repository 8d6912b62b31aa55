/* rst_reports -> generated tree items, expert items; the note in the Info column. May throw; no Rust frame is on the stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

#include <epan/prefs.h>

/* What expert_add_info_format adds: the expert item, its name, message, severity and group. */
#define ITEMS_OF_EXPERT 5

static proto_item *add_item(proto_tree *tree, tvbuff_t *tvb, const rst_item *item)
{
    int field = rst_plugin.fields[item->field];
    nstime_t duration;

    rst_fault("render");
    switch (rst_plugin.core->fields[item->field].kind) {
    case RST_TEXT:
        return proto_tree_add_string(tree, field, tvb, 0, 0, item->text);
    case RST_SIGNED:
        return proto_tree_add_int(tree, field, tvb, 0, 0, (int32_t)item->number);
    case RST_BOOLEAN:
        return proto_tree_add_boolean(tree, field, tvb, 0, 0, item->number != 0);
    case RST_DURATION:
        duration.secs = (time_t)(item->number / 1000000000);
        duration.nsecs = (int)(item->number % 1000000000);
        return proto_tree_add_time(tree, field, tvb, 0, 0, &duration);
    default: /* RST_UNSIGNED, RST_FRAME */
        return proto_tree_add_uint(tree, field, tvb, 0, 0, (uint32_t)item->number);
    }
}

/* With more items than the user allows, Wireshark takes the frame for malformed. It would not be without us, so
 * a report that does not fit is left out. */
static bool has_room(const proto_tree *tree, const rst_report *report)
{
    size_t there = PTREE_DATA(tree)->count;

    return there + 1 + report->item_count + ITEMS_OF_EXPERT <= prefs.gui_max_tree_items;
}

static void render_report(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                          const rst_report *report)
{
    rst_fault("render");
    proto_item *root = proto_tree_add_protocol_format(
        tree, rst_plugin.protocol, tvb, 0, 0, "TCP Reset Analysis: %s", report->heading);
    proto_tree *subtree = proto_item_add_subtree(root, rst_plugin.tree);

    proto_item_set_generated(root);
    for (size_t i = 0; i < report->item_count; i++)
        proto_item_set_generated(add_item(subtree, tvb, &report->items[i]));
    /* Last, as it says the sentence once more. */
    if (report->expert == RST_NO_EXPERT)
        return;
    rst_fault("render");
    expert_add_info_format(pinfo, root, &rst_plugin.experts[report->expert], "%s", report->summary);
}

void rst_render(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, rst_reports reports)
{
    for (size_t i = 0; i < reports.count; i++) {
        if (has_room(tree, &reports.reports[i]))
            render_report(tvb, pinfo, tree, &reports.reports[i]);
    }
}

void rst_annotate(packet_info *pinfo, const char *note)
{
    rst_fault("note");
    if (note != NULL)
        col_append_str(pinfo->cinfo, COL_INFO, note);
}
