/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The facade: making, loading, time, and looking.
 */
#include "lan-core.h"

#include "lan-core-private.h"

#include <string.h>

LanCore *
lan_core_new (const LanCoreConfig *config)
{
  LanCore *core = g_new0 (LanCore, 1);

  core->device = config->device;
  core->self = *lan_device_keys_account (config->device);
  core->self_device = *lan_device_keys_id (config->device);
  core->list = g_bytes_ref (config->list);
  core->cert = g_bytes_ref (config->cert);
  core->random = config->random;
  core->deadlines = lan_deadlines_new ();
  g_queue_init (&core->actions);
  core->persons = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL,
                                         (GDestroyNotify) lan_core_free_person);
  core->talks = g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, NULL,
                                       (GDestroyNotify) lan_core_free_talk);
  core->groups = g_hash_table_new_full (lan_conversation_id_hash, lan_conversation_id_equal, NULL,
                                        (GDestroyNotify) lan_group_free);
  core->channels = g_hash_table_new (g_int64_hash, g_int64_equal);
  core->asks =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) lan_ask_free);
  core->repeats = g_ptr_array_new_with_free_func (g_free);
  core->own_settings =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, lan_own_setting_free);
  core->device_names =
      g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, g_free, g_free);
  lan_core_make_me (core);
  core->mail = lan_mailer_new ();
  core->carry = lan_carry_new ();
  core->read_receipts = TRUE;
  core->typing = TRUE;
  core->presence = LAN_PRESENCE_AVAILABLE;
  core->status_text = g_strdup ("");
  return core;
}

static void
free_action (LanCoreAction *action)
{
  lan_core_action_clear (action);
  g_free (action);
}

void
lan_core_free (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  if (core == NULL)
    return;
  g_queue_clear_full (&core->actions, (GDestroyNotify) free_action);
  lan_batch_free (core->open);
  lan_batch_free (core->flying);
  g_hash_table_iter_init (&iter, core->channels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_core_free_channel (value);
  g_hash_table_unref (core->channels);
  g_hash_table_unref (core->asks);
  g_ptr_array_unref (core->repeats);
  lan_mailer_free (core->mail);
  lan_carry_free (core->carry);
  g_hash_table_unref (core->talks);
  g_hash_table_unref (core->groups);
  g_hash_table_unref (core->persons);
  g_hash_table_unref (core->device_names);
  g_hash_table_unref (core->own_settings);
  lan_deadlines_free (core->deadlines);
  g_bytes_unref (core->list);
  g_bytes_unref (core->cert);
  g_free (core->status_text);
  g_free (core);
}

void
lan_core_load_person (LanCore *core, const LanPersonRow *row)
{
  LanCorePerson *person = lan_core_add_person (core, &row->account);

  if (lan_core_is_me (core, person))
    return;
  lan_person_row_clear (&person->row);
  lan_person_row_copy (&person->row, row);
  lan_core_set_name (person, row->name != NULL ? row->name : "");
  person->kept = TRUE;
  person->told = TRUE;
  core->strangers--;
  lan_core_note_shared (person);
}

void
lan_core_load_device (LanCore *core, const LanDeviceRow *row)
{
  LanCorePerson *person = lan_core_find_person (core, &row->account);
  LanCoreDevice *device;
  gsize len;
  const guint8 *cert;

  if (person == NULL || row->cert == NULL || lan_device_id_equal (&row->device, &core->self_device))
    return;
  cert = g_bytes_get_data (row->cert, &len);
  device = g_new0 (LanCoreDevice, 1);
  lan_device_row_copy (&device->row, row);
  if (lan_cert_decode (&device->cert, cert, len) != LAN_STATUS_OK)
    g_clear_pointer (&device->row.cert, g_bytes_unref);
  g_ptr_array_add (person->devices, device);
}

void
lan_core_load_conversation (LanCore *core, const LanConversationRow *row)
{
  LanCorePerson *person = lan_core_find_person (core, &row->peer);
  LanCoreTalk *talk;

  if (row->kind == LAN_CONVERSATION_GROUP)
    lan_group_load (core, row);
  if (person == NULL || person->talk != NULL || row->kind != 0)
    return;
  talk = lan_core_load_talk (core, &row->conversation, person);
  lan_conversation_row_copy (&talk->row, row);
  talk->kept = TRUE;
}

static gboolean
is_of_peer (LanCoreTalk *talk, const LanDeviceId *device)
{
  /* In the conversation of one's own devices each of the others counts as the other. */
  return lan_core_person_device (talk->peer, device) != NULL;
}

void
lan_core_load_head (LanCore *core, const LanConversationId *conversation, const LanDeviceId *device,
                    guint64 seq, const LanHash *hash, guint64 hlc, guint64 order)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, conversation);
  LanCoreLog *log;

  if (talk == NULL) {
    lan_group_load_head (core, conversation, device, &(LanLogPoint){ seq, *hash, hlc, order });
    return;
  }
  /* A log of nobody known is one of an older device of this account: peers' are always known. */
  log = lan_talk_add_log (talk, device, !is_of_peer (talk, device));
  if (log == NULL)
    return;
  log->committed = (LanLogPoint){ seq, *hash, hlc, order };
  log->head = log->committed;
  talk->top_order = MAX (talk->top_order, order);
}

void
lan_core_load_vector (LanCore *core, const LanVectorRow *row)
{
  LanCoreTalk *talk = lan_core_find_outlet (core, &row->conversation, &row->holder);
  LanHolding *holding;

  if (talk == NULL || talk->holdings->len >= LAN_CORE_MAX_LOGS * 4)
    return;
  holding = lan_talk_holding (talk, &row->holder, &row->author);
  holding->seq = row->seq;
  holding->hash = row->hash;
}

/* When it was restored, Unix ms: somebody who was away for a month is met all the same. */
static gint64
meet_until (GBytes *value)
{
  guint64 at;

  memcpy (&at, g_bytes_get_data (value, NULL), sizeof at);
  at = GUINT64_FROM_LE (at);
  return at < G_MAXINT64 / 2 ? (gint64) at + LAN_CORE_MEET_MS : 0;
}

void
lan_core_load_setting (LanCore *core, const char *key, GBytes *value)
{
  gsize len;
  const char *data = g_bytes_get_data (value, &len);
  gboolean on = len != 1 || data[0] != '0';

  if (strcmp (key, "core.read-receipts") == 0)
    core->read_receipts = on;
  else if (strcmp (key, "core.typing") == 0)
    core->typing = on;
  else if (strcmp (key, "core.shared") == 0)
    core->shared = on;
  else if (strcmp (key, "core.restored") == 0)
    core->meet_until_ms = len == 8 ? meet_until (value) : 0;
  else if (lan_core_load_own_setting (core, key, value))
    return;
  else if (!lan_mail_load_setting (core, key, value) && !lan_carry_load_setting (core, key, value))
    lan_core_load_stamps (core, key, value);
}

void
lan_core_start (LanCore *core, const LanTime *now)
{
  GHashTableIter iter;
  gpointer value;

  core->now = *now;
  core->started = TRUE;
  lan_mail_start (core);
  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreTalk *talk = value;

    for (guint i = 0; i < talk->logs->len; i++)
      (void) !lan_hlc_merge (
          &core->hlc, ((LanCoreLog *) g_ptr_array_index (talk->logs, i))->head.hlc, now->wall_ms);
    lan_core_want (core, talk->peer);
  }
  lan_group_start (core);
  lan_carry_start (core);
  lan_core_take_own_list (core);
  lan_core_find_repeats (core);
  lan_core_run_repeats (core);
  lan_core_settle (core);
}

gint64
lan_core_next_deadline (const LanCore *core)
{
  return lan_deadlines_next (core->deadlines);
}

static void
restore_over (LanCore *core, LanCoreTalk *talk)
{
  talk->restoring = FALSE;
  lan_core_run_deferred (core, talk);
  lan_core_run_repeats (core);
  lan_core_for_each_best (core, talk->peer, lan_core_pump);
}

/* Commits work again, perhaps: what was dropped is asked for, and what waits is tried. */
static void
retry (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  core->retry_us = core->now.mono_us;
  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreTalk *talk = value;

    for (guint i = 0; i < talk->logs->len; i++) {
      LanCoreLog *log = g_ptr_array_index (talk->logs, i);

      if (log->gap)
        lan_core_ask_gap (core, log);
    }
  }
  lan_core_run_repeats (core);
}

static void
on_due (LanCore *core, gpointer key, LanDue due)
{
  switch (due) {
  case LAN_DUE_IDENTITY:
    lan_core_close_channel (core, key, LAN_FAREWELL_IDENTITY, FALSE);
    break;
  case LAN_DUE_RESTORE:
    restore_over (core, key);
    break;
  case LAN_DUE_RECEIPT:
    lan_core_write_receipt (core, key);
    break;
  case LAN_DUE_GONE:
    lan_core_gone (core, key);
    break;
  case LAN_DUE_TYPING_OFF:
    lan_core_typing_off (core, key);
    break;
  case LAN_DUE_TYPING_SENT:
    lan_core_typing_sent_off (core, key);
    break;
  case LAN_DUE_PRESENCE:
    lan_core_presence_due (core);
    break;
  case LAN_DUE_REWIND:
    lan_core_rewind (core, key);
    break;
  case LAN_DUE_LAZY:
    lan_core_hurry (core);
    break;
  case LAN_DUE_BEGIN:
    lan_core_begin_due (core, key);
    break;
  case LAN_DUE_PULL:
    lan_core_pull_due (core, key);
    break;
  case LAN_DUE_GROUP:
    lan_group_look (core, key);
    break;
  case LAN_DUE_GROUP_RESTORE:
    lan_group_restore_over (core, key);
    break;
  case LAN_DUE_GROUP_RECEIPT:
    lan_group_receipt_due (core, key);
    break;
  case LAN_DUE_GROUP_TYPING:
    lan_group_typing_due (core, key);
    break;
  case LAN_DUE_GROUP_TYPING_SENT:
    lan_group_typing_sent_off (core, key);
    break;
  case LAN_DUE_MAIL:
  case LAN_DUE_MAIL_LOOK:
  case LAN_DUE_MAIL_KEYS:
    lan_mail_due (core, due, key);
    break;
  case LAN_DUE_CARRY:
  case LAN_DUE_CARRY_LOOK:
    lan_carry_due (core, due, key);
    break;
  case LAN_DUE_RETRY:
  default:
    retry (core);
    break;
  }
}

void
lan_core_advance (LanCore *core, const LanTime *now)
{
  gpointer key;
  guint what;

  core->now = *now;
  while (lan_deadlines_pop (core->deadlines, now->mono_us, &key, &what))
    on_due (core, key, (LanDue) what);
  lan_core_settle (core);
}

void
lan_core_flush (LanCore *core, const LanTime *now)
{
  core->now = *now;
  lan_core_hurry (core);
  lan_core_settle (core);
}

gboolean
lan_core_next_action (LanCore *core, LanCoreAction *action)
{
  g_autofree LanCoreAction *next = g_queue_pop_head (&core->actions);

  if (next == NULL)
    return FALSE;
  *action = *next;
  return TRUE;
}

const LanPersonRow *
lan_core_get_person (LanCore *core, const LanAccountId *account)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  return person != NULL && !lan_core_is_me (core, person) ? &person->row : NULL;
}

const LanConversationRow *
lan_core_get_conversation (LanCore *core, const LanConversationId *conversation)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, conversation);

  if (talk == NULL)
    return lan_group_row (core, conversation);
  return !lan_core_is_me (core, talk->peer) ? &talk->row : NULL;
}

GPtrArray *
lan_core_list_people (LanCore *core)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!lan_core_is_me (core, value))
      g_ptr_array_add (list, &((LanCorePerson *) value)->row);
  return list;
}

GPtrArray *
lan_core_list_conversations (LanCore *core)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!lan_core_is_me (core, ((LanCoreTalk *) value)->peer))
      g_ptr_array_add (list, &((LanCoreTalk *) value)->row);
  return list;
}

gboolean
lan_core_has_waiting (LanCore *core, const LanAccountId *account)
{
  LanCorePerson *person = lan_core_find_person (core, account);

  return person != NULL && person->wanted;
}

guint
lan_core_get_devices (LanCore *core, const LanAccountId *account, LanCert *certs, guint max)
{
  LanCorePerson *person = lan_core_find_person (core, account);
  guint n = 0;

  for (guint i = 0; person != NULL && i < person->devices->len && n < max; i++) {
    LanCoreDevice *device = g_ptr_array_index (person->devices, i);

    if (device->row.cert != NULL && device->row.state == 0)
      certs[n++] = device->cert;
  }
  return n;
}

gboolean
lan_core_is_active_device (LanCore *core, const LanAccountId *account, const LanDeviceId *id)
{
  LanCorePerson *person = lan_core_find_person (core, account);
  const LanCoreDevice *device = person != NULL ? lan_core_person_device (person, id) : NULL;

  return device == NULL || device->row.state == 0;
}

gboolean
lan_core_find_dh (LanCore *core, const guint8 *dh, LanAccountId *account, LanDeviceId *device)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->persons);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCorePerson *person = value;

    for (guint i = 0; i < person->devices->len; i++) {
      LanCoreDevice *known = g_ptr_array_index (person->devices, i);

      if (known->row.cert == NULL || known->row.state != 0 ||
          memcmp (known->cert.dh_public, dh, 32) != 0)
        continue;
      *account = person->row.account;
      *device = known->row.device;
      return TRUE;
    }
  }
  return FALSE;
}

const LanCoreCounters *
lan_core_get_counters (LanCore *core)
{
  return &core->counters;
}
