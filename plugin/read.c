/* tree + pinfo -> rst_packet. May throw; no Rust frame is on the stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

/* The longest IPv4 and TCP headers, options and all. */
#define LONGEST_HEADER 60

/* The captured bytes of an item's header; NULL where there are none. */
static const uint8_t *header_bytes(const field_info *item, uint32_t *captured)
{
    *captured = 0;
    if (item->ds_tvb == NULL || item->start < 0)
        return NULL;
    int remaining = tvb_captured_length_remaining(item->ds_tvb, item->start);
    if (remaining <= 0)
        return NULL;
    *captured = (uint32_t)(remaining < LONGEST_HEADER ? remaining : LONGEST_HEADER);
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
    packet.ip = header_bytes(ip, &packet.ip_captured);
    packet.tcp = header_bytes(tcp, &packet.tcp_captured);
    if (packet.tcp != NULL && tvb_reported_length(tcp->ds_tvb) > (uint32_t)tcp->start)
        packet.reported = tvb_reported_length(tcp->ds_tvb) - (uint32_t)tcp->start;
    if (ip->ds_tvb == tcp->ds_tvb && tcp->start > ip->start)
        packet.tcp_offset = (uint32_t)(tcp->start - ip->start);
    return packet;
}

static uint32_t present_inputs(proto_tree *tree)
{
    uint32_t present = 0;
    for (size_t i = 0; i < rst_plugin.core->input_count; i++) {
        if (rst_plugin.inputs[i] < 0)
            continue;
        GPtrArray *found = proto_get_finfo_ptr_array(tree, rst_plugin.inputs[i]);
        if (found != NULL && g_ptr_array_len(found) > 0)
            present |= UINT32_C(1) << i;
    }
    return present;
}

/* The direct children of the root are the protocols of the frame in the order of dissection; TCP that
 * an ICMP error quotes stands deeper. */
size_t rst_read(packet_info *pinfo, proto_tree *tree, rst_packet packets[RST_MOST_LAYERS])
{
    const field_info *ip = NULL;
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
        }
    }
    /* The application speaks in the innermost connection. */
    if (count > 0)
        packets[count - 1].inputs = present_inputs(tree);
    return count;
}
