/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Frames of the file types: built here, and the small ones that only carry a state read here. */
#include "lan-transfers-private.h"

#define FRAME_OVERHEAD 64 /* field tags, id, numbers: measured below 48 */

static void
push_frame (LanTransfers *t, LanTransferChannel *ch, const LanFrame *frame, gboolean bulk)
{
  LanTransferAction *action;

  if (ch->carries == LAN_CARRIES_LEFT)
    return; /* nobody is at the other end */
  action = lan_transfers_push (t, LAN_TRANSFER_ACTION_SEND);
  action->send.channel = ch->id;
  action->send.frame = lan_frame_encode (frame);
  action->send.bulk = bulk;
  if (bulk) {
    gsize len = g_bytes_get_size (action->send.frame);

    ch->room = ch->room > len ? ch->room - len : 0;
  }
}

static ProtobufCBinaryData
id_field (const LanMessageId *id)
{
  return (ProtobufCBinaryData){ .len = sizeof id->b, .data = (guint8 *) id->b };
}

void
lan_transfer_send_state (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                         Lanyard__FileStateKind kind, const char *code, guint64 done)
{
  Lanyard__FileState state = LANYARD__FILE_STATE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  state.offer = id_field (id);
  state.state = kind;
  if (code != NULL)
    state.code = (char *) code;
  state.done = done;
  frame.body_case = LANYARD__FRAME__BODY_FILE_STATE;
  frame.file_state = &state;
  push_frame (t, ch, &frame, FALSE);
}

void
lan_transfer_tell (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch)
{
  Lanyard__FileStateKind kind;

  if (one->detail.is_group) {
    lan_transfer_group_tell (t, one);
    return;
  }
  if (ch == NULL)
    ch = lan_transfer_channel_to (t, &one->row.peer, TRUE);
  if (ch == NULL || (!one->row.incoming && !one->out.is_offered))
    return;
  switch (one->row.state) {
  case LAN_TRANSFER_PAUSED:
    kind = LANYARD__FILE_STATE_KIND__FILE_PAUSED;
    /* Who is only held up by the other says nothing of it. */
    if (!one->detail.is_paused)
      return;
    break;
  case LAN_TRANSFER_ACCEPTED:
  case LAN_TRANSFER_RUNNING:
  case LAN_TRANSFER_VERIFYING:
    if (!one->row.incoming)
      return;
    kind = LANYARD__FILE_STATE_KIND__FILE_ACCEPTED;
    break;
  case LAN_TRANSFER_DONE:
    if (!one->row.incoming)
      return;
    kind = LANYARD__FILE_STATE_KIND__FILE_DONE;
    break;
  case LAN_TRANSFER_DECLINED:
    if (!one->row.incoming)
      return;
    kind = LANYARD__FILE_STATE_KIND__FILE_DECLINED;
    break;
  case LAN_TRANSFER_CANCELLED:
    kind = LANYARD__FILE_STATE_KIND__FILE_CANCELLED;
    break;
  case LAN_TRANSFER_FAILED:
    kind = LANYARD__FILE_STATE_KIND__FILE_FAILED;
    break;
  case LAN_TRANSFER_OFFERED:
    /* The record may have gone out before a restart, and may have been answered meanwhile. */
    if (one->row.incoming || !one->out.is_reloaded)
      return;
    kind = LANYARD__FILE_STATE_KIND__FILE_OFFERED;
    break;
  case LAN_TRANSFER_N:
  default:
    return;
  }
  lan_transfer_send_state (t, ch, lan_transfer_name_on (one, ch), kind, one->row.error,
                           one->row.done);
}

void
lan_transfer_send_request (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                           gboolean hashes, guint64 first, guint32 count)
{
  Lanyard__FileHashesRequest ask_hashes = LANYARD__FILE_HASHES_REQUEST__INIT;
  Lanyard__FileRequest ask = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  if (ch->carries == LAN_CARRIES_LEFT) {
    if (hashes)
      lan_left_ask_hashes (t, ch, first, count);
    else
      lan_left_ask_leaf (t, ch, first);
    return;
  }
  if (hashes) {
    ask_hashes.offer = id_field (id);
    ask_hashes.first = first;
    ask_hashes.count = count;
    frame.body_case = LANYARD__FRAME__BODY_FILE_HASHES_REQUEST;
    frame.file_hashes_request = &ask_hashes;
  } else {
    ask.offer = id_field (id);
    ask.first = first;
    ask.count = count;
    frame.body_case = LANYARD__FRAME__BODY_FILE_REQUEST;
    frame.file_request = &ask;
  }
  push_frame (t, ch, &frame, FALSE);
}

void
lan_transfer_send_cancel (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                          guint64 first, guint32 count)
{
  Lanyard__FileRequest ask = LANYARD__FILE_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  ask.offer = id_field (id);
  ask.first = first;
  ask.count = count;
  ask.cancel = TRUE;
  frame.body_case = LANYARD__FRAME__BODY_FILE_REQUEST;
  frame.file_request = &ask;
  push_frame (t, ch, &frame, FALSE);
}

void
lan_transfer_send_have (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *name,
                        Lanyard__FileHaveKind kind, guint64 first, const guint8 *bits, gsize len,
                        gboolean ask)
{
  Lanyard__FileHave have = LANYARD__FILE_HAVE__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  have.name = id_field (name);
  have.kind = kind;
  have.first = first;
  have.bits = (ProtobufCBinaryData){ .len = len, .data = (guint8 *) bits };
  have.ask = ask;
  frame.body_case = LANYARD__FRAME__BODY_FILE_HAVE;
  frame.file_have = &have;
  push_frame (t, ch, &frame, FALSE);
}

void
lan_transfer_send_manifest_request (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                                    guint64 offset, guint32 length)
{
  Lanyard__FileManifestRequest ask = LANYARD__FILE_MANIFEST_REQUEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  if (ch->carries == LAN_CARRIES_LEFT) {
    lan_left_ask_manifest (t, ch, offset, length);
    return;
  }
  ask.offer = id_field (id);
  ask.offset = offset;
  ask.length = length;
  frame.body_case = LANYARD__FRAME__BODY_FILE_MANIFEST_REQUEST;
  frame.file_manifest_request = &ask;
  push_frame (t, ch, &frame, FALSE);
}

void
lan_transfer_send_manifest (LanTransfers *t, LanTransferChannel *ch, const LanMessageId *id,
                            guint64 offset, const guint8 *data, gsize len)
{
  Lanyard__FileManifest page = LANYARD__FILE_MANIFEST__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;

  page.offer = id_field (id);
  page.offset = offset;
  page.data = (ProtobufCBinaryData){ .len = len, .data = (guint8 *) data };
  frame.body_case = LANYARD__FRAME__BODY_FILE_MANIFEST;
  frame.file_manifest = &page;
  push_frame (t, ch, &frame, FALSE);
}

gsize
lan_transfer_piece_size (gsize len)
{
  return len + FRAME_OVERHEAD;
}

void
lan_transfer_send_piece (LanTransfers *t, LanTransferChannel *ch, const LanReadyBlock *block,
                         gsize len)
{
  Lanyard__FileHashes hashes = LANYARD__FILE_HASHES__INIT;
  Lanyard__FileBlock piece = LANYARD__FILE_BLOCK__INIT;
  LanFrame frame = LANYARD__FRAME__INIT;
  guint8 *data = (guint8 *) g_bytes_get_data (block->bytes, NULL) + block->sent;
  ProtobufCBinaryData bytes = { .len = len, .data = data };

  if (block->hashes) {
    hashes.offer = id_field (&block->name);
    hashes.first = block->index;
    hashes.hashes = bytes;
    frame.body_case = LANYARD__FRAME__BODY_FILE_HASHES;
    frame.file_hashes = &hashes;
  } else {
    piece.offer = id_field (&block->name);
    piece.leaf = block->index;
    piece.offset = (guint32) block->sent;
    piece.data = bytes;
    frame.body_case = LANYARD__FRAME__BODY_FILE_BLOCK;
    frame.file_block = &piece;
  }
  push_frame (t, ch, &frame, TRUE);
}

/* The other side's reason, in words of ours: its own would be shown as if we had said them. */
static void
fail_for_peer (LanTransfers *t, LanTransferOne *one, const char *code, LanTime now)
{
  LanFileError error;
  g_autofree char *text =
      lan_file_error_from_code (code, &error)
          ? g_strdup_printf ("%s: %s", lan_file_error_text ("peer"), lan_file_error_text (code))
          : NULL;

  one->is_quiet = TRUE;
  /* What fails at the sender's stays so: a part is of no use, unless somebody else has it too. */
  if (one->row.incoming)
    lan_transfer_in_stop (t, one, one->swarm == NULL, now);
  lan_transfer_fail (t, one, LAN_FILE_ERROR_PEER, text, now);
}

void
lan_transfer_fail_for_author (LanTransfers *t, LanTransferOne *one, LanFileError code, LanTime now)
{
  if (code == LAN_FILE_ERROR_HASH) {
    lan_transfer_fail (t, one, code, NULL, now);
  } else if (code == LAN_FILE_ERROR_CHANGED) {
    one->is_quiet = TRUE;
    lan_transfer_fail (t, one, code, NULL, now);
  } else {
    fail_for_peer (t, one, code != LAN_FILE_ERROR_PEER ? lan_file_error_code (code) : NULL, now);
  }
}

/* What failed at the receiver may be tried again by the receiver; what failed here not. */
static gboolean
is_revivable (const LanTransferOne *one)
{
  return one->row.state == LAN_TRANSFER_FAILED && g_strcmp0 (one->row.error, "peer") == 0;
}

/* The receiver says how it stands with what we offered. */
static LanStatus
on_state_of_outgoing (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                      const Lanyard__FileState *state, LanTime now)
{
  LanTransferState next = LAN_TRANSFER_N;

  switch (state->state) {
  case LANYARD__FILE_STATE_KIND__FILE_ACCEPTED:
    if (one->row.state == LAN_TRANSFER_PAUSED && one->detail.is_paused)
      lan_transfer_tell (t, one, ch);
    else if (one->row.state == LAN_TRANSFER_OFFERED || one->row.state == LAN_TRANSFER_PAUSED ||
             is_revivable (one))
      next = LAN_TRANSFER_ACCEPTED;
    else if (lan_transfer_is_over (one))
      lan_transfer_tell (t, one, ch);
    if (!lan_transfer_is_over (one) || next == LAN_TRANSFER_ACCEPTED)
      one->row.done = MIN (state->done, one->row.size);
    break;
  case LANYARD__FILE_STATE_KIND__FILE_DONE:
    next = LAN_TRANSFER_DONE;
    break;
  case LANYARD__FILE_STATE_KIND__FILE_DECLINED:
    next = LAN_TRANSFER_DECLINED;
    break;
  case LANYARD__FILE_STATE_KIND__FILE_CANCELLED:
    next = LAN_TRANSFER_CANCELLED;
    break;
  case LANYARD__FILE_STATE_KIND__FILE_FAILED:
    if (one->row.state == LAN_TRANSFER_VERIFYING)
      return LAN_STATUS_STATE;
    fail_for_peer (t, one, state->code, now);
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_OFFERED:
    if (lan_transfer_is_over (one))
      lan_transfer_tell (t, one, ch);
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_PAUSED:
    if (one->row.state == LAN_TRANSFER_RUNNING || one->row.state == LAN_TRANSFER_ACCEPTED)
      next = LAN_TRANSFER_PAUSED;
    break;
  case LANYARD__FILE_STATE_KIND__FILE_UNKNOWN:
  case LANYARD__FILE_STATE_KIND__FILE_PREPARING:
  default:
    return LAN_STATUS_OK;
  }
  /* An offer that was not even made cannot be answered. */
  if (next == LAN_TRANSFER_N || one->row.state == next)
    return LAN_STATUS_OK;
  if (one->row.state == LAN_TRANSFER_VERIFYING || !lan_transfer_may (one, next))
    return LAN_STATUS_STATE;
  one->is_quiet = TRUE;
  if (next == LAN_TRANSFER_DONE)
    one->row.done = one->row.size;
  if (next != LAN_TRANSFER_ACCEPTED && next != LAN_TRANSFER_PAUSED)
    lan_transfer_out_stop (t, one, now);
  lan_transfer_set_state (t, one, next, now);
  return LAN_STATUS_OK;
}

/* The sender says how it stands with what was offered to us. */
static LanStatus
on_state_of_incoming (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                      const Lanyard__FileState *state, LanTime now)
{
  LanFileError code;

  switch (state->state) {
  case LANYARD__FILE_STATE_KIND__FILE_OFFERED:
    if (one->row.state == LAN_TRANSFER_PAUSED && !one->detail.is_paused)
      lan_transfer_in_go_on (t, one, now);
    lan_transfer_tell (t, one, ch);
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_PAUSED:
    if (lan_transfer_may (one, LAN_TRANSFER_PAUSED))
      lan_transfer_in_hold (t, one, now);
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_CANCELLED:
    if (!lan_transfer_may (one, LAN_TRANSFER_CANCELLED) || one->row.state == LAN_TRANSFER_VERIFYING)
      return LAN_STATUS_OK;
    one->is_quiet = TRUE;
    lan_transfer_in_stop (t, one, TRUE, now);
    lan_transfer_set_state (t, one, LAN_TRANSFER_CANCELLED, now);
    lan_transfer_in_start_waiting (t, now);
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_FAILED:
    /* Everything is here already, or the other talks of an attempt that is over. */
    if (one->row.state == LAN_TRANSFER_VERIFYING || one->row.state == LAN_TRANSFER_FAILED)
      return LAN_STATUS_OK;
    if (!lan_file_error_from_code (state->code, &code))
      code = LAN_FILE_ERROR_PEER;
    if (!lan_swarm_do_without_author (t, one, code, now))
      lan_transfer_fail_for_author (t, one, code, now);
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_PREPARING:
    one->in.asked_us = now.mono_us;
    return LAN_STATUS_OK;
  case LANYARD__FILE_STATE_KIND__FILE_UNKNOWN:
  case LANYARD__FILE_STATE_KIND__FILE_ACCEPTED:
  case LANYARD__FILE_STATE_KIND__FILE_DECLINED:
  case LANYARD__FILE_STATE_KIND__FILE_DONE:
  default:
    return LAN_STATUS_OK;
  }
}

LanStatus
lan_transfer_on_state (LanTransfers *t, LanTransferOne *one, LanTransferChannel *ch,
                       const Lanyard__FileState *state, LanTime now)
{
  return one->row.incoming ? on_state_of_incoming (t, one, ch, state, now)
                           : on_state_of_outgoing (t, one, ch, state, now);
}
