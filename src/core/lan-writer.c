/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Own records: made, signed, linked to the one before and put into the batch. Nothing is sent from
 * here: the pump sends what is committed.
 */
#include "lan-core-private.h"

#include "lan-text.h"

#include <string.h>

/* What the screen and search show of a record; NULL for kinds without text. */
static char *
dup_text (guint32 kind, const LanContent *content)
{
  if (content == NULL)
    return NULL;
  if (kind == LAN_KIND_TEXT)
    return lan_text_clean_block (content->text->text, -1, LAN_TEXT_MAX_BYTES);
  if (kind == LAN_KIND_FILE_OFFER)
    return lan_text_clean_line (content->file_offer->name, -1, LAN_FILE_NAME_MAX_BYTES);
  if (kind == LAN_KIND_STICKER)
    return lan_text_clean_line (content->sticker->name, -1, LAN_STICKER_NAME_MAX_BYTES);
  return NULL;
}

/* @blob: (transfer full). @content: NULL for kinds that are not known here. */
LanRecordRow *
lan_core_make_row (LanCore *core, const LanRecordView *view, GBytes *blob,
                   const LanAccountId *author, const LanContent *content, guint64 order)
{
  LanRecordRow *row = g_new0 (LanRecordRow, 1);

  row->conversation = view->conversation;
  row->device = view->device;
  row->seq = view->seq;
  row->message = view->message;
  row->author = *author;
  row->hlc = view->hlc;
  row->order = order;
  row->kind = view->kind;
  row->received_ms = core->now.wall_ms;
  row->text = dup_text (view->kind, content);
  row->blob = blob;
  lan_hash_256 (&row->hash, g_bytes_get_data (blob, NULL), g_bytes_get_size (blob));
  if (lan_account_id_equal (author, &core->self))
    row->flags |= LAN_RECORD_OWN;
  if (!lan_kind_is_visible (view->kind))
    row->flags |= LAN_RECORD_HIDDEN;
  return row;
}

void
lan_core_set_opened (LanRecordRow *row, guint16 kind, GBytes *opened, const LanContent *inside)
{
  g_clear_pointer (&row->opened, g_bytes_unref);
  g_free (row->text);
  row->kind = kind;
  row->opened = opened;
  row->text = dup_text (kind, inside);
  if (lan_kind_is_visible (kind))
    row->flags &= ~(guint32) LAN_RECORD_HIDDEN;
  else
    row->flags |= LAN_RECORD_HIDDEN;
}

GBytes *
lan_core_sign_record (LanCore *core, const LanRecordView *view)
{
  gsize size = LAN_RECORD_HEAD_BYTES + view->content_len + LAN_RECORD_SIGNATURE_BYTES;
  guint8 *data = g_malloc (size);
  gsize signed_len = lan_record_encode (view, data, size);

  g_assert (signed_len > 0);
  lan_device_keys_sign (core->device, LAN_SIGN_RECORD, data, signed_len, data + signed_len);
  return g_bytes_new_take (data, size);
}

void
lan_core_write (LanCore *core, LanCoreTalk *talk, const LanMessageId *message, guint16 kind,
                LanContent *content, guint32 flags)
{
  LanCoreLog *log = talk->own;
  guint64 hlc = lan_hlc_tick (&core->hlc, core->now.wall_ms, log->head.hlc);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree LanRecordRow *row = NULL;
  LanRecordView view = { 0 };
  LanTailEntry entry = { 0 };

  content->order = MIN (MAX (hlc, talk->top_order + 1), LAN_HLC_MAX - 1);
  bytes = lan_content_encode (content);
  view.conversation = talk->row.conversation;
  view.device = log->device;
  view.seq = log->head.seq + 1;
  view.previous = log->head.hash;
  view.message = *message;
  view.hlc = hlc;
  view.kind = kind;
  view.content = g_bytes_get_data (bytes, &view.content_len);
  row = lan_core_make_row (core, &view, lan_core_sign_record (core, &view), &core->self, content,
                           content->order);
  row->flags |= flags;
  log->head = (LanLogPoint){ view.seq, row->hash, hlc, row->order };
  talk->top_order = MAX (talk->top_order, row->order);
  entry.seq = view.seq;
  entry.message = *message;
  entry.hash = row->hash;
  entry.hlc = hlc;
  entry.has_state = lan_kind_has_state (kind);
  entry.blob = row->blob;
  lan_talk_tail_add (talk, &entry);
  lan_core_add_record (core, log, row, lan_kind_is_visible (kind));
  if (kind == LAN_KIND_MESSAGE_OP)
    lan_core_note_operation (core, &talk->peer->row.account, &core->self, &view, &row->hash,
                             content, row->order);
  lan_core_hold_if_claimed (core, talk);
}

void
lan_core_run_deferred (LanCore *core, LanCoreTalk *talk)
{
  LanDeferred *deferred;

  while (!talk->restoring && (deferred = g_queue_pop_head (&talk->deferred)) != NULL) {
    lan_core_write (core, talk, &deferred->message, deferred->kind, deferred->content, 0);
    lan_deferred_free (deferred);
  }
  if (talk->receipt_due && !talk->restoring)
    lan_core_write_receipt (core, talk);
}

static LanDeferred *
defer (const LanMessageId *message, guint16 kind, const LanContent *content)
{
  LanDeferred *deferred = g_new0 (LanDeferred, 1);
  g_autoptr (GBytes) bytes = lan_content_encode (content);

  deferred->message = *message;
  deferred->kind = kind;
  if (lan_content_decode (kind, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                          &deferred->content) != LAN_STATUS_OK)
    g_assert_not_reached ();
  return deferred;
}

static void
tell_state (LanCore *core, LanCoreTalk *talk, const LanMessageId *message, LanMessageState state)
{
  LanCoreAction *event = lan_core_action_new (LAN_CORE_MESSAGE_STATE);

  event->account = talk->peer->row.account;
  event->state.conversation = talk->row.conversation;
  event->state.state = state;
  event->state.time_ms = core->now.wall_ms;
  event->state.messages = g_array_new (FALSE, FALSE, sizeof (LanMessageId));
  g_array_append_val (event->state.messages, *message);
  lan_core_push (core, event);
}

/* The same message again is no second one, but its state is told; FALSE when it is new. */
static gboolean
is_again (LanCore *core, LanCoreTalk *talk, const LanMessageId *message)
{
  LanTailEntry *entry = lan_talk_tail_find (talk, message);

  if (entry != NULL && entry->seq <= talk->own->committed.seq)
    tell_state (core, talk, message,
                entry->seq <= lan_talk_delivered (talk, &talk->own->device) ? LAN_MESSAGE_DELIVERED
                                                                            : LAN_MESSAGE_QUEUED);
  return entry != NULL;
}

/* An offer may be made again after a restart (the file was being hashed): the history is asked. */
static void
ask_offer (LanCore *core, LanCoreTalk *talk, const LanMessageId *message, guint16 kind,
           const LanContent *content)
{
  LanCoreAction *action = lan_core_action_new (LAN_CORE_FIND);
  LanAsk *ask = lan_core_ask (core, LAN_ASK_OFFER, talk, &action->find.request);

  ask->deferred = defer (message, kind, content);
  action->account = core->self;
  action->find.message = *message;
  lan_core_push (core, action);
}

LanStatus
lan_core_send_content (LanCore *core, const LanAccountId *to, const LanMessageId *message,
                       guint16 kind, LanContent *content)
{
  LanCorePerson *person = lan_core_resolve (core, to);
  LanCoreTalk *talk;

  if (lan_account_id_equal (to, &core->self))
    return LAN_STATUS_STATE;
  if (person == NULL)
    return LAN_STATUS_MISMATCH;
  if (lan_core_is_blocked (person) || person->row.trust == LAN_TRUST_REVOKED ||
      lan_message_id_is_zero (message))
    return LAN_STATUS_STATE;
  if (!lan_core_is_accepted (person))
    lan_core_make_accepted (core, person);
  talk = lan_core_get_talk (core, person);
  if (is_again (core, talk, message))
    return LAN_STATUS_OK;
  lan_core_typing_sent_off (core, person);
  if (kind == LAN_KIND_FILE_OFFER)
    ask_offer (core, talk, message, kind, content);
  else if (talk->restoring)
    g_queue_push_tail (&talk->deferred, defer (message, kind, content));
  else
    lan_core_write (core, talk, message, kind, content, 0);
  return LAN_STATUS_OK;
}

LanStatus
lan_core_send_text (LanCore *core, const LanAccountId *to, const LanMessageId *id, const char *text,
                    const LanTime *now)
{
  return lan_core_send_text_with (core, to, id, text, NULL, now);
}

static void
put_beside (LanContent *content, const LanBeside *beside)
{
  content->quote = (Lanyard__Quote *) beside->quote;
  content->forwarded = (Lanyard__Forwarded *) beside->forwarded;
  content->mentions = beside->mentions;
  content->n_mentions = beside->n_mentions;
  content->urgent = beside->urgent;
}

LanStatus
lan_core_check_content (guint16 kind, const LanContent *content)
{
  g_autoptr (GBytes) bytes = lan_content_encode (content);
  g_autoptr (LanContent) checked = NULL;

  return lan_content_decode (kind, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                             &checked);
}

LanStatus
lan_core_send_text_with (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                         const char *text, const LanBeside *beside, const LanTime *now)
{
  Lanyard__Text body = LANYARD__TEXT__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  gsize len = strlen (text);
  LanStatus status = LAN_STATUS_OK;

  core->now = *now;
  if (len > LAN_TEXT_MAX_BYTES)
    return LAN_STATUS_OVERSIZED;
  if (len == 0 || !g_utf8_validate (text, (gssize) len, NULL))
    return LAN_STATUS_MALFORMED;
  body.text = (char *) text;
  content.body_case = LANYARD__CONTENT__BODY_TEXT;
  content.text = &body;
  if (beside != NULL) {
    put_beside (&content, beside);
    status = lan_core_check_content (LAN_KIND_TEXT, &content);
  }
  if (status == LAN_STATUS_OK)
    status = lan_core_send_content (core, to, id, LAN_KIND_TEXT, &content);
  lan_core_settle (core);
  return status;
}

LanStatus
lan_core_offer_file (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                     const Lanyard__FileOffer *offer, const LanTime *now)
{
  LanContent content = LANYARD__CONTENT__INIT;
  LanStatus status;

  core->now = *now;
  content.body_case = LANYARD__CONTENT__BODY_FILE_OFFER;
  content.file_offer = (Lanyard__FileOffer *) offer;
  status = lan_core_check_content (LAN_KIND_FILE_OFFER, &content);
  if (status == LAN_STATUS_OK)
    status = lan_core_send_content (core, to, id, LAN_KIND_FILE_OFFER, &content);
  lan_core_settle (core);
  return status;
}

LanStatus
lan_core_send_body (LanCore *core, const LanAccountId *to, const LanMessageId *id, guint16 kind,
                    const LanContent *body, const LanTime *now)
{
  LanContent content = *body;
  LanStatus status = LAN_STATUS_MALFORMED;

  core->now = *now;
  if (kind == LAN_KIND_NOTE || kind == LAN_KIND_STICKER || kind == LAN_KIND_MESSAGE_OP)
    status = lan_core_check_content (kind, &content);
  if (status == LAN_STATUS_OK)
    status = lan_core_send_content (core, to, id, kind, &content);
  lan_core_settle (core);
  return status;
}

LanStatus
lan_core_record_call (LanCore *core, const LanAccountId *to, const LanMessageId *id,
                      const Lanyard__CallRecord *record, const LanTime *now)
{
  LanContent content = LANYARD__CONTENT__INIT;
  LanStatus status;

  core->now = *now;
  content.body_case = LANYARD__CONTENT__BODY_CALL_RECORD;
  content.call_record = (Lanyard__CallRecord *) record;
  status = lan_core_check_content (LAN_KIND_CALL, &content);
  if (status == LAN_STATUS_OK)
    status = lan_core_send_content (core, to, id, LAN_KIND_CALL, &content);
  lan_core_settle (core);
  return status;
}

/* One record says how far everything was read; of several readings in a row the first is told at
 * once, and the last a moment later. */
void
lan_core_write_receipt (LanCore *core, LanCoreTalk *talk)
{
  Lanyard__ReadMark mark = LANYARD__READ_MARK__INIT;
  Lanyard__ReadMark *marks[] = { &mark };
  Lanyard__ReadUpTo read = LANYARD__READ_UP_TO__INIT;
  LanContent content = LANYARD__CONTENT__INIT;
  LanMessageId id;

  lan_deadlines_cancel (core->deadlines, talk, LAN_DUE_RECEIPT);
  if (!talk->receipt_due || talk->restoring)
    return;
  talk->receipt_due = FALSE;
  talk->receipt_us = core->now.mono_us;
  if (!core->read_receipts || !lan_core_is_accepted (talk->peer) ||
      lan_core_is_blocked (talk->peer) || !lan_account_id_is_zero (&talk->peer->row.merged_into)) {
    lan_core_share_read (core, talk);
    return;
  }
  mark.device = (ProtobufCBinaryData){ sizeof talk->read_device.b, talk->read_device.b };
  mark.seq = talk->read_seq;
  mark.hlc = talk->row.own_read_hlc;
  read.marks = marks;
  read.n_marks = 1;
  content.body_case = LANYARD__CONTENT__BODY_READ_UP_TO;
  content.read_up_to = &read;
  lan_random_bytes (core->random, &id, sizeof id);
  lan_core_write (core, talk, &id, LAN_KIND_READ_UP_TO, &content, 0);
}

void
lan_core_mark_read (LanCore *core, const LanConversationId *conversation, const LanDeviceId *device,
                    guint64 seq, guint64 hlc, const LanTime *now)
{
  LanCoreTalk *talk = g_hash_table_lookup (core->talks, conversation);
  LanCoreLog *log = talk != NULL ? lan_talk_find_log (talk, device) : NULL;

  core->now = *now;
  if (talk == NULL && lan_group_mark_read (core, conversation, device, seq, hlc)) {
    lan_core_settle (core);
    return;
  }
  if (log == NULL || log->own || seq == 0 || seq > log->committed.seq || hlc > log->committed.hlc ||
      hlc <= talk->row.own_read_hlc)
    return;
  talk->row.own_read_hlc = hlc;
  talk->read_device = *device;
  talk->read_seq = seq;
  lan_core_touch_talk (core, talk);
  talk->receipt_due = TRUE;
  if (now->mono_us - talk->receipt_us >= LAN_CORE_RECEIPT_US)
    lan_core_write_receipt (core, talk);
  else
    lan_deadlines_set (core->deadlines, talk, LAN_DUE_RECEIPT,
                       talk->receipt_us + LAN_CORE_RECEIPT_US);
  lan_core_settle (core);
}

void
lan_core_quit (LanCore *core, const LanTime *now)
{
  GHashTableIter iter;
  gpointer value;

  core->now = *now;
  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    LanCoreTalk *talk = value;

    talk->restoring = FALSE;
    lan_deadlines_cancel (core->deadlines, talk, LAN_DUE_RESTORE);
    lan_core_run_deferred (core, talk);
  }
  lan_core_settle (core);
}
