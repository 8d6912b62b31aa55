/* tree + pinfo -> rst_packet. May throw; no Rust frame is on the stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

/* The longest IPv4 header, options and all. */
#define LONGEST_IP_HEADER 60
/* The longest TCP header and the largest payload, under TCP segmentation offload too. */
#define LONGEST_SEGMENT (1 << 20)

/* The captured bytes of an item's buffer from `start` on, at most `most`; NULL where there are none. */
static const uint8_t *captured_bytes(const field_info *item, int start, int most, uint32_t *captured)
{
    *captured = 0;
    if (item->ds_tvb == NULL || start < 0)
        return NULL;
    int remaining = (int)tvb_captured_length(item->ds_tvb) - start;
    if (remaining <= 0)
        return NULL;
    *captured = (uint32_t)(remaining < most ? remaining : most);
    return tvb_get_ptr(item->ds_tvb, start, (int)*captured);
}

static uint64_t link_source(const packet_info *pinfo)
{
    const address *source = &pinfo->dl_src;
    uint64_t number = 0;
    if (source->data == NULL || source->len <= 0 || source->len > 8)
        return 0;
    for (int i = 0; i < source->len; i++)
        number = number << 8 | ((const uint8_t *)source->data)[i];
    return number;
}

static void read_layer(const packet_info *pinfo, const field_info *ip, const field_info *tcp,
                       rst_packet *packet)
{
    packet->frame = pinfo->num;
    packet->seconds = pinfo->abs_ts.secs;
    packet->nanoseconds = pinfo->abs_ts.nsecs;
    packet->link_source = link_source(pinfo);
    packet->input_count = 0;
    packet->reported = 0;
    packet->ip = captured_bytes(ip, ip->start, LONGEST_IP_HEADER, &packet->ip_captured);
    packet->tcp = captured_bytes(tcp, tcp->start, LONGEST_SEGMENT, &packet->tcp_captured);
    if (packet->tcp != NULL && tvb_reported_length(tcp->ds_tvb) > (uint32_t)tcp->start)
        packet->reported = tvb_reported_length(tcp->ds_tvb) - (uint32_t)tcp->start;
    bool together = ip->ds_tvb == tcp->ds_tvb && tcp->start > ip->start;
    packet->tcp_offset = together ? (uint32_t)(tcp->start - ip->start) : UINT32_MAX;
}

/* What a frame has of the sources. */
typedef struct rst_inputs {
    rst_input *inputs;
    uint32_t count;
} rst_inputs;

static void add_input(rst_inputs *found, const field_info *item, size_t source)
{
    int start = item->start - rst_plugin.core->sources[source].lead;

    if (found->count == RST_MOST_INPUTS)
        return;
    rst_input *input = &found->inputs[found->count];
    input->source = (uint16_t)source;
    input->bytes = captured_bytes(item, start, LONGEST_SEGMENT, &input->captured);
    if (input->bytes != NULL)
        found->count++;
}

static void add_protocol(rst_inputs *found, const field_info *item)
{
    for (size_t i = 0; i < rst_plugin.core->source_count; i++) {
        if (rst_plugin.core->sources[i].is_protocol && rst_plugin.sources[i] == item->hfinfo->id)
            add_input(found, item, i);
    }
}

static void add_fields(rst_inputs *found, proto_tree *tree)
{
    for (size_t i = 0; i < rst_plugin.core->source_count; i++) {
        if (rst_plugin.core->sources[i].is_protocol || rst_plugin.sources[i] < 0)
            continue;
        const GPtrArray *items = proto_get_finfo_ptr_array(tree, rst_plugin.sources[i]);
        for (guint j = 0; items != NULL && j < items->len; j++)
            add_input(found, g_ptr_array_index(items, j), i);
    }
}

/* The inputs above the innermost TCP. Where nothing stands behind it, or what no dissector knows, there
 * is nothing to look for, and no field without its protocol: that would cost in each frame. */
static uint32_t read_inputs(proto_tree *tree, const proto_node *tcp, rst_input *inputs)
{
    rst_inputs found = {inputs, 0};
    const proto_node *above = tcp->next;

    if (above == NULL
        || (PNODE_FINFO(above) != NULL && PNODE_FINFO(above)->hfinfo->id == rst_plugin.data))
        return 0;
    for (; above != NULL; above = above->next) {
        if (PNODE_FINFO(above) != NULL)
            add_protocol(&found, PNODE_FINFO(above));
    }
    if (found.count > 0)
        add_fields(&found, tree);
    return found.count;
}

/* The direct children of the root are the protocols of the frame in the order of dissection; TCP that
 * an ICMP error quotes stands deeper. */
void rst_read(packet_info *pinfo, proto_tree *tree, rst_frame *frame)
{
    const field_info *ip = NULL;
    const proto_node *innermost = NULL;
    rst_packet *packets = frame->packets;
    size_t count = 0;

    rst_fault("throw-read", pinfo->num);
    for (proto_node *node = tree->first_child; node != NULL; node = node->next) {
        const field_info *item = PNODE_FINFO(node);
        if (item == NULL)
            continue;
        if (item->hfinfo->id == rst_plugin.ip || item->hfinfo->id == rst_plugin.ipv6) {
            ip = item;
        } else if (item->hfinfo->id == rst_plugin.tcp && ip != NULL && count < RST_MOST_LAYERS) {
            read_layer(pinfo, ip, item, &packets[count]);
            packets[count].layer = (uint8_t)count;
            count++;
            innermost = node;
        }
    }
    /* The application speaks in the innermost connection. */
    if (innermost != NULL) {
        packets[count - 1].inputs = frame->inputs;
        packets[count - 1].input_count = read_inputs(tree, innermost, frame->inputs);
    }
    frame->packet_count = count;
}
