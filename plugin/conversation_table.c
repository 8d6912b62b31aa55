/* Statistics > TCP Reset Analysis: Conversations, and tshark -z rstanalysis,conversations: a row for each
 * conversation that was reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "statistics.h"

#include <string.h>

#include <epan/stat_tap_ui.h>

#define COMMAND "rstanalysis,conversations"

/* Wireshark has one table for all windows of a statistic, and so one of what it was told. */
static stat_tap_table_ui ui;
static rst_statistic *statistic;

/* Rows of earlier fillings that another window may point to. */
static GPtrArray *old_rows;

static void free_cell(stat_tap_table *table, guint row, guint column,
                      stat_tap_table_item_type *cell)
{
    (void)table, (void)row, (void)column;
    if (cell->type == TABLE_ITEM_STRING)
        g_free((gpointer)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

static void free_row(gpointer row)
{
    for (guint i = 0; i < ui.nfields; i++)
        free_cell(NULL, 0, i, (stat_tap_table_item_type *)row + i);
    g_free(row);
}

/* NULL before the first window opened and after the last one closed. */
static stat_tap_table *open_table(void)
{
    if (ui.tables == NULL || ui.tables->len == 0)
        return NULL;
    return g_array_index(ui.tables, stat_tap_table *, 0);
}

/* Rows that no window shows can go; with one window it is that which opens or starts anew. */
static void empty(stat_tap_table *table)
{
    if (ui.refcount <= 1)
        g_ptr_array_set_size(old_rows, 0);
    for (guint i = 0; i < table->num_elements; i++)
        g_ptr_array_add(old_rows, table->elements[i]);
    table->num_elements = 0;
}

static void begin(stat_tap_table_ui *opened)
{
    if (open_table() != NULL)
        empty(open_table());
    else
        stat_tap_add_table(opened, stat_tap_init_table("", (int)ui.nfields, 0, NULL));
    rst_forget_table();
    statistic = rst_plugin.core->statistic_new(RST_CONVERSATIONS);
    rst_listener_begins();
}

static tap_packet_status tap_reset(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                   const void *tapped, tap_flags_t flags)
{
    (void)data, (void)edt, (void)tapped, (void)flags;
    rst_plugin.core->statistic_note(statistic, pinfo->num);
    return TAP_PACKET_REDRAW;
}

/* As the table is one for all, tshark would print the same rows under each filter. */
static void check_filter(const char *command, const char **filter, char **error)
{
    static char *first;

    (void)filter;
    if (open_table() != NULL && g_strcmp0(first, command) != 0)
        *error = g_strdup("-z " COMMAND " takes one filter in a run: run tshark again for the other one.");
    g_free(first);
    first = g_strdup(command);
}

static void fill_row(stat_tap_table *table, guint place, const rst_row *row)
{
    stat_tap_table_item_type *cells = g_new0(stat_tap_table_item_type, ui.nfields);

    for (guint i = 0; i < ui.nfields; i++) {
        cells[i].type = ui.fields[i].type;
        if (cells[i].type == TABLE_ITEM_STRING)
            cells[i].value.string_value = g_strdup(row->cells[i].text);
        else
            cells[i].value.uint_value = row->cells[i].number;
    }
    /* In place: windows point to the rows. */
    for (guint i = 0; place < table->num_elements && i < ui.nfields; i++)
        free_cell(table, place, i, stat_tap_get_field_data(table, place, i));
    stat_tap_init_table_row(table, place, (guint)ui.nfields, cells);
    g_free(cells);
}

/* As wide as its title and its widest value. */
static void align_column(const rst_rows *rows, size_t column)
{
    const char *title = rst_plugin.core->columns[column].title;
    bool is_number = rst_plugin.core->columns[column].is_number;
    size_t width = strlen(title);
    char digits[16];

    for (size_t i = 0; i < rows->count; i++) {
        const rst_cell *cell = &rows->rows[i].cells[column];
        g_snprintf(digits, sizeof digits, "%u", cell->number);
        width = MAX(width, strlen(is_number ? digits : cell->text));
    }
    g_free((gpointer)ui.fields[column].column_name);
    g_free((gpointer)ui.fields[column].field_format);
    ui.fields[column].column_name = g_strdup_printf(is_number ? "%*s" : "%-*s", (int)width, title);
    ui.fields[column].field_format = g_strdup_printf(is_number ? "%%%zuu" : "%%-%zus", width);
}

void rst_fill_table(const rst_session *session)
{
    stat_tap_table *filled = open_table();

    if (filled == NULL || statistic == NULL)
        return;
    rst_rows rows = rst_plugin.core->statistic_rows(statistic, session);
    for (guint i = 0; i < rows.count; i++)
        fill_row(filled, i, &rows.rows[i]);
    /* Who is no window prints columns as they come; the last one, with sentences, may end anywhere. */
    for (size_t i = 0; ui.refcount == 0 && i + 1 < ui.nfields; i++)
        align_column(&rows, i);
}

void rst_settle_table(const rst_session *session)
{
    rst_plugin.core->statistic_settle(statistic, session);
}

void rst_forget_table(void)
{
    rst_plugin.core->statistic_free(statistic);
    statistic = NULL;
}

static stat_tap_table_item field_of(const rst_column *column)
{
    stat_tap_table_item field = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, g_strdup(column->title),
                                 g_strdup("%s")};

    if (column->is_number) {
        field.type = TABLE_ITEM_UINT;
        field.align = TAP_ALIGN_RIGHT;
        g_free((gpointer)field.field_format);
        field.field_format = g_strdup("%u");
    }
    return field;
}

void rst_register_table(void)
{
    static tap_param filter = {PARAM_FILTER, "filter", "Filter", NULL, TRUE};
    const rst_core *core = rst_plugin.core;

    old_rows = g_ptr_array_new_with_free_func(free_row);
    ui.group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
    ui.title = "TCP Reset Analysis: Conversations";
    ui.tap_name = RST_TAP;
    ui.cli_string = COMMAND;
    ui.stat_tap_init_cb = begin;
    ui.packet_func = tap_reset;
    ui.stat_tap_free_table_item_cb = free_cell;
    ui.stat_filter_check_cb = check_filter;
    ui.nfields = core->column_count;
    ui.fields = g_new(stat_tap_table_item, core->column_count);
    for (size_t i = 0; i < core->column_count; i++)
        ui.fields[i] = field_of(&core->columns[i]);
    ui.nparams = 1;
    ui.params = &filter;
    register_stat_tap_table_ui(&ui);
}
