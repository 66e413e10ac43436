/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What strangers may leave (DESIGN section 1.5): a number of records and of file offers each, and a
 * number of such people in all. What is over the limit is not kept, and because it does not advance
 * the vector it stays on the sender's computer, for the day they are accepted.
 */
#include "lan-core-private.h"

void
lan_core_count_request (LanCoreTalk *talk, guint16 kind)
{
  talk->request_records++;
  if (kind == LAN_KIND_FILE_OFFER)
    talk->request_offers++;
}

static guint
count_requests (LanCore *core)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, core->talks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += (((LanCoreTalk *) value)->row.flags & LAN_CONVERSATION_REQUEST) != 0;
  return n;
}

static void
tell_over (LanCore *core, LanCorePerson *person, LanCoreTalk *talk)
{
  core->counters.requests_over++;
  if (talk != NULL && !talk->over_told) {
    talk->over_told = TRUE;
    lan_core_tell_person (core, LAN_CORE_OVER_LIMIT, person);
  }
}

/* @talk: may be NULL when nothing was ever said. */
gboolean
lan_core_may_leave (LanCore *core, LanCorePerson *person, LanCoreTalk *talk, guint16 kind)
{
  /* A colleague is no stranger; who has written is a contact from then on. */
  if (person->attested && !lan_core_is_accepted (person))
    lan_core_make_accepted (core, person);
  if (lan_core_is_accepted (person))
    return TRUE;
  if (talk == NULL || !talk->kept || (talk->row.flags & LAN_CONVERSATION_REQUEST) == 0) {
    if (count_requests (core) < LAN_REQUEST_MAX_PEOPLE)
      return TRUE;
    tell_over (core, person, talk);
    return FALSE;
  }
  if (talk->request_counted && talk->request_records < LAN_REQUEST_MAX_RECORDS &&
      (kind != LAN_KIND_FILE_OFFER || talk->request_offers < LAN_REQUEST_MAX_OFFERS))
    return TRUE;
  tell_over (core, person, talk);
  return FALSE;
}

gboolean
lan_core_count_known (LanCore *core, LanCoreTalk *talk)
{
  LanCoreLog *log = NULL;
  guint64 request;
  LanAsk *ask;

  if (talk == NULL || talk->request_counted || lan_core_is_accepted (talk->peer))
    return TRUE;
  for (guint i = 0; i < talk->logs->len && log == NULL; i++) {
    LanCoreLog *other = g_ptr_array_index (talk->logs, i);

    if (!other->own && other->committed.seq > 0)
      log = other;
  }
  if (log == NULL) {
    talk->request_counted = TRUE;
    return TRUE;
  }
  ask = lan_core_ask (core, LAN_ASK_COUNT, talk, &request);
  ask->log = log;
  ask->device = log->device;
  ask->from_seq = 1;
  ask->to_seq = LAN_REQUEST_MAX_RECORDS;
  lan_core_read (core, ask, request, LAN_REQUEST_MAX_RECORDS * LAN_RECORD_MAX_BYTES);
  return FALSE;
}

void
lan_core_on_count_rows (LanCore *core, LanAsk *ask, GPtrArray *rows)
{
  LanCoreTalk *talk = ask->talk;

  /* Whoever answered nothing (a broken disk) gets no count: then nothing more is taken. */
  if (rows->len == 0 || talk->request_counted)
    return;
  talk->request_records = talk->request_offers = 0;
  for (guint i = 0; i < rows->len; i++)
    lan_core_count_request (talk, (guint16) ((LanRecordRow *) g_ptr_array_index (rows, i))->kind);
  for (guint i = 0; i < talk->logs->len; i++) {
    LanCoreLog *log = g_ptr_array_index (talk->logs, i);

    if (!log->own && log != ask->log)
      talk->request_records += (guint) MIN (log->committed.seq, LAN_REQUEST_MAX_RECORDS);
  }
  talk->request_counted = TRUE;
  lan_core_for_each_best (core, talk->peer, lan_core_send_vector);
  lan_mail_committed (core);
}
