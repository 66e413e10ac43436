/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Points: how far each device of the other was served by mail, kept so that a restart neither
 * leaves it twice nor forgets what a person was shown. A row is a setting
 * "core.mail.CONVERSATION.DEVICE" of 36 bytes: own device 8 | base u64 | seq u64 | time u64 | round u32.
 */
#include "lan-mail-private.h"

#include <string.h>

LanMailPoint *
lan_mail_find_point (LanCoreTalk *talk, const LanDeviceId *holder)
{
  for (guint i = 0; talk->mails != NULL && i < talk->mails->len; i++) {
    LanMailPoint *point = &g_array_index (talk->mails, LanMailPoint, i);

    if (lan_device_id_equal (&point->holder, holder))
      return point;
  }
  return NULL;
}

/* A device seen for the first time gets by mail what no device of that person has. */
LanMailPoint *
lan_mail_get_point (LanCoreTalk *talk, const LanDeviceId *holder)
{
  LanMailPoint fresh = { .holder = *holder };
  LanMailPoint *point = lan_mail_find_point (talk, holder);

  if (point != NULL)
    return point;
  fresh.base = lan_talk_delivered (talk, &talk->own->device);
  if (talk->mails == NULL)
    talk->mails = g_array_new (FALSE, FALSE, sizeof (LanMailPoint));
  g_array_append_val (talk->mails, fresh);
  return &g_array_index (talk->mails, LanMailPoint, talk->mails->len - 1);
}

void
lan_mail_touch_point (LanCore *core, LanCoreTalk *talk, LanMailPoint *point)
{
  point->dirty = TRUE;
  point->kept = TRUE;
  lan_core_touch_holdings (core, talk);
}

static GBytes *
encode (const LanCoreTalk *talk, const LanMailPoint *point)
{
  guint8 buf[LAN_MAIL_POINT_BYTES];
  LanWriter w;

  lan_writer_init (&w, buf, sizeof buf);
  lan_write_bytes (&w, talk->own->device.b, LAN_DEVICE_ID_BYTES);
  lan_write_u64 (&w, point->base);
  lan_write_u64 (&w, point->seq);
  lan_write_u64 (&w, (guint64) point->time_ms);
  lan_write_u32 (&w, point->round);
  return g_bytes_new (buf, w.len);
}

static char *
key_of (const LanCoreTalk *talk, const LanMailPoint *point)
{
  g_autofree char *conversation = lan_conversation_id_to_hex (&talk->row.conversation);
  g_autofree char *device = lan_device_id_to_hex (&point->holder);

  return g_strconcat (LAN_MAIL_POINT_KEY, conversation, ".", device, NULL);
}

void
lan_mail_put_points (GPtrArray *changes, LanCoreTalk *talk)
{
  for (guint i = 0; talk->mails != NULL && i < talk->mails->len; i++) {
    LanMailPoint *point = &g_array_index (talk->mails, LanMailPoint, i);
    LanChange *change;

    if (!point->dirty)
      continue;
    point->dirty = FALSE;
    change = lan_changes_add (changes, LAN_CHANGE_SETTING);
    change->setting.key = key_of (talk, point);
    change->setting.value = point->seq > 0 ? encode (talk, point) : NULL;
  }
}

void
lan_mail_dirty_points (LanCoreTalk *talk)
{
  for (guint i = 0; talk->mails != NULL && i < talk->mails->len; i++) {
    LanMailPoint *point = &g_array_index (talk->mails, LanMailPoint, i);

    point->dirty = point->kept;
  }
}

guint64
lan_mail_left_up_to (const LanCoreTalk *talk)
{
  guint64 seq = 0;

  for (guint i = 0; talk->mails != NULL && i < talk->mails->len; i++)
    seq = MAX (seq, g_array_index (talk->mails, LanMailPoint, i).seq);
  return seq;
}

/* @holder has our log up to @seq: what was left for it by mail has had its use. */
void
lan_mail_on_holding (LanCore *core, LanCoreTalk *talk, const LanDeviceId *holder, guint64 seq)
{
  LanMailPoint *point = lan_mail_find_point (talk, holder);

  lan_mail_forget_deposits (core, talk, holder, seq, TRUE);
  if (point == NULL || point->seq == 0 || point->seq > seq)
    return;
  point->base = point->seq;
  point->seq = 0;
  lan_mail_touch_point (core, talk, point);
}

static void
load (LanCore *core, const LanSettingRow *row)
{
  g_auto (GStrv) parts = g_strsplit (row->key + strlen (LAN_MAIL_POINT_KEY), ".", 3);
  LanConversationId conversation;
  LanDeviceId own, holder;
  LanMailPoint *point;
  LanCoreTalk *talk;
  LanReader r;

  if (g_strv_length (parts) != 2 || !lan_conversation_id_from_hex (&conversation, parts[0]) ||
      !lan_device_id_from_hex (&holder, parts[1]))
    return;
  talk = lan_core_find_outlet (core, &conversation, &holder);
  lan_reader_init (&r, g_bytes_get_data (row->value, NULL), g_bytes_get_size (row->value));
  lan_read_bytes (&r, own.b, sizeof own.b);
  /* A log that this device no longer writes: its last records go again as the new log's. */
  if (talk == NULL || !lan_device_id_equal (&own, &core->self_device))
    return;
  point = lan_mail_get_point (talk, &holder);
  point->base = lan_read_u64 (&r);
  point->seq = MIN (lan_read_u64 (&r), talk->own->committed.seq);
  point->time_ms = (gint64) lan_read_u64 (&r);
  point->round = lan_read_u32 (&r);
  point->kept = TRUE;
  if (!lan_reader_done (&r))
    *point = (LanMailPoint){ .holder = holder };
}

void
lan_mail_load_points (LanCore *core)
{
  for (guint i = 0; i < core->mail->loaded->len; i++)
    load (core, g_ptr_array_index (core->mail->loaded, i));
  g_ptr_array_set_size (core->mail->loaded, 0);
}

void
lan_mail_begin_again (LanCore *core, LanCoreTalk *talk)
{
  for (guint i = 0; talk->mails != NULL && i < talk->mails->len; i++) {
    LanMailPoint *point = &g_array_index (talk->mails, LanMailPoint, i);

    if (point->seq == 0)
      continue;
    point->seq = 0;
    point->round++; /* else the server would know these letters by their ids */
    point->time_ms = core->now.wall_ms;
    lan_mail_touch_point (core, talk, point);
  }
}

void
lan_mail_reset_points (LanCore *core)
{
  g_autoptr (GPtrArray) outlets = lan_core_list_outlets (core, NULL);

  for (guint k = 0; k < outlets->len; k++) {
    LanCoreTalk *talk = g_ptr_array_index (outlets, k);

    for (guint i = 0; talk->mails != NULL && i < talk->mails->len; i++) {
      LanMailPoint *point = &g_array_index (talk->mails, LanMailPoint, i);

      point->base = point->seq = 0;
      point->round = 0;
      if (point->kept)
        lan_mail_touch_point (core, talk, point);
    }
  }
}
