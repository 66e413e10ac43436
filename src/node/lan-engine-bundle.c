/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-bundle.h"

#include "lan-engine-private.h"

/* So often the store is asked without anything having moved before the rest is left to itself: a record may
 * need an answer of the store, a commit, and one more, before it shows. */
#define PATIENCE 8

typedef struct _Call Call;
typedef void (*Then) (Call *call);

struct _Call {
  LanEngine *engine;
  LanBundleJob *job;
  GTask *task;
  Then then;  /* once the store has answered */
  guint open; /* of what was taken, when it was looked at last */
  guint same; /* so often it was as much */
};

static LanStatus
on_entry (const LanBundleEntry *entry, gpointer user_data)
{
  LanBundleJob *job = user_data;

  lan_core_bundle_take (job->engine->core, job->take, entry, &job->engine->now);
  return LAN_STATUS_OK;
}

static void
job_clear (gpointer data)
{
  LanBundleJob *job = data;

  g_clear_pointer (&job->people, g_array_unref);
  lan_bundle_plan_free (job->plan);
  lan_bundle_take_free (job->take);
  lan_bundle_reader_free (job->reader);
  g_clear_pointer (&job->out, g_byte_array_unref);
  g_clear_pointer (&job->chunk, g_byte_array_unref);
}

LanBundleJob *
lan_bundle_job_new (gboolean reading)
{
  LanBundleJob *job = g_atomic_rc_box_new0 (LanBundleJob);

  job->out = g_byte_array_new ();
  job->chunk = g_byte_array_new ();
  if (!reading)
    return job;
  job->take = lan_bundle_take_new ();
  job->reader = lan_bundle_reader_new (on_entry, job);
  return job;
}

void
lan_bundle_job_unref (LanBundleJob *job)
{
  g_atomic_rc_box_release_full (job, job_clear);
}

static Call *
call_new (LanEngine *engine, LanCommand *command)
{
  Call *call = g_new0 (Call, 1);

  call->engine = engine;
  call->job = g_atomic_rc_box_acquire (command->bundle);
  call->task = g_steal_pointer (&command->task);
  return call;
}

/* @error: (transfer full) (nullable) */
static void
reply (Call *call, GError *error)
{
  lan_engine_reply (call->engine, call->task, error);
  lan_engine_touch (call->engine);
  lan_bundle_job_unref (call->job);
  g_free (call);
}

static GError *
not_open (void)
{
  return g_error_new_literal (LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN, "the profile is not open");
}

static void on_answered (GPtrArray *rows, const GError *error, gpointer user_data);

/* .then follows once what was asked of the store before this has been answered. Nothing is kept under this
 * name. */
static void
ask_store (Call *call, Then then)
{
  static const LanMessageId none;

  call->then = then;
  lan_store_read_carried (call->engine->store, LAN_CARRIED_HELD, &none, on_answered, call);
}

static void
on_answered (GPtrArray *rows, const GError *error, gpointer user_data)
{
  Call *call = user_data;

  if (call->engine->stage != LAN_ENGINE_OPEN) {
    reply (call, not_open ());
    return;
  }
  lan_engine_read_clock (call->engine);
  lan_engine_touch (call->engine);
  call->then (call);
}

/* --- making --- */

/* A message that was sent a moment ago is to be in it. */
static void
make_plan (Call *call)
{
  LanEngine *engine = call->engine;

  if (!lan_core_bundle_prepare (engine->core, &engine->now) && call->same++ < PATIENCE) {
    ask_store (call, make_plan);
    return;
  }
  call->job->plan = lan_core_plan_bundle (engine->core, call->job->people, &engine->now);
  reply (call, NULL);
}

static void
on_rows (GPtrArray *rows, const GError *error, gpointer user_data)
{
  Call *call = user_data;
  LanEngine *engine = call->engine;

  if (engine->stage != LAN_ENGINE_OPEN) {
    reply (call, not_open ());
  } else if (rows == NULL) {
    reply (call, g_error_new (LAN_NODE_ERROR, LAN_NODE_ERROR_FAILED,
                              "the history cannot be read: %s", error->message));
  } else {
    lan_engine_read_clock (engine);
    lan_core_bundle_give_records (engine->core, call->job->plan, rows, call->job->out,
                                  &engine->now);
    reply (call, NULL);
  }
}

static void
on_letter (GPtrArray *rows, const GError *error, gpointer user_data)
{
  Call *call = user_data;
  LanEngine *engine = call->engine;
  const LanCarriedRow *row = rows != NULL && rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;

  if (engine->stage != LAN_ENGINE_OPEN) {
    reply (call, not_open ());
    return;
  }
  lan_engine_read_clock (engine);
  lan_core_bundle_give_carried (engine->core, call->job->plan, row != NULL ? row->envelope : NULL,
                                call->job->out, &engine->now);
  reply (call, NULL);
}

static void
make_piece (Call *call)
{
  LanEngine *engine = call->engine;
  LanBundleJob *job = call->job;
  LanBundleWant want;

  switch (lan_core_bundle_next (engine->core, job->plan, job->out, &want, &engine->now)) {
  case LAN_BUNDLE_NEED_RECORDS:
    lan_store_read_log (engine->store, &want.conversation, &want.device, want.from_seq, want.to_seq,
                        want.max_bytes, on_rows, call);
    break;
  case LAN_BUNDLE_NEED_CARRIED:
    lan_store_read_carried (engine->store, LAN_CARRIED_HELD, &want.id, on_letter, call);
    break;
  case LAN_BUNDLE_NEED_OVER:
    job->is_over = TRUE;
    reply (call, NULL);
    break;
  case LAN_BUNDLE_NEED_NOTHING:
    reply (call, NULL);
    break;
  }
}

/* --- reading --- */

static void
look_again (Call *call)
{
  LanEngine *engine = call->engine;
  guint open = lan_core_bundle_open (engine->core, call->job->take);

  call->same = open == call->open ? call->same + 1 : 0;
  call->open = open;
  if (open > 0 && call->same < PATIENCE) {
    ask_store (call, look_again);
    return;
  }
  lan_core_bundle_settle (engine->core, call->job->take);
  reply (call, NULL);
}

static void
take_piece (Call *call)
{
  LanBundleJob *job = call->job;

  job->engine = call->engine;
  job->status = job->chunk->len > 0
                    ? lan_bundle_reader_feed (job->reader, job->chunk->data, job->chunk->len)
                    : lan_bundle_reader_end (job->reader);
  job->engine = NULL;
  call->open = lan_core_bundle_open (call->engine->core, job->take);
  ask_store (call, look_again);
}

void
lan_engine_bundle_execute (LanEngine *engine, LanCommand *command)
{
  Call *call = call_new (engine, command);
  LanBundleJob *job = call->job;

  if (job->take != NULL) {
    take_piece (call);
  } else if (job->plan == NULL) {
    make_plan (call);
  } else {
    make_piece (call);
  }
}
