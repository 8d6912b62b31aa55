/* tree + pinfo -> rst_packet. May throw; no Rust frame is on the stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

#include <string.h>

/* The longest IPv4 header, options and all. */
#define LONGEST_IP_HEADER 60
/* The headers and the largest payload, under TCP segmentation offload too. */
#define LONGEST_PACKET (1 << 20)

/* Captured bytes of a buffer. */
typedef struct rst_bytes {
    const uint8_t *start; /* NULL where there are none */
    uint32_t count;
} rst_bytes;

/* The bytes of an item's buffer from `start` on. */
static rst_bytes captured_bytes(const field_info *item, int start)
{
    rst_bytes bytes = {NULL, 0};

    rst_fault("read");
    if (item->ds_tvb == NULL || start < 0)
        return bytes;
    int remaining = (int)tvb_captured_length(item->ds_tvb) - start;
    if (remaining <= 0)
        return bytes;
    bytes.count = (uint32_t)MIN(remaining, LONGEST_PACKET);
    bytes.start = tvb_get_ptr(item->ds_tvb, start, (int)bytes.count);
    return bytes;
}

static rst_bytes bytes_after(rst_bytes bytes, uint32_t offset)
{
    rst_bytes rest = {NULL, 0};

    if (offset < bytes.count) {
        rest.start = bytes.start + offset;
        rest.count = bytes.count - offset;
    }
    return rest;
}

/* Only told apart from others, so the order of its bytes does not matter. */
static uint64_t link_source(const packet_info *pinfo)
{
    const address *source = &pinfo->dl_src;
    uint64_t number = 0;

    if (source->data != NULL && source->len > 0 && (size_t)source->len <= sizeof number)
        memcpy(&number, source->data, (size_t)source->len);
    return number;
}

static void read_layer(const packet_info *pinfo, const field_info *ip, const field_info *tcp,
                       rst_packet *packet)
{
    bool together = ip->ds_tvb == tcp->ds_tvb && tcp->start > ip->start;
    uint32_t offset = together ? (uint32_t)(tcp->start - ip->start) : UINT32_MAX;
    rst_bytes of_ip = captured_bytes(ip, ip->start);
    rst_bytes of_tcp = together ? bytes_after(of_ip, offset) : captured_bytes(tcp, tcp->start);
    uint32_t reported = of_tcp.start != NULL ? tvb_reported_length(tcp->ds_tvb) : 0;

    packet->frame = pinfo->num;
    packet->seconds = pinfo->abs_ts.secs;
    packet->nanoseconds = pinfo->abs_ts.nsecs;
    packet->link_source = link_source(pinfo);
    packet->ip = of_ip.start;
    packet->ip_captured = MIN(of_ip.count, LONGEST_IP_HEADER);
    packet->tcp = of_tcp.start;
    packet->tcp_captured = of_tcp.count;
    packet->tcp_offset = offset;
    packet->reported = reported > (uint32_t)tcp->start ? reported - (uint32_t)tcp->start : 0;
    packet->input_count = 0;
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
    rst_bytes bytes = captured_bytes(item, start);
    if (bytes.start == NULL)
        return;
    rst_input *input = &found->inputs[found->count++];
    input->source = (uint16_t)source;
    input->bytes = bytes.start;
    input->captured = bytes.count;
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
