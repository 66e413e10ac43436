/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The mailer's life: made, loaded, told whether there is a mailbox, told of commits.
 */
#include "lan-mail-private.h"

#include <string.h>

static void
deposit_free (LanMailDeposit *deposit)
{
  g_array_unref (deposit->messages);
  g_free (deposit);
}

void
lan_mail_incoming_free (LanMailIncoming *incoming)
{
  g_clear_pointer (&incoming->records, g_ptr_array_unref);
  g_free (incoming);
}

static void
setting_free (LanSettingRow *row)
{
  lan_setting_row_clear (row);
  g_free (row);
}

LanMailer *
lan_mailer_new (void)
{
  LanMailer *mail = g_new0 (LanMailer, 1);

  mail->routes = g_hash_table_new_full (lan_device_id_hash, lan_device_id_equal, NULL, g_free);
  mail->deposits = g_ptr_array_new_with_free_func ((GDestroyNotify) deposit_free);
  mail->incoming = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_mail_incoming_free);
  mail->seen_set = g_hash_table_new (lan_message_id_hash, lan_message_id_equal);
  g_queue_init (&mail->seen);
  mail->loaded = g_ptr_array_new_with_free_func ((GDestroyNotify) setting_free);
  mail->ring = lan_prekey_ring_new ();
  return mail;
}

void
lan_mailer_free (LanMailer *mail)
{
  if (mail == NULL)
    return;
  g_hash_table_unref (mail->routes);
  g_ptr_array_unref (mail->deposits);
  g_ptr_array_unref (mail->incoming);
  g_hash_table_unref (mail->seen_set);
  g_queue_clear_full (&mail->seen, g_free);
  g_ptr_array_unref (mail->loaded);
  lan_prekey_ring_free (mail->ring);
  g_free (mail);
}

gboolean
lan_mail_load_setting (LanCore *core, const char *key, GBytes *value)
{
  LanSettingRow *row;

  if (g_str_has_prefix (key, LAN_MAIL_RING_KEY)) {
    lan_mail_load_key (core, value);
    return TRUE;
  }
  if (!g_str_has_prefix (key, LAN_MAIL_POINT_KEY))
    return FALSE;
  /* Conversations may be loaded after settings: points wait for lan_mail_start(). */
  row = g_new0 (LanSettingRow, 1);
  row->key = g_strdup (key);
  row->value = g_bytes_ref (value);
  g_ptr_array_add (core->mail->loaded, row);
  return TRUE;
}

void
lan_mail_start (LanCore *core)
{
  lan_mail_load_points (core);
  lan_mail_keys_start (core);
}

void
lan_mail_new_device (LanCore *core)
{
  LanMailer *mail = core->mail;

  lan_mail_forget_deposits (core, NULL, NULL, G_MAXUINT64, TRUE);
  g_ptr_array_set_size (mail->incoming, 0);
  lan_mail_keys_drop_all (core);
  lan_mail_reset_points (core);
  lan_carry_new_device (core);
}

static void
arm_all (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    lan_mail_arm (core, value);
  lan_group_arm_all_letters (core);
}

void
lan_core_mail_lost (LanCore *core, const LanTime *now)
{
  g_autoptr (GPtrArray) outlets = NULL;
  GHashTableIter iter;
  gpointer value;

  core->now = *now;
  g_hash_table_iter_init (&iter, core->mail->routes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((LanMailRoute *) value)->have = FALSE; /* its prekeys may be of the time that is lost */
  outlets = lan_core_list_outlets (core, NULL);
  for (guint i = 0; i < outlets->len; i++)
    lan_mail_begin_again (core, g_ptr_array_index (outlets, i));
  arm_all (core);
  lan_core_settle (core);
}

void
lan_core_set_mailbox (LanCore *core, LanMailbox mailbox, const LanTime *now)
{
  LanMailer *mail = core->mail;
  GHashTableIter iter;
  gpointer value;

  core->now = *now;
  mail->mailbox = mailbox;
  if (mailbox == LAN_MAILBOX_NONE) {
    lan_mail_forget_deposits (core, NULL, NULL, G_MAXUINT64, FALSE);
    g_hash_table_remove_all (mail->routes);
    mail->told = FALSE;
  }
  if (mailbox == LAN_MAILBOX_OPEN) {
    /* What was asked before the lane broke is asked again. */
    g_hash_table_iter_init (&iter, mail->routes);
    while (g_hash_table_iter_next (&iter, NULL, &value))
      ((LanMailRoute *) value)->asked = FALSE;
    lan_mail_drop_expired (core);
    arm_all (core);
  }
  lan_core_settle (core);
}

void
lan_mail_due (LanCore *core, LanDue due, gpointer key)
{
  if (due == LAN_DUE_MAIL)
    lan_mail_run (core, key);
  else if (due == LAN_DUE_MAIL_LOOK)
    lan_mail_look (core);
  else
    lan_mail_keys_due (core);
}

/* ---- what hangs on commits ---- */

static LanMailIncoming *
find_incoming (LanMailer *mail, guint64 id, guint *index)
{
  for (guint i = 0; i < mail->incoming->len; i++) {
    LanMailIncoming *incoming = g_ptr_array_index (mail->incoming, i);

    if (incoming->id == id) {
      *index = i;
      return incoming;
    }
  }
  return NULL;
}

void
lan_mail_event_done (LanCore *core, const LanCoreAction *event, gboolean ok)
{
  LanMailIncoming *incoming;
  guint index;

  if (event->type == LAN_CORE_PUBLISH_PREKEYS) {
    lan_mail_keys_published (core, event, ok);
    return;
  }
  if (event->type != LAN_CORE_MAIL_ACK)
    return;
  incoming = find_incoming (core->mail, event->mail.id, &index);
  if (incoming == NULL)
    return;
  incoming->closing = FALSE;
  if (!ok)
    return;
  if (incoming->one_time_id != 0)
    lan_prekey_ring_remove (core->mail->ring, LAN_RING_ONE_TIME, incoming->one_time_id);
  g_ptr_array_remove_index (core->mail->incoming, index);
}

void
lan_mail_committed (LanCore *core)
{
  if (core->mail->incoming->len > 0)
    lan_mail_look (core);
}

void
lan_core_get_mail_counters (LanCore *core, LanMailCounters *out)
{
  const LanMailer *mail = core->mail;

  *out = mail->counters;
  out->waiting = mail->incoming->len;
  out->under_way = 0;
  for (guint i = 0; i < mail->deposits->len; i++)
    out->under_way += !((LanMailDeposit *) g_ptr_array_index (mail->deposits, i))->stored;
}
