/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What all devices of a person go by, told among them like other decisions (lan-own-share.c). Core
 * does not read it: who sets it knows what it means. Kept as "core.own-setting.KEY": hlc u64 | value.
 */
#include "lan-core-private.h"

#include "lan-bytes.h"

#include <string.h>

#define PREFIX       "core.own-setting."
#define SETTINGS_MAX 16

typedef struct {
  char *value;
  guint64 hlc; /* of the record that says so; 0: not told yet */
} Setting;

void
lan_own_setting_free (gpointer setting)
{
  g_free (((Setting *) setting)->value);
  g_free (setting);
}

static Setting *
note (LanCore *core, const char *key, const char *value, guint64 hlc)
{
  Setting *setting = g_new0 (Setting, 1);

  setting->value = g_strdup (value);
  setting->hlc = hlc;
  g_hash_table_replace (core->own_settings, g_strdup (key), setting);
  return setting;
}

gboolean
lan_core_load_own_setting (LanCore *core, const char *key, GBytes *value)
{
  g_autofree char *text = NULL;
  LanReader r;
  guint64 hlc;
  gsize len;

  if (!g_str_has_prefix (key, PREFIX))
    return FALSE;
  lan_reader_init (&r, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  hlc = lan_read_u64 (&r);
  len = lan_reader_left (&r);
  text = g_strndup ((const char *) lan_read_span (&r, len), len);
  if (lan_reader_done (&r))
    (void) note (core, key + strlen (PREFIX), text, hlc);
  return TRUE;
}

static void
keep (LanCore *core, const char *key, const Setting *setting)
{
  LanChange *change = lan_changes_add (lan_core_batch (core)->changes, LAN_CHANGE_SETTING);
  gsize len = strlen (setting->value);
  guint8 *data = g_malloc (8 + len);
  LanWriter w;

  lan_writer_init (&w, data, 8 + len);
  lan_write_u64 (&w, setting->hlc);
  lan_write_bytes (&w, setting->value, len);
  change->setting.key = g_strconcat (PREFIX, key, NULL);
  change->setting.value = g_bytes_new_take (data, 8 + len);
}

static void
write_setting (LanCore *core, const char *key, Setting *setting)
{
  Lanyard__OwnOp own = LANYARD__OWN_OP__INIT;
  Lanyard__SettingOp op = LANYARD__SETTING_OP__INIT;

  op.key = (char *) key;
  op.value = setting->value;
  own.op_case = LANYARD__OWN_OP__OP_SETTING;
  own.setting = &op;
  lan_core_write_own_op (core, &own);
  setting->hlc = core->me->talk->own->head.hlc;
  keep (core, key, setting);
}

void
lan_core_share_settings (LanCore *core)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, core->own_settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    write_setting (core, key, value);
}

void
lan_core_set_own_setting (LanCore *core, const char *key, const char *value, const LanTime *now)
{
  Setting *setting = g_hash_table_lookup (core->own_settings, key);

  core->now = *now;
  if ((setting != NULL && g_str_equal (setting->value, value)) ||
      (setting == NULL && g_hash_table_size (core->own_settings) >= SETTINGS_MAX))
    return;
  setting = note (core, key, value, 0);
  if (core->shared && lan_core_may_share (core)) {
    write_setting (core, key, setting);
  } else {
    core->shared = core->shared && core->n_siblings == 0; /* else all of it, later */
    keep (core, key, setting);
  }
  lan_core_settle (core);
}

void
lan_core_apply_setting (LanCore *core, const Lanyard__SettingOp *op, guint64 hlc)
{
  const Setting *setting = g_hash_table_lookup (core->own_settings, op->key);
  LanCoreAction *event;

  if (setting != NULL ? setting->hlc >= hlc
                      : g_hash_table_size (core->own_settings) >= SETTINGS_MAX)
    return;
  keep (core, op->key, note (core, op->key, op->value, hlc));
  event = lan_core_action_new (LAN_CORE_OWN_SETTING);
  event->setting.key = g_strdup (op->key);
  event->setting.value = g_strdup (op->value);
  g_ptr_array_add (lan_core_batch (core)->events, event);
}
