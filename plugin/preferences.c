/* The preferences: registration, and handing their values to the core.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "glue.h"

#include <epan/prefs.h>

/* Where Wireshark keeps the value of a preference. */
typedef union setting {
    guint number;
    rst_switch on;
    gint choice;
    const char *text;
} setting;

static setting *settings;

static rst_value value_of(const rst_preference *preference, const setting *setting)
{
    rst_value value = {NULL, 0};

    switch (preference->kind) {
    case RST_NUMBER: value.number = setting->number; break;
    case RST_SWITCH: value.number = setting->on; break;
    case RST_CHOICE: value.number = (uint32_t)setting->choice; break;
    case RST_LINE: value.text = setting->text; break;
    }
    return value;
}

/* Wireshark dissects the file anew when a preference has changed; sharkd tells nobody, so the values
 * are read when a file is opened. */
void rst_hand_over_preferences(void)
{
    const rst_core *core = rst_plugin.core;
    rst_value *values = g_new0(rst_value, core->preference_count);

    for (size_t i = 0; i < core->preference_count; i++)
        values[i] = value_of(&core->preferences[i], &settings[i]);
    core->configure(values, core->preference_count);
    g_free(values);
}

static const enum_val_t *choices_of(const rst_preference *preference)
{
    enum_val_t *choices = g_new0(enum_val_t, preference->choice_count + 1);

    for (size_t i = 0; i < preference->choice_count; i++) {
        const rst_choice *choice = &preference->choices[i];
        enum_val_t value = {choice->name, choice->title, (gint)choice->number};
        choices[i] = value;
    }
    return choices;
}

static void register_preference(module_t *module, const rst_preference *it, setting *setting)
{
    switch (it->kind) {
    case RST_NUMBER:
        setting->number = it->number;
        prefs_register_uint_preference(module, it->name, it->title, it->help, 10, &setting->number);
        break;
    case RST_SWITCH:
        setting->on = it->number != 0;
        prefs_register_bool_preference(module, it->name, it->title, it->help, &setting->on);
        break;
    case RST_CHOICE:
        setting->choice = (gint)it->number;
        prefs_register_enum_preference(module, it->name, it->title, it->help, &setting->choice,
                                       choices_of(it), FALSE);
        break;
    case RST_LINE:
        setting->text = it->text;
        prefs_register_string_preference(module, it->name, it->title, it->help, &setting->text);
        break;
    }
}

void rst_register_preferences(void)
{
    const rst_core *core = rst_plugin.core;
    module_t *module = prefs_register_protocol(rst_plugin.protocol, NULL);

    settings = g_new0(setting, core->preference_count);
    for (size_t i = 0; i < core->preference_count; i++)
        register_preference(module, &core->preferences[i], &settings[i]);
}

bool rst_has_info_column(void)
{
    return settings[rst_plugin.core->info_column].on;
}
