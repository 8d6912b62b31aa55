/* Statistics > TCP Reset Analysis, and tshark -z rstanalysis,tree: resets by cause and server.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "statistics.h"

#include <epan/stats_tree_priv.h>

/* What each open tree was told of: stats_tree to rst_statistic. */
static GHashTable *trees;

static void free_statistic(gpointer statistic)
{
    rst_plugin.core->statistic_free(statistic);
}

/* What a verdict had before another one replaced it. */
static void zero(stat_node *node)
{
    for (stat_node *child = node->children; child != NULL; child = child->next) {
        child->counter = 0;
        zero(child);
    }
}

/* Nodes are made where they are first needed, and stay: Wireshark's window points to them. */
static void fill(stats_tree *tree, rst_statistic *statistic, const rst_session *session)
{
    rst_rows rows = rst_plugin.core->statistic_rows(statistic, session);
    int parents[RST_DEEPEST + 2] = {0};

    zero(&tree->root);
    for (size_t i = 0; i < rows.count; i++) {
        const rst_row *row = &rows.rows[i];
        parents[row->depth + 1] = stats_tree_manip_node_int(
            MN_SET, tree, row->cells[0].text, parents[row->depth], row->depth < RST_DEEPEST,
            (gint)row->cells[1].number);
    }
}

/* Of a tree that is new, or starts at zero because its listener was reset. */
static void begin(stats_tree *tree)
{
    rst_statistic *statistic = rst_plugin.core->statistic_new(RST_CAUSES);

    g_hash_table_replace(trees, tree, statistic);
    fill(tree, statistic, NULL);
    rst_listener_begins();
}

static void end(stats_tree *tree)
{
    g_hash_table_remove(trees, tree);
}

static tap_packet_status tap_reset(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                                   const void *tapped, tap_flags_t flags)
{
    (void)edt, (void)tapped, (void)flags;
    rst_plugin.core->statistic_note(g_hash_table_lookup(trees, tree), pinfo->num);
    return TAP_PACKET_REDRAW;
}

void rst_fill_trees(const rst_session *session)
{
    GHashTableIter all;
    gpointer tree, statistic;

    g_hash_table_iter_init(&all, trees);
    while (g_hash_table_iter_next(&all, &tree, &statistic))
        fill(tree, statistic, session);
}

void rst_settle_trees(const rst_session *session)
{
    GHashTableIter all;
    gpointer statistic;

    g_hash_table_iter_init(&all, trees);
    while (g_hash_table_iter_next(&all, NULL, &statistic))
        rst_plugin.core->statistic_settle(statistic, session);
}

void rst_forget_trees(void)
{
    g_hash_table_remove_all(trees);
}

void rst_register_trees(void)
{
    trees = g_hash_table_new_full(NULL, NULL, NULL, free_statistic);
    stats_tree_register_plugin(RST_TAP, "rstanalysis", "TCP Reset Analysis", 0, tap_reset, begin, end);
}
