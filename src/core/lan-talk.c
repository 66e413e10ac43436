/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A talk: the conversation of two people. Keeps its logs' ends, what the other's devices hold, the
 * newest own records (the tail) and the ids of the newest records of the other.
 */
#include "lan-core-private.h"

static void
tail_entry_clear (LanTailEntry *entry)
{
  g_clear_pointer (&entry->blob, g_bytes_unref);
}

static void
log_free (LanCoreLog *log)
{
  g_clear_pointer (&log->waiting, g_hash_table_unref);
  g_free (log);
}

LanCoreTalk *
lan_talk_new (const LanConversationId *id, LanCorePerson *peer)
{
  LanCoreTalk *talk = g_new0 (LanCoreTalk, 1);

  talk->row.conversation = *id;
  talk->row.peer = peer->row.account;
  talk->peer = peer;
  talk->logs = g_ptr_array_new_with_free_func ((GDestroyNotify) log_free);
  talk->holdings = g_array_new (FALSE, FALSE, sizeof (LanHolding));
  talk->recent_set = g_hash_table_new (lan_message_id_hash, lan_message_id_equal);
  talk->tail = g_array_new (FALSE, FALSE, sizeof (LanTailEntry));
  g_array_set_clear_func (talk->tail, (GDestroyNotify) tail_entry_clear);
  g_queue_init (&talk->recent);
  g_queue_init (&talk->deferred);
  return talk;
}

LanCoreTalk *
lan_core_load_talk (LanCore *core, const LanConversationId *id, LanCorePerson *peer)
{
  LanCoreTalk *talk = lan_talk_new (id, peer);

  talk->own = lan_talk_add_log (talk, &core->self_device, TRUE);
  peer->talk = talk;
  g_hash_table_insert (core->talks, &talk->row.conversation, talk);
  return talk;
}

LanCoreTalk *
lan_core_get_talk (LanCore *core, LanCorePerson *person)
{
  LanConversationId id;
  LanCoreTalk *talk = person->talk;

  if (talk == NULL) {
    lan_conversation_id_of_pair (&id, &core->self, &person->row.account);
    talk = lan_core_load_talk (core, &id, person);
    talk->request_counted = TRUE;
  }
  if (!talk->kept) {
    lan_core_keep_person (core, person);
    lan_core_touch_talk (core, talk);
  }
  return talk;
}

void
lan_core_free_talk (LanCoreTalk *talk)
{
  lan_conversation_row_clear (&talk->row);
  g_ptr_array_unref (talk->logs);
  g_array_unref (talk->holdings);
  g_clear_pointer (&talk->mails, g_array_unref);
  g_hash_table_unref (talk->recent_set);
  g_array_unref (talk->tail);
  g_queue_clear_full (&talk->recent, g_free);
  g_queue_clear_full (&talk->deferred, (GDestroyNotify) lan_deferred_free);
  g_free (talk);
}

LanCoreLog *
lan_talk_find_log (LanCoreTalk *talk, const LanDeviceId *device)
{
  for (guint i = 0; i < talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if (lan_device_id_equal (&log->device, device))
      return log;
  }
  return NULL;
}

LanCoreLog *
lan_talk_add_log (LanCoreTalk *talk, const LanDeviceId *device, gboolean own)
{
  LanCoreLog *log = lan_talk_find_log (talk, device);

  if (log != NULL || talk->logs->len >= LAN_CORE_MAX_LOGS)
    return log;
  log = g_new0 (LanCoreLog, 1);
  log->talk = talk;
  log->device = *device;
  log->own = own;
  g_ptr_array_add (talk->logs, log);
  return log;
}

LanHolding *
lan_talk_holding (LanCoreTalk *talk, const LanDeviceId *holder, const LanDeviceId *author)
{
  LanHolding fresh = { *holder, *author, 0, { { 0 } }, FALSE };

  for (guint i = 0; i < talk->holdings->len; i++) {
    LanHolding *holding = &g_array_index (talk->holdings, LanHolding, i);

    if (lan_device_id_equal (&holding->holder, holder) &&
        lan_device_id_equal (&holding->author, author))
      return holding;
  }
  g_array_append_val (talk->holdings, fresh);
  return &g_array_index (talk->holdings, LanHolding, talk->holdings->len - 1);
}

gboolean
lan_talk_holds_something (const LanCoreTalk *talk, const LanDeviceId *holder)
{
  for (guint i = 0; i < talk->holdings->len; i++) {
    const LanHolding *holding = &g_array_index (talk->holdings, LanHolding, i);

    if (holding->seq > 0 && lan_device_id_equal (&holding->holder, holder))
      return TRUE;
  }
  return FALSE;
}

guint64
lan_talk_delivered (LanCoreTalk *talk, const LanDeviceId *author)
{
  guint64 seq = 0;

  for (guint i = 0; i < talk->holdings->len; i++) {
    const LanHolding *holding = &g_array_index (talk->holdings, LanHolding, i);

    if (lan_device_id_equal (&holding->author, author))
      seq = MAX (seq, holding->seq);
  }
  return seq;
}

/* What was remembered may not have been kept: whether it comes again is the history's to say. */
void
lan_talk_forget_recent (LanCoreTalk *talk)
{
  g_hash_table_remove_all (talk->recent_set);
  g_queue_clear_full (&talk->recent, g_free);
}

/* FALSE: one of the newest records of the other had this id already. */
gboolean
lan_talk_remember (LanCoreTalk *talk, const LanMessageId *message)
{
  LanMessageId *copy;

  if (g_hash_table_contains (talk->recent_set, message))
    return FALSE;
  if (talk->recent.length >= LAN_CORE_RECENT_IDS) {
    LanMessageId *oldest = g_queue_pop_head (&talk->recent);

    g_hash_table_remove (talk->recent_set, oldest);
    g_free (oldest);
  }
  copy = g_new (LanMessageId, 1);
  *copy = *message;
  g_queue_push_tail (&talk->recent, copy);
  g_hash_table_add (talk->recent_set, copy);
  return TRUE;
}

static guint
tail_length (const LanCoreTalk *talk)
{
  return talk->tail->len - talk->tail_start;
}

static LanTailEntry *
tail_nth (LanCoreTalk *talk, guint n)
{
  return &g_array_index (talk->tail, LanTailEntry, talk->tail_start + n);
}

LanTailEntry *
lan_talk_tail_entry (LanCoreTalk *talk, guint64 seq)
{
  if (tail_length (talk) == 0 || seq < tail_nth (talk, 0)->seq ||
      seq - tail_nth (talk, 0)->seq >= tail_length (talk))
    return NULL;
  return tail_nth (talk, (guint) (seq - tail_nth (talk, 0)->seq));
}

LanTailEntry *
lan_talk_tail_find (LanCoreTalk *talk, const LanMessageId *message)
{
  for (guint i = tail_length (talk); i > 0; i--) {
    LanTailEntry *entry = tail_nth (talk, i - 1);

    if (lan_message_id_equal (&entry->message, message))
      return entry;
  }
  return NULL;
}

/* The cleared slots in front go once they are many, so that it costs little per entry. */
static void
tail_drop_first (LanCoreTalk *talk, guint n)
{
  for (guint i = 0; i < n; i++)
    tail_entry_clear (tail_nth (talk, i));
  talk->tail_start += n;
  if (talk->tail_start > LAN_CORE_TAIL_KEEP && talk->tail_start > talk->tail->len / 2) {
    g_array_remove_range (talk->tail, 0, talk->tail_start);
    talk->tail_start = 0;
  }
}

static void
drop_blob (LanCoreTalk *talk, LanTailEntry *entry)
{
  if (entry->blob == NULL)
    return;
  talk->tail_bytes -= g_bytes_get_size (entry->blob);
  g_clear_pointer (&entry->blob, g_bytes_unref);
}

void
lan_talk_tail_clear (LanCoreTalk *talk)
{
  g_array_set_size (talk->tail, 0);
  talk->tail_start = 0;
  talk->tail_bytes = 0;
}

/* The blob (transfer none) is kept only while it is likely to be sent from memory. */
void
lan_talk_tail_add (LanCoreTalk *talk, const LanTailEntry *entry)
{
  LanTailEntry copy = *entry;
  guint length = tail_length (talk);

  if (length > 0 && tail_nth (talk, length - 1)->seq + 1 != entry->seq)
    lan_talk_tail_clear (talk);
  if (talk->peer->active == NULL ||
      talk->tail_bytes + g_bytes_get_size (entry->blob) > LAN_CORE_TAIL_BYTES)
    copy.blob = NULL;
  if (copy.blob != NULL) {
    talk->tail_bytes += g_bytes_get_size (copy.blob);
    g_bytes_ref (copy.blob);
  }
  g_array_append_val (talk->tail, copy);
}

/* Blobs that the other has are not needed; ids stay for the states that are still to come. */
void
lan_talk_tail_trim (LanCoreTalk *talk)
{
  guint64 delivered = lan_talk_delivered (talk, &talk->own->device);
  guint length = tail_length (talk);
  guint drop = 0;

  while (length - drop > LAN_CORE_TAIL_KEEP &&
         tail_nth (talk, drop)->seq <= talk->own->committed.seq &&
         (tail_nth (talk, drop)->seq <= delivered || length - drop > LAN_CORE_TAIL_MAX))
    drop_blob (talk, tail_nth (talk, drop++));
  tail_drop_first (talk, drop);
  length = tail_length (talk);
  for (guint i = 0; i < length && tail_nth (talk, i)->seq <= delivered; i++)
    drop_blob (talk, tail_nth (talk, i));
}

/* Forgets entries after @last_seq: their commit failed. */
void
lan_talk_tail_cut (LanCoreTalk *talk, guint64 last_seq)
{
  guint length = tail_length (talk);

  while (length > 0 && tail_nth (talk, length - 1)->seq > last_seq) {
    drop_blob (talk, tail_nth (talk, length - 1));
    g_array_set_size (talk->tail, talk->tail->len - 1);
    length--;
  }
}

gboolean
lan_talk_has_records (const LanCoreTalk *talk)
{
  if (talk->deferred.length > 0)
    return TRUE;
  for (guint i = 0; i < talk->logs->len; i++) {
    const LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if (log->own && log->head.seq > 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
lan_talk_has_waiting (LanCoreTalk *talk)
{
  if (talk->own->committed.seq > lan_talk_delivered (talk, &talk->own->device))
    return TRUE;
  return talk->own->head.seq > talk->own->committed.seq || talk->deferred.length > 0;
}
