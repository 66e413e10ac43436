/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-bulk-private.h"

#include "lan-engine-files.h"

#define LANE_BIT  (G_GUINT64_CONSTANT (1) << 62) /* names of bulk lanes, beside channels' */
#define REOPEN_US (1 * G_USEC_PER_SEC)           /* after a lane that was lost */
#define TICK_US   (2 * G_USEC_PER_SEC)
#define IDLE_US   (10 * G_USEC_PER_SEC)

struct _LanEngineBulkLane {
  guint64 id;
  LanAccountId account;
  gboolean is_ours;
  LanPumpLane *lane;
};

static void
lane_free (gpointer data)
{
  LanEngineBulkLane *lane = data;

  lan_pump_lane_free (lane->lane);
  g_free (lane);
}

void
lan_engine_bulk_enter (LanEngineBulk *bulk)
{
  lan_engine_read_clock (bulk->engine);
  lan_engine_touch (bulk->engine);
}

LanEngineBulkPerson *
lan_engine_bulk_person (LanEngineBulk *bulk, const LanAccountId *account)
{
  LanEngineBulkPerson *person = g_hash_table_lookup (bulk->persons, account);

  if (person == NULL) {
    person = g_new0 (LanEngineBulkPerson, 1);
    person->account = *account;
    g_hash_table_insert (bulk->persons, &person->account, person);
  }
  return person;
}

LanEngineBulkLane *
lan_engine_bulk_lane_to (LanEngineBulk *bulk, const LanAccountId *account, guint *n)
{
  GHashTableIter iter;
  LanEngineBulkLane *lane, *found = NULL;

  *n = 0;
  g_hash_table_iter_init (&iter, bulk->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane)) {
    if (!lan_account_id_equal (&lane->account, account))
      continue;
    ++*n;
    if (found == NULL || lane->id > found->id)
      found = lane;
  }
  return found;
}

/* -- what the pump says -- */

static void
on_leaves (guint64 channel, const LanMessageId *id, const LanTransferLeaf *leaves, gsize n,
           const GError *error, gpointer data)
{
  LanEngineBulk *bulk = data;

  lan_engine_bulk_enter (bulk);
  lan_transfers_leaves (lan_engine_files_machine (bulk->engine->files), channel, id, leaves, n,
                        error, bulk->engine->now);
}

static void
on_served (guint64 channel, const LanMessageId *id, guint64 n, guint64 bytes, const GError *error,
           gpointer data)
{
  LanEngineBulk *bulk = data;

  lan_engine_bulk_enter (bulk);
  lan_transfers_served (lan_engine_files_machine (bulk->engine->files), channel, id, n, bytes,
                        error, bulk->engine->now);
}

static gboolean
is_for_files (LanFrameType type)
{
  return (type >= LAN_FRAME_FILE_HASHES_REQUEST && type <= LAN_FRAME_FILE_STATE &&
          type != LAN_FRAME_FILE_BLOCK) ||
         (type >= LAN_FRAME_FILE_MANIFEST_REQUEST && type <= LAN_FRAME_FILE_HAVE);
}

static void
on_frame (guint64 channel, const guint8 *data, gsize len, gpointer user_data)
{
  LanEngineBulk *bulk = user_data;
  g_autoptr (LanFrame) frame = NULL;
  LanStatus status = lan_frame_decode (data, len, &frame);

  lan_engine_bulk_enter (bulk);
  if (status == LAN_STATUS_OK && lan_frame_type (frame) == LAN_FRAME_UNKNOWN)
    return;
  if (status == LAN_STATUS_OK)
    status = is_for_files (lan_frame_type (frame))
                 ? lan_transfers_frame (lan_engine_files_machine (bulk->engine->files), channel,
                                        frame, bulk->engine->now)
                 : LAN_STATUS_MALFORMED;
  if (status == LAN_STATUS_LIMIT || status == LAN_STATUS_MALFORMED ||
      status == LAN_STATUS_OVERSIZED)
    lan_engine_bulk_close (bulk, channel);
}

static void
forget_lane (LanEngineBulk *bulk, LanEngineBulkLane *lane)
{
  LanEngineBulkPerson *person = lan_engine_bulk_person (bulk, &lane->account);
  guint64 id = lane->id;

  person->next_us = MAX (person->next_us, bulk->engine->now.mono_us + REOPEN_US);
  bulk->tick_us = MIN (bulk->tick_us, person->next_us);
  g_hash_table_remove (bulk->lanes, &id);
  lan_transfers_channel_down (lan_engine_files_machine (bulk->engine->files), id,
                              bulk->engine->now);
}

static void
on_closed (guint64 channel, gpointer data)
{
  LanEngineBulk *bulk = data;
  LanEngineBulkLane *lane = g_hash_table_lookup (bulk->lanes, &channel);

  lan_engine_bulk_enter (bulk);
  if (lane != NULL)
    forget_lane (bulk, lane);
}

/* -- lanes -- */

void
lan_engine_bulk_take_lane (LanEngineBulk *bulk, const LanAccountId *account, gboolean is_ours,
                           LanBulkLane *made)
{
  LanEngineBulkLane *lane = g_new0 (LanEngineBulkLane, 1);

  lane->id = LANE_BIT | ++bulk->last_lane;
  lane->account = *account;
  lane->is_ours = is_ours;
  lan_bulk_lane_set_limiter (made, bulk->rate);
  lane->lane = lan_pump_add_lane (bulk->pump, lane->id, made);
  g_hash_table_insert (bulk->lanes, &lane->id, lane);
  bulk->tick_us = MIN (bulk->tick_us, bulk->engine->now.mono_us + TICK_US);
  lan_transfers_channel_up (lan_engine_files_machine (bulk->engine->files), lane->id, account,
                            LAN_CARRIES_BULK, G_MAXUINT32, bulk->engine->now);
}

/* -- what the others ask -- */

void
lan_engine_bulk_want (LanEngineBulk *bulk, const LanAccountId *account, gboolean on)
{
  LanEngineBulkPerson *person = lan_engine_bulk_person (bulk, account);

  person->wanted = on;
  if (on)
    lan_engine_bulk_consider (bulk, person);
}

void
lan_engine_bulk_on_channel (LanEngineBulk *bulk, guint64 channel, const LanAccountId *account,
                            gboolean is_up)
{
  LanEngineBulkPerson *person;

  if (!is_up) {
    g_hash_table_remove (bulk->channels, &channel);
    lan_engine_bulk_opening_drop (bulk, channel);
    return;
  }
  g_hash_table_add (bulk->channels, g_memdup2 (&channel, sizeof channel));
  person = g_hash_table_lookup (bulk->persons, account);
  if (person == NULL)
    return;
  person->next_us = MIN (person->next_us, bulk->engine->now.mono_us);
  lan_engine_bulk_consider (bulk, person);
}

gboolean
lan_engine_bulk_send (LanEngineBulk *bulk, guint64 channel, GBytes *frame)
{
  LanEngineBulkLane *lane = g_hash_table_lookup (bulk->lanes, &channel);

  if (lane != NULL)
    lan_pump_lane_send (lane->lane, frame);
  else if ((channel & LANE_BIT) != 0)
    g_bytes_unref (frame);
  return (channel & LANE_BIT) != 0;
}

void
lan_engine_bulk_serve (LanEngineBulk *bulk, const LanTransferAction *action, LanDiskFile *file)
{
  LanEngineBulkLane *lane = g_hash_table_lookup (bulk->lanes, &action->serve.channel);

  if (lane == NULL) {
    lan_disk_file_unref (file);
    return;
  }
  lan_pump_lane_serve (lane->lane, &action->id, &action->serve.name, file, action->serve.first,
                       action->serve.count);
}

void
lan_engine_bulk_cancel (LanEngineBulk *bulk, const LanTransferAction *action)
{
  LanEngineBulkLane *lane = g_hash_table_lookup (bulk->lanes, &action->serve.channel);

  if (lane != NULL)
    lan_pump_lane_cancel (lane->lane, &action->id, &action->serve.name, action->serve.first,
                          action->serve.count);
}

void
lan_engine_bulk_set_target (LanEngineBulk *bulk, const LanMessageId *id, LanDiskFile *file)
{
  lan_pump_set_target (bulk->pump, id, file);
}

gboolean
lan_engine_bulk_close (LanEngineBulk *bulk, guint64 channel)
{
  LanEngineBulkLane *lane = g_hash_table_lookup (bulk->lanes, &channel);

  if (lane != NULL)
    lan_bulk_lane_close (lan_pump_lane_get (lane->lane));
  return lane != NULL;
}

void
lan_engine_bulk_drop (LanEngineBulk *bulk, const LanAccountId *account)
{
  g_autoptr (GList) all = g_hash_table_get_values (bulk->lanes);

  for (GList *l = all; l != NULL; l = l->next) {
    LanEngineBulkLane *lane = l->data;

    if (lan_account_id_equal (&lane->account, account))
      lan_bulk_lane_close (lan_pump_lane_get (lane->lane));
  }
}

LanBulkRate *
lan_engine_bulk_rate (LanEngineBulk *bulk)
{
  return bulk->rate;
}

void
lan_engine_bulk_set_limit (LanEngineBulk *bulk, guint64 bytes_per_s)
{
  lan_bulk_rate_set (bulk->rate, bytes_per_s);
}

/* -- time -- */

/* A lane that we opened and nobody uses; one whose keys are old gives way to a new one first. */
static void
look_at_lane (LanEngineBulk *bulk, LanEngineBulkLane *lane)
{
  LanEngineBulkPerson *person = lan_engine_bulk_person (bulk, &lane->account);
  LanBulkLane *made = lan_pump_lane_get (lane->lane);
  LanBulkStats stats;
  guint n;

  lan_bulk_lane_get_stats (made, &stats);
  if (!lane->is_ours)
    return;
  if (!person->wanted && stats.idle_us >= IDLE_US)
    lan_bulk_lane_close (made);
  else if (lan_engine_bulk_lane_to (bulk, &lane->account, &n) != lane && stats.idle_us >= TICK_US)
    lan_bulk_lane_close (made);
  else if (person->wanted && n == 1 && stats.age_us >= LAN_BULK_RENEW_US &&
           bulk->engine->now.mono_us >= person->next_us)
    lan_engine_bulk_open_lane (bulk, person);
}

void
lan_engine_bulk_run (LanEngineBulk *bulk)
{
  g_autoptr (GList) lanes = NULL;
  GHashTableIter iter;
  LanEngineBulkPerson *person;
  gint64 now = bulk->engine->now.mono_us;

  if (now < bulk->tick_us)
    return;
  bulk->tick_us = LAN_NO_DEADLINE;
  g_hash_table_iter_init (&iter, bulk->persons);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &person)) {
    lan_engine_bulk_consider (bulk, person);
    if (person->wanted || person->asked)
      bulk->tick_us = MIN (bulk->tick_us, MAX (person->next_us, now + TICK_US));
  }
  lanes = g_hash_table_get_values (bulk->lanes);
  for (GList *l = lanes; l != NULL; l = l->next)
    look_at_lane (bulk, l->data);
  if (lanes != NULL)
    bulk->tick_us = MIN (bulk->tick_us, now + TICK_US);
}

gint64
lan_engine_bulk_deadline (LanEngineBulk *bulk)
{
  return bulk->tick_us;
}

/* -- making and freeing -- */

LanEngineBulk *
lan_engine_bulk_new (LanEngine *engine)
{
  static const LanPumpEvents events = { on_leaves, on_served, on_frame, on_closed };
  LanEngineBulk *bulk = g_new0 (LanEngineBulk, 1);

  bulk->engine = engine;
  bulk->pump = lan_pump_new (engine->context, &events, bulk);
  bulk->rate = lan_bulk_rate_new (0);
  bulk->persons = g_hash_table_new_full (lan_account_id_hash, lan_account_id_equal, NULL, g_free);
  bulk->lanes = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, lane_free);
  bulk->openings = g_ptr_array_new_with_free_func (lan_engine_bulk_opening_free);
  bulk->channels = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  bulk->tick_us = LAN_NO_DEADLINE;
  return bulk;
}

void
lan_engine_bulk_free (LanEngineBulk *bulk)
{
  if (bulk == NULL)
    return;
  g_ptr_array_unref (bulk->openings);
  g_hash_table_unref (bulk->lanes);
  lan_pump_free (bulk->pump);
  lan_bulk_rate_unref (bulk->rate);
  g_hash_table_unref (bulk->persons);
  g_hash_table_unref (bulk->channels);
  g_free (bulk);
}
