/* The interface between the C glue (plugin/) and the Rust core (src/ffi). bindgen makes the Rust side
 * from this file, so both sides share one definition.
 *
 * Who may do what: the glue calls epan, whose exceptions are longjmps; the core never does. While epan
 * code runs, no Rust frame is among its callers, except that of plugin_register, which owns nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#ifndef RSTANALYSIS_H
#define RSTANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types of fields, in the order of field::Kind. */
enum rst_kind { RST_TEXT, RST_UNSIGNED, RST_SIGNED, RST_BOOLEAN, RST_FRAME, RST_DURATION };

/* Severities of expert items, in the order of field::ExpertSeverity. */
enum rst_severity { RST_CHAT, RST_NOTE, RST_WARN, RST_ERROR };

/* A field to register. All texts are static. */
typedef struct rst_field {
    const char *title;
    const char *name;
    const char *help;
    uint8_t kind; /* enum rst_kind */
} rst_field;

/* An expert item to register. */
typedef struct rst_expert {
    const char *name;
    const char *summary;
    uint8_t severity; /* enum rst_severity */
} rst_expert;

/* A protocol above TCP, or a field, whose bytes the core reads. */
typedef struct rst_source {
    const char *name;
    uint8_t lead;      /* bytes before the item that belong to it */
    bool is_protocol;
} rst_source;

/* One occurrence of a source in a frame. The bytes live during the call only. */
typedef struct rst_input {
    const uint8_t *bytes;  /* captured bytes from its start on */
    uint32_t captured;     /* how many they are */
    uint16_t source;       /* index into the sources */
} rst_input;

/* Types of preferences, in the order of preference::Kind. */
enum rst_setting { RST_NUMBER, RST_SWITCH, RST_CHOICE, RST_LINE };

/* One of the choices of a preference. */
typedef struct rst_choice {
    const char *name;
    const char *title;
    uint32_t number;
} rst_choice;

/* A preference to register, with its default. */
typedef struct rst_preference {
    const char *name;
    const char *title;
    const char *help;
    const char *text;            /* RST_LINE */
    const rst_choice *choices;   /* RST_CHOICE */
    size_t choice_count;
    uint32_t number;             /* all other kinds */
    uint8_t kind;                /* enum rst_setting */
} rst_preference;

/* The value of a preference. */
typedef struct rst_value {
    const char *text;  /* RST_LINE; NULL for all other kinds */
    uint32_t number;   /* all other kinds */
} rst_value;

/* One TCP layer of a frame. The bytes belong to Wireshark and are read during the call only. */
typedef struct rst_packet {
    int64_t seconds;         /* since the epoch */
    const uint8_t *ip;       /* captured bytes from the IP header on */
    const uint8_t *tcp;      /* captured bytes from the TCP header on */
    const rst_input *inputs; /* what Wireshark found above TCP */
    uint64_t link_source;    /* link-layer source address as a number, 0 for none */
    uint32_t ip_captured;    /* how many bytes `ip` has */
    uint32_t tcp_captured;   /* how many bytes `tcp` has */
    uint32_t tcp_offset;     /* from the IP header to the TCP header; UINT32_MAX where TCP was
                                put together from fragments */
    uint32_t reported;       /* bytes from the TCP header to the end of the packet on the wire */
    int32_t nanoseconds;     /* 0 to 999,999,999 */
    uint32_t frame;          /* from 1 */
    uint32_t input_count;
    uint8_t layer;           /* which TCP layer of the frame, from 0 */
} rst_packet;

/* One field with its value. */
typedef struct rst_item {
    const char *text;  /* RST_TEXT */
    int64_t number;    /* all other kinds; nanoseconds for RST_DURATION */
    uint16_t field;    /* index into the fields */
} rst_item;

#define RST_NO_EXPERT 0xffff

/* One tree. */
typedef struct rst_report {
    const char *heading;   /* of the tree */
    const char *summary;   /* of the expert item */
    const rst_item *items;
    size_t item_count;
    uint16_t expert;       /* index into the experts, or RST_NO_EXPERT */
} rst_report;

/* What there is to show on a frame; it belongs to the session until its next call. */
typedef struct rst_reports {
    const rst_report *reports;
    size_t count;
} rst_reports;

/* All that is known of the open file. Made and freed by the core, held by the glue. */
typedef struct rst_session rst_session;

/* What a statistic counts. */
enum rst_count { RST_CAUSES, RST_CONVERSATIONS };

/* A column of the table of conversations. */
typedef struct rst_column {
    const char *title;
    bool is_number;
} rst_column;

/* A value in a row. */
typedef struct rst_cell {
    const char *text; /* NULL for a number */
    uint32_t number;
} rst_cell;

/* RST_CAUSES: a node of a tree, with its name and count. RST_CONVERSATIONS: a row, with all columns. */
typedef struct rst_row {
    const rst_cell *cells;
    uint8_t depth; /* in the tree: below the row before it that is less deep */
} rst_row;

/* What there is to show of a statistic; it belongs to it until its next call. */
typedef struct rst_rows {
    const rst_row *rows;
    size_t count;
} rst_rows;

/* The servers in the tree: nothing is below them. */
#define RST_DEEPEST 2

/* The resets that one listener was told of. Made and freed by the core, held by the glue. */
typedef struct rst_statistic rst_statistic;

/* The core, as the glue sees it: tables to register and functions to call. None of the functions
 * calls epan, and none lets a panic out. */
typedef struct rst_core {
    const rst_field *fields;
    size_t field_count;
    const rst_expert *experts;
    size_t expert_count;
    const rst_source *sources;
    size_t source_count;
    const rst_preference *preferences;
    size_t preference_count;
    size_t info_column;        /* index of the preference that switches the notes on */
    /* All preferences, in order; for sessions made from now on. */
    void (*configure)(const rst_value *values, size_t count);
    rst_session *(*session_new)(void); /* NULL where it failed */
    void (*session_free)(rst_session *session);
    void (*observe)(rst_session *session, const rst_packet *packet);
    /* Whether there is anything to show on the frame; of nearly all frames there is nothing. */
    bool (*speaks_of)(const rst_session *session, uint32_t frame);
    /* What the frame's row in the packet list adds to its Info column, NULL for nothing; it belongs to the
     * session until its next call. */
    const char *(*annotate)(rst_session *session, uint32_t frame, bool provisional);
    /* The whole reports. */
    rst_reports (*recall)(rst_session *session, uint32_t frame, bool provisional);
    const rst_column *columns;
    size_t column_count;
    /* Whether the frame holds a reset that counts in statistics. */
    bool (*has_reset)(const rst_session *session, uint32_t frame);
    rst_statistic *(*statistic_new)(enum rst_count count); /* NULL where it failed, allowed below */
    void (*statistic_free)(rst_statistic *statistic);
    void (*statistic_note)(rst_statistic *statistic, uint32_t frame);
    /* To be called for each statistic that goes on when its session ends. */
    void (*statistic_settle)(rst_statistic *statistic, const rst_session *session);
    /* By all that the session knows now; NULL between files. */
    rst_rows (*statistic_rows)(rst_statistic *statistic, const rst_session *session);
} rst_core;

/* Registers the plugin with epan. `core` must live as long as the process. */
void rst_register(const rst_core *core);

#endif
