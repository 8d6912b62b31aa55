/* Registration with epan, and the dissector that runs the three phases: read, observe, render.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

#include <epan/tap.h>

#define SHORT_NAME "RST Analysis"

rst_registered rst_plugin;

/* Of the file that is open; NULL between files. */
static rst_session *session;

/* For a handle without a protocol epan keeps no account of layers in each packet, which costs as much
 * as reading one; but it does not look then whether the user has disabled us. */
static bool is_enabled(void)
{
    return proto_is_protocol_enabled(find_protocol_by_id(rst_plugin.protocol));
}

/* Wireshark opens the file anew when the user enables or disables a protocol. */
static void open_file(void)
{
    if (!is_enabled())
        return;
    /* Not earlier: epan registers this tap when the first file is opened. */
    rst_plugin.expert_tap = find_tap_id("expert");
    rst_hand_over_preferences();
    session = rst_plugin.core->session_new();
}

static void close_file(void)
{
    rst_close_statistics(session);
    rst_plugin.core->session_free(session);
    session = NULL;
}

/* Whether anybody looks: the packet's details, a filter or column with one of our fields, expert
 * items. */
static bool is_tree_wanted(proto_tree *tree)
{
    return proto_field_is_referenced(tree, rst_plugin.protocol)
           || proto_field_is_referenced(tree, proto_expert)
           || have_tap_listener(rst_plugin.expert_tap);
}

/* Columns are not writable where nobody displays them. */
static bool is_note_wanted(packet_info *pinfo)
{
    return rst_has_info_column() && col_get_writable(pinfo->cinfo, COL_INFO);
}

static void observe(packet_info *pinfo, proto_tree *tree)
{
    rst_frame frame;

    rst_read(pinfo, tree, &frame);
    for (size_t i = 0; i < frame.packet_count; i++)
        rst_plugin.core->observe(session, &frame.packets[i]);
}

/* If nobody looks, no text is made; for the row alone, no more than its note. */
static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool first_visit)
{
    const rst_core *core = rst_plugin.core;

    if (is_note_wanted(pinfo))
        rst_annotate(pinfo, core->annotate(session, pinfo->num, first_visit));
    if (is_tree_wanted(tree))
        rst_render(tvb, pinfo, tree, core->recall(session, pinfo->num, first_visit));
}

/* The wanted fields are there on the first visit only; later the verdict is recalled, without a tree
 * where Wireshark draws a row of the packet list. */
static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    bool first_visit = !PINFO_FD_VISITED(pinfo);

    if (session == NULL)
        return 0;
    rst_fault_frame(pinfo->num);
    /* The caller restores it; epan's exceptions name it. */
    pinfo->current_proto = SHORT_NAME;
    if (first_visit && tree != NULL)
        observe(pinfo, tree);
    rst_tap(session, pinfo);
    if (rst_plugin.core->speaks_of(session, pinfo->num))
        show(tvb, pinfo, tree, first_visit);
    return (int)tvb_captured_length(tvb);
}

static header_field_info field_info_of(const rst_field *field)
{
    static const struct {
        enum ftenum type;
        int display;
    } kinds[] = {
        [RST_TEXT] = {FT_STRING, BASE_NONE},     [RST_UNSIGNED] = {FT_UINT32, BASE_DEC},
        [RST_SIGNED] = {FT_INT32, BASE_DEC},     [RST_BOOLEAN] = {FT_BOOLEAN, BASE_NONE},
        [RST_FRAME] = {FT_FRAMENUM, BASE_NONE},  [RST_DURATION] = {FT_RELATIVE_TIME, BASE_NONE},
    };
    header_field_info info = {field->title, field->name, kinds[field->kind].type,
                              kinds[field->kind].display, NULL, 0, field->help, HFILL};
    return info;
}

static void register_fields(const rst_core *core)
{
    hf_register_info *fields = g_new0(hf_register_info, core->field_count);

    rst_plugin.fields = g_new(int, core->field_count);
    for (size_t i = 0; i < core->field_count; i++) {
        rst_plugin.fields[i] = -1;
        fields[i].p_id = &rst_plugin.fields[i];
        fields[i].hfinfo = field_info_of(&core->fields[i]);
    }
    proto_register_field_array(rst_plugin.protocol, fields, (int)core->field_count);
}

static void register_experts(const rst_core *core)
{
    static const int severities[] = {
        [RST_CHAT] = PI_CHAT, [RST_NOTE] = PI_NOTE, [RST_WARN] = PI_WARN, [RST_ERROR] = PI_ERROR};
    ei_register_info *items = g_new0(ei_register_info, core->expert_count);

    rst_plugin.experts = g_new(expert_field, core->expert_count);
    for (size_t i = 0; i < core->expert_count; i++) {
        const rst_expert *expert = &core->experts[i];
        ei_register_info item = {&rst_plugin.experts[i],
                                 {expert->name, PI_SEQUENCE, severities[expert->severity],
                                  expert->summary, EXPFILL}};
        rst_plugin.experts[i] = (expert_field)EI_INIT;
        items[i] = item;
    }
    expert_register_field_array(expert_register_protocol(rst_plugin.protocol), items,
                                (int)core->expert_count);
}

static void register_protocol(void)
{
    static int *trees[] = {&rst_plugin.tree};

    rst_plugin.protocol =
        proto_register_protocol("TCP Reset Analysis", SHORT_NAME, "rstanalysis");
    register_fields(rst_plugin.core);
    register_experts(rst_plugin.core);
    rst_register_preferences();
    rst_plugin.tree = -1;
    proto_register_subtree_array(trees, 1);
    register_init_routine(open_file);
    register_cleanup_routine(close_file);
    rst_register_statistics();
}

static int want(GArray *wanted, const char *name)
{
    int field = proto_registrar_get_id_byname(name);

    if (field >= 0)
        g_array_append_val(wanted, field);
    return field;
}

static int want_protocol(GArray *wanted, const char *name)
{
    return RST_WANT_PROTOCOLS ? want(wanted, name) : proto_registrar_get_id_byname(name);
}

/* With anything wanted epan builds the tree, in which the protocols' items stand. A wanted item costs
 * where it occurs, so of those that suffice the rarest is best: the fields among the sources are rarer
 * than any protocol. */
static GArray *find_fields(const rst_core *core)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    rst_plugin.sources = g_new(int, core->source_count);
    for (size_t i = 0; i < core->source_count; i++) {
        const rst_source *source = &core->sources[i];
        rst_plugin.sources[i] =
            source->is_protocol ? want_protocol(wanted, source->name) : want(wanted, source->name);
    }
    rst_plugin.ip = want_protocol(wanted, "ip");
    rst_plugin.ipv6 = want_protocol(wanted, "ipv6");
    rst_plugin.data = proto_registrar_get_id_byname("data");
    rst_plugin.tcp = wanted->len > 0 ? want_protocol(wanted, "tcp") : want(wanted, "tcp");
    return wanted;
}

/* Of no protocol: see is_enabled. What is wanted stays wanted while the user has disabled us: when he enables us again,
 * Wireshark looks whether anybody wants a tree before it opens the file anew, and so before we hear of it. */
static void register_handoff(void)
{
    dissector_handle_t handle = create_dissector_handle(dissect, -1);

    register_postdissector(handle);
    set_postdissector_wanted_hfids(handle, find_fields(rst_plugin.core));
}

void rst_register(const rst_core *core)
{
    static proto_plugin plugin;

    rst_plugin.core = core;
    plugin.register_protoinfo = register_protocol;
    plugin.register_handoff = register_handoff;
    proto_register_plugin(&plugin);
}
