/* tree + pinfo -> rst_packet. May throw; no Rust frame is on the stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

/* The longest IPv4 header, options and all. */
#define LONGEST_IP_HEADER 60
/* The longest TCP header and the largest payload, under TCP segmentation offload too. */
#define LONGEST_SEGMENT (1 << 20)

/* The captured bytes from an item's start on, at most `most`; NULL where there are none. */
static const uint8_t *captured_bytes(const field_info *item, int most, uint32_t *captured)
{
    *captured = 0;
    if (item->ds_tvb == NULL || item->start < 0)
        return NULL;
    int remaining = tvb_captured_length_remaining(item->ds_tvb, item->start);
    if (remaining <= 0)
        return NULL;
    *captured = (uint32_t)(remaining < most ? remaining : most);
    return tvb_get_ptr(item->ds_tvb, item->start, (int)*captured);
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

static rst_packet read_layer(const packet_info *pinfo, const field_info *ip, const field_info *tcp)
{
    rst_packet packet = {
        .frame = pinfo->num,
        .seconds = pinfo->abs_ts.secs,
        .nanoseconds = pinfo->abs_ts.nsecs,
        .link_source = link_source(pinfo),
        .tcp_offset = UINT32_MAX,
    };
    packet.ip = captured_bytes(ip, LONGEST_IP_HEADER, &packet.ip_captured);
    packet.tcp = captured_bytes(tcp, LONGEST_SEGMENT, &packet.tcp_captured);
    if (packet.tcp != NULL && tvb_reported_length(tcp->ds_tvb) > (uint32_t)tcp->start)
        packet.reported = tvb_reported_length(tcp->ds_tvb) - (uint32_t)tcp->start;
    if (ip->ds_tvb == tcp->ds_tvb && tcp->start > ip->start)
        packet.tcp_offset = (uint32_t)(tcp->start - ip->start);
    return packet;
}

static rst_input read_input(field_info *item, size_t input)
{
    rst_input read = {.input = (uint16_t)input};

    switch (item->hfinfo->type) {
    case FT_STRING:
        read.text = fvalue_get_string(RST_VALUE(item));
        break;
    case FT_UINT8:
    case FT_UINT16:
    case FT_UINT24:
    case FT_UINT32:
        read.number = fvalue_get_uinteger(RST_VALUE(item));
        break;
    case FT_UINT64:
        read.number = fvalue_get_uinteger64(RST_VALUE(item));
        break;
    default:
        break;
    }
    return read;
}

/* The values of the wanted fields; how many there are. */
static uint32_t read_inputs(proto_tree *tree, rst_input inputs[RST_MOST_INPUTS])
{
    uint32_t count = 0;

    for (size_t i = 0; i < rst_plugin.core->input_count; i++) {
        if (rst_plugin.inputs[i] < 0)
            continue;
        const GPtrArray *found = proto_get_finfo_ptr_array(tree, rst_plugin.inputs[i]);
        for (guint j = 0; found != NULL && j < found->len && count < RST_MOST_INPUTS; j++)
            inputs[count++] = read_input(g_ptr_array_index(found, j), i);
    }
    return count;
}

/* Whether an application's dissector had a say: something stands behind TCP, and it is not what no
 * dissector knows. To look for each field in each frame would cost. */
static bool has_application(const proto_node *tcp)
{
    const proto_node *above = tcp->next;

    return above != NULL
           && (PNODE_FINFO(above) == NULL || PNODE_FINFO(above)->hfinfo->id != rst_plugin.data);
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
            packets[count] = read_layer(pinfo, ip, item);
            packets[count].layer = (uint8_t)count;
            count++;
            innermost = node;
        }
    }
    /* The application speaks in the innermost connection. */
    if (innermost != NULL && has_application(innermost)) {
        packets[count - 1].inputs = frame->inputs;
        packets[count - 1].input_count = read_inputs(tree, frame->inputs);
    }
    frame->packet_count = count;
}
