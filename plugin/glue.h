/* What the C files of the glue share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#ifndef RST_GLUE_H
#define RST_GLUE_H

#include "compat.h"

#include <epan/packet.h>
#include <epan/expert.h>

#include "rstanalysis.h"

/* Tunnels in tunnels: more TCP layers than this in one frame are not looked at. */
#define RST_MOST_LAYERS 16

/* What registration gave us. */
typedef struct rst_registered {
    const rst_core *core;
    int protocol;
    int tree;             /* ett of the tree */
    int *fields;          /* hf, one for each of core->fields */
    expert_field *experts;
    int ip, ipv6, tcp;    /* hf of the protocols that we read */
    int data;             /* hf of what no dissector knows */
    int expert_tap;       /* who lists expert items */
    int *sources;         /* hf, one for each of core->sources; -1 where this Wireshark has none */
} rst_registered;

extern rst_registered rst_plugin;

/* More inputs than this in one frame are not looked at. */
#define RST_MOST_INPUTS 32

/* The TCP layers of a frame and what is above the innermost one. */
typedef struct rst_frame {
    rst_packet packets[RST_MOST_LAYERS];
    rst_input inputs[RST_MOST_INPUTS];
    size_t packet_count;
} rst_frame;

/* read.c: fills in the counts and as many elements; the packets point to the inputs. */
void rst_read(packet_info *pinfo, proto_tree *tree, rst_frame *frame);

/* render.c: adds the reports to the tree, and the note to the Info column. */
void rst_render(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, rst_reports reports);
void rst_annotate(packet_info *pinfo, const char *note);

/* preferences.c: registration; a file is about to be opened; whether notes stand in the Info column. */
void rst_register_preferences(void);
void rst_hand_over_preferences(void);
bool rst_has_info_column(void);

/* statistics.c: registration; a frame was taken in or is visited again; the session is about to end. */
void rst_register_statistics(void);
void rst_tap(const rst_session *session, packet_info *pinfo);
void rst_close_statistics(const rst_session *session);

/* version.c: the dynamic linker calls it when the plugin is loaded. */
void rst_check_version(void);

/* fault.c: which frame is dissected from now on; throws an epan exception where a test asks for it. */
#ifdef RST_FAULT_INJECTION
void rst_fault_frame(uint32_t frame);
void rst_fault(const char *place);
#else
#define rst_fault_frame(frame) ((void)(frame))
#define rst_fault(place) ((void)(place))
#endif

#endif
