/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "hand.h"

#include "lan-deadlines.h"

#include <string.h>

const LanAccountId *
id_of (const Somebody *who)
{
  return lan_account_keys_id (who->account);
}

void
somebody_issue (Somebody *who, guint32 seq, guint8 state, gint64 from_s)
{
  LanDeviceList list = { .account = *id_of (who), .seq = seq, .n_devices = 1 };

  if (seq > 1)
    lan_device_list_hash (&list.previous, g_bytes_get_data (who->list, NULL),
                          g_bytes_get_size (who->list));
  g_clear_pointer (&who->cert, g_bytes_unref);
  g_clear_pointer (&who->list, g_bytes_unref);
  who->cert = lan_cert_issue (who->account, who->device, who->name, from_s,
                              from_s + LAN_CERT_LIFE_SECONDS, seq, 0);
  list.time_s = from_s;
  list.devices[0].device = *lan_device_keys_id (who->device);
  list.devices[0].state = state;
  lan_cert_hash (&list.devices[0].cert_hash, g_bytes_get_data (who->cert, NULL),
                 g_bytes_get_size (who->cert));
  who->list = lan_device_list_issue (&list, who->account);
}

Somebody *
somebody_new (Hand *hand, const char *name)
{
  Somebody *who = g_new0 (Somebody, 1);

  who->name = g_strdup (name);
  who->account = lan_account_keys_new (&hand->random.base);
  who->device = lan_device_keys_new (id_of (who), &hand->random.base);
  who->hlc = (guint64) HAND_WALL_MS << 16;
  somebody_issue (who, 1, LAN_DEVICE_ACTIVE, HAND_WALL_MS / 1000 - 86400);
  return who;
}

void
somebody_free (Somebody *who)
{
  g_free (who->name);
  lan_account_keys_free (who->account);
  lan_device_keys_free (who->device);
  g_bytes_unref (who->list);
  g_bytes_unref (who->cert);
  g_free (who);
}

static void
free_row (gpointer row)
{
  lan_record_row_clear (row);
  g_free (row);
}

Hand *
hand_new (void)
{
  Hand *hand = g_new0 (Hand, 1);
  LanCoreConfig config;

  lan_seeded_random_init (&hand->random, 42);
  hand->now = (LanTime){ G_USEC_PER_SEC, HAND_WALL_MS };
  hand->rows = g_ptr_array_new_with_free_func (free_row);
  hand->self = somebody_new (hand, "Me");
  config =
      (LanCoreConfig){ hand->self->device, hand->self->list, hand->self->cert, &hand->random.base };
  hand->core = lan_core_new (&config);
  lan_core_start (hand->core, &hand->now);
  return hand;
}

void
hand_free (Hand *hand)
{
  lan_core_free (hand->core);
  somebody_free (hand->self);
  g_ptr_array_unref (hand->rows);
  for (guint i = 0; i < LAN_FRAME_TYPE_N; i++)
    lan_frame_free (hand->last[i]);
  g_free (hand);
}

static void
keep_rows (Hand *hand, GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++) {
    const LanChange *change = g_ptr_array_index (changes, i);
    LanRecordRow *row;

    if (change->type != LAN_CHANGE_RECORD)
      continue;
    row = g_new0 (LanRecordRow, 1);
    lan_record_row_copy (row, &change->record);
    g_ptr_array_add (hand->rows, row);
  }
}

static void
note_sent (Hand *hand, GBytes *bytes)
{
  LanFrame *frame = NULL;
  LanFrameType type;

  g_assert_cmpint (
      lan_frame_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &frame), ==,
      LAN_STATUS_OK);
  type = lan_frame_type (frame);
  hand->sent[type]++;
  lan_frame_free (hand->last[type]);
  hand->last[type] = frame;
}

static void
answer_read (Hand *hand, const LanCoreAction *action)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < hand->rows->len; i++) {
    LanRecordRow *row = g_ptr_array_index (hand->rows, i);

    if (lan_conversation_id_equal (&row->conversation, &action->read.conversation) &&
        lan_device_id_equal (&row->device, &action->read.device) &&
        row->seq >= action->read.from_seq && row->seq <= action->read.to_seq)
      g_ptr_array_add (rows, row);
  }
  lan_core_rows (hand->core, action->read.request, rows, &hand->now);
}

void
hand_drain (Hand *hand)
{
  LanCoreAction action;

  while (lan_core_next_action (hand->core, &action)) {
    hand->n[action.type]++;
    if (hand->on_action != NULL)
      hand->on_action (hand, &action, hand->on_action_data);
    if (action.type == LAN_CORE_SEND) {
      note_sent (hand, action.send.bytes);
    } else if (action.type == LAN_CORE_COMMIT) {
      hand->held_batch = action.commit.batch;
      if (!hand->hold_commits) {
        keep_rows (hand, action.commit.changes);
        lan_core_committed (hand->core, action.commit.batch, TRUE, &hand->now);
      }
    } else if (action.type == LAN_CORE_READ) {
      answer_read (hand, &action);
    } else if (action.type == LAN_CORE_FIND) {
      lan_core_found (hand->core, action.find.request, hand->found, &hand->now);
    } else if (action.type == LAN_CORE_CLOSE) {
      hand->closed = action.close.reason;
    }
    lan_core_action_clear (&action);
  }
}

void
hand_advance (Hand *hand, gint64 ms)
{
  hand->now.mono_us += ms * 1000;
  hand->now.wall_ms += ms;
  lan_core_advance (hand->core, &hand->now);
  hand_drain (hand);
}

guint64
hand_up (Hand *hand, const Somebody *who)
{
  lan_core_channel_up (hand->core, ++hand->next_channel, LAN_CARRIER_LANE,
                       lan_device_keys_dh_public (who->device), &hand->now);
  hand_drain (hand);
  return hand->next_channel;
}

void
hand_feed (Hand *hand, guint64 channel, const LanFrame *frame)
{
  g_autoptr (GBytes) bytes = lan_frame_encode (frame);

  lan_core_channel_frame (hand->core, channel, LAN_CARRIER_LANE, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), &hand->now);
  hand_drain (hand);
}

void
hand_identity (Hand *hand, guint64 channel, const Somebody *who)
{
  Lanyard__Identity identity = LANYARD__IDENTITY__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData cert;
  gsize len;

  identity.list.data = (guint8 *) g_bytes_get_data (who->list, &len);
  identity.list.len = len;
  cert.data = (guint8 *) g_bytes_get_data (who->cert, &len);
  cert.len = len;
  identity.certs = &cert;
  identity.n_certs = 1;
  frame.body_case = LANYARD__FRAME__BODY_IDENTITY;
  frame.identity = &identity;
  hand_feed (hand, channel, &frame);
}

guint64
hand_meet (Hand *hand, const Somebody *who)
{
  guint64 channel = hand_up (hand, who);

  hand_identity (hand, channel, who);
  return channel;
}

GBytes *
hand_record (Somebody *author, const LanAccountId *other, const char *text,
             void (*bend) (LanRecordView *view, gpointer data), gpointer data)
{
  Lanyard__Text body = LANYARD__TEXT__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  g_autoptr (GBytes) bytes = NULL;
  LanRecordView view = { 0 };
  guint8 *out = g_malloc0 (LAN_RECORD_MAX_BYTES);
  gsize signed_len, len;

  body.text = (char *) text;
  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &body;
  bytes = lan_content_encode (&content);
  lan_conversation_id_of_pair (&view.conversation, id_of (author), other);
  view.device = *lan_device_keys_id (author->device);
  view.seq = ++author->seq;
  view.previous = author->previous;
  view.hlc = ++author->hlc;
  view.kind = LAN_KIND_TEXT;
  view.content = g_bytes_get_data (bytes, &view.content_len);
  memset (view.message.b, 7, sizeof view.message.b);
  memcpy (view.message.b, &view.seq, sizeof view.seq);
  if (bend != NULL)
    bend (&view, data);
  signed_len = lan_record_encode (&view, out, LAN_RECORD_MAX_BYTES);
  lan_device_keys_sign (author->device, LAN_SIGN_RECORD, out, signed_len, out + signed_len);
  len = signed_len + LAN_RECORD_SIGNATURE_BYTES;
  lan_hash_256 (&author->previous, out, len);
  return g_bytes_new_take (out, len);
}

void
hand_give (Hand *hand, guint64 channel, GBytes *record)
{
  Lanyard__Records records = LANYARD__RECORDS__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  ProtobufCBinaryData item;
  gsize len;

  item.data = (guint8 *) g_bytes_get_data (record, &len);
  item.len = len;
  records.records = &item;
  records.n_records = 1;
  frame.body_case = LANYARD__FRAME__BODY_RECORDS;
  frame.records = &records;
  hand_feed (hand, channel, &frame);
  g_bytes_unref (record);
}

void
hand_vector (Hand *hand, guint64 channel, const LanAccountId *other, const LanDeviceId *device,
             guint64 seq, const LanHash *hash)
{
  Lanyard__LogHead head = LANYARD__LOG_HEAD__INIT;
  Lanyard__LogHead *heads[] = { &head };
  Lanyard__Vector vector = LANYARD__VECTOR__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  LanConversationId id;

  lan_conversation_id_of_pair (&id, id_of (hand->self), other);
  head.device = (ProtobufCBinaryData){ sizeof device->b, (guint8 *) device->b };
  head.seq = seq;
  head.hash = (ProtobufCBinaryData){ sizeof hash->b, (guint8 *) hash->b };
  vector.conversation = (ProtobufCBinaryData){ sizeof id.b, id.b };
  vector.heads = heads;
  vector.n_heads = 1;
  frame.body_case = LANYARD__FRAME__BODY_VECTOR;
  frame.vector = &vector;
  hand_feed (hand, channel, &frame);
}
