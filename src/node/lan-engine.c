/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The engine's thread, its clock and its turns. A turn: read the clock, take the commands that wait,
 * let every machine see the time, carry out all their actions, hand the events to the owner as one
 * batch. Turns come when something touched a machine, when a command waits and when a deadline is
 * due. The deadline goes by CLOCK_BOOTTIME, the poll by CLOCK_MONOTONIC: after a suspend the next
 * turn comes late once, and finds out by comparing the two.
 */
#include "lan-engine-private.h"

#include "lan-engine-call.h"
#include "lan-engine-core.h"
#include "lan-engine-devices.h"
#include "lan-engine-discovery.h"
#include "lan-engine-files.h"
#include "lan-engine-links.h"
#include "lan-engine-people.h"
#include "lan-engine-server.h"
#include "lan-engine-share.h"

#include <time.h>

#define SUSPEND_US (2 * G_USEC_PER_SEC) /* the clocks apart by this much: the machine slept */

typedef struct {
  GSource source;
  LanEngine *engine; /* not counted: the source is destroyed before the engine */
} TurnSource;

static gint64
read_us (clockid_t id)
{
  struct timespec t;

  clock_gettime (id, &t);
  return (gint64) t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

void
lan_engine_check_thread (LanEngine *engine)
{
  g_assert (g_thread_self () == engine->thread);
}

void
lan_engine_read_clock (LanEngine *engine)
{
  engine->now.mono_us = read_us (CLOCK_BOOTTIME);
  engine->now.wall_ms = read_us (CLOCK_REALTIME) / 1000;
}

void
lan_engine_touch (LanEngine *engine)
{
  engine->dirty = TRUE;
}

void
lan_engine_tell (LanEngine *engine, LanEvent *event)
{
  lan_engine_check_thread (engine);
  g_ptr_array_add (engine->events, event);
  engine->dirty = TRUE;
}

void
lan_engine_notice (LanEngine *engine, const char *code, const char *format, ...)
{
  LanEvent *event = lan_event_new (LAN_EVENT_NOTICE);
  va_list args;

  va_start (args, format);
  event->code = g_strdup (code);
  event->text = g_strdup_vprintf (format, args);
  va_end (args);
  lan_engine_tell (engine, event);
}

void
lan_engine_reply (LanEngine *engine, GTask *task, GError *error)
{
  LanEvent *event = lan_event_new (LAN_EVENT_REPLY);

  event->task = task;
  event->error = error;
  lan_engine_tell (engine, event);
}

/* --- delivery, in the owner's context --- */

static void
engine_unref (LanEngine *engine)
{
  if (!g_atomic_ref_count_dec (&engine->refs))
    return;
  g_ptr_array_unref (engine->inbox);
  g_ptr_array_unref (engine->delivery);
  g_mutex_clear (&engine->lock);
  g_main_context_unref (engine->owner);
  g_main_context_unref (engine->context);
  lan_engine_config_clear (&engine->config);
  g_free (engine);
}

/* A caller that will never hear of its events must still get an answer to its tasks. */
static void
drop_events (GPtrArray *events)
{
  for (guint i = 0; i < events->len; i++) {
    LanEvent *event = g_ptr_array_index (events, i);

    if (event->task != NULL)
      g_task_return_new_error (event->task, LAN_NODE_ERROR, LAN_NODE_ERROR_NOT_OPEN,
                               "the profile was closed");
  }
}

/*
 * With the lock held: what is to be told now. Nothing goes together with OPENED that comes behind it:
 * whoever hears that the profile is open gets a turn of the main loop to connect to signals, however
 * much has arrived since.
 */
static GPtrArray *
take_delivery (LanEngine *engine)
{
  GPtrArray *events = engine->delivery;
  guint n = 0;

  engine->delivery = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_event_free);
  while (n < events->len && ((LanEvent *) events->pdata[n])->type != LAN_EVENT_OPENED)
    n++;
  for (guint i = n + 1; i < events->len; i++)
    g_ptr_array_add (engine->delivery, g_steal_pointer (&events->pdata[i]));
  g_ptr_array_set_size (events, (int) MIN (n + 1, events->len));
  return events;
}

static gboolean on_delivery (gpointer data);

static void
queue_delivery (LanEngine *engine)
{
  GSource *idle = g_idle_source_new ();

  g_atomic_ref_count_inc (&engine->refs);
  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, on_delivery, engine, (GDestroyNotify) engine_unref);
  g_source_attach (idle, engine->owner);
  g_source_unref (idle);
}

static gboolean
on_delivery (gpointer data)
{
  LanEngine *engine = data;
  g_autoptr (GPtrArray) events = NULL;
  gboolean released, more;

  g_mutex_lock (&engine->lock);
  events = take_delivery (engine);
  more = engine->delivering = engine->delivery->len > 0;
  released = engine->released;
  g_mutex_unlock (&engine->lock);

  if (more)
    queue_delivery (engine);
  if (released)
    drop_events (events);
  else
    engine->events_func (events, engine->events_data);
  return G_SOURCE_REMOVE;
}

static void
deliver (LanEngine *engine)
{
  gboolean queue = FALSE;

  if (engine->events->len == 0)
    return;
  g_mutex_lock (&engine->lock);
  if (engine->delivery->len == 0) {
    GPtrArray *swap = engine->delivery;

    engine->delivery = engine->events;
    engine->events = swap;
  } else {
    g_ptr_array_extend_and_steal (engine->delivery, g_steal_pointer (&engine->events));
    engine->events = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_event_free);
  }
  if (!engine->delivering)
    queue = engine->delivering = TRUE;
  g_mutex_unlock (&engine->lock);

  if (queue)
    queue_delivery (engine);
}

/* --- turns --- */

static gboolean
has_commands (LanEngine *engine)
{
  gboolean has;

  g_mutex_lock (&engine->lock);
  has = engine->inbox->len > 0 || (engine->released && !engine->close_asked);
  g_mutex_unlock (&engine->lock);
  return has;
}

static void
take_commands (LanEngine *engine)
{
  g_autoptr (GPtrArray) commands = NULL;
  gboolean released;

  g_mutex_lock (&engine->lock);
  commands = engine->inbox;
  engine->inbox = g_ptr_array_new ();
  released = engine->released;
  g_mutex_unlock (&engine->lock);

  for (guint i = 0; i < commands->len; i++)
    lan_engine_execute (engine, g_ptr_array_index (commands, i));
  if (released && !engine->close_asked)
    lan_engine_close (engine);
}

static void
note_suspend (LanEngine *engine)
{
  gint64 asleep_us;

  lan_engine_read_clock (engine);
  asleep_us = engine->now.mono_us - read_us (CLOCK_MONOTONIC);
  if (asleep_us - engine->asleep_us > SUSPEND_US && engine->stage == LAN_ENGINE_OPEN)
    lan_engine_links_resumed (engine);
  engine->asleep_us = asleep_us;
}

static void
run_machines (LanEngine *engine)
{
  gint64 deadline;

  while (lan_engine_core_run (engine) | lan_engine_links_run (engine) |
         lan_engine_files_run (engine) | lan_engine_share_run (engine) |
         lan_engine_discovery_run (engine) | lan_engine_linking_run (engine) |
         lan_engine_server_run (engine) | lan_engine_call_run (engine))
    ;
  lan_engine_people_flush (engine);
  deadline = lan_core_next_deadline (engine->core);
  deadline = MIN (deadline, lan_engine_links_deadline (engine));
  deadline = MIN (deadline, lan_engine_files_deadline (engine));
  deadline = MIN (deadline, lan_engine_share_deadline (engine));
  deadline = MIN (deadline, lan_engine_call_deadline (engine));
  deadline = MIN (deadline, lan_engine_linking_deadline (engine));
  deadline = MIN (deadline, lan_engine_server_deadline (engine));
  engine->deadline_us = MIN (deadline, lan_engine_discovery_deadline (engine));
}

static gboolean
on_turn (GSource *source, GSourceFunc callback, gpointer user_data)
{
  LanEngine *engine = ((TurnSource *) source)->engine;

  note_suspend (engine);
  engine->dirty = FALSE;
  take_commands (engine);
  engine->deadline_us = LAN_NO_DEADLINE;
  if (engine->stage == LAN_ENGINE_OPEN)
    run_machines (engine);
  engine->dirty = FALSE;
  if (engine->close_asked)
    lan_engine_close (engine);
  deliver (engine);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_due (LanEngine *engine, int *timeout_ms)
{
  gint64 wait_us;

  *timeout_ms = -1;
  if (engine->dirty || has_commands (engine))
    return TRUE;
  if (engine->deadline_us == LAN_NO_DEADLINE)
    return FALSE;
  wait_us = engine->deadline_us - read_us (CLOCK_BOOTTIME);
  if (wait_us <= 0)
    return TRUE;
  *timeout_ms = (int) MIN ((wait_us + 999) / 1000, 60 * 60 * 1000);
  return FALSE;
}

static gboolean
turn_prepare (GSource *source, int *timeout_ms)
{
  gboolean due = is_due (((TurnSource *) source)->engine, timeout_ms);

  if (due)
    *timeout_ms = 0;
  return due;
}

static gboolean
turn_check (GSource *source)
{
  int timeout_ms;

  return is_due (((TurnSource *) source)->engine, &timeout_ms);
}

static GSourceFuncs turn_funcs = { turn_prepare, turn_check, on_turn, NULL, NULL, NULL };

static gpointer
thread_main (gpointer data)
{
  LanEngine *engine = data;

  g_mutex_lock (&engine->lock); /* until .thread is set */
  g_mutex_unlock (&engine->lock);
  g_main_context_push_thread_default (engine->context);
  engine->turn = g_source_new (&turn_funcs, sizeof (TurnSource));
  ((TurnSource *) engine->turn)->engine = engine;
  g_source_set_name (engine->turn, "lan-engine-turn");
  g_source_attach (engine->turn, engine->context);
  lan_engine_read_clock (engine);
  engine->asleep_us = engine->now.mono_us - read_us (CLOCK_MONOTONIC);
  while (engine->stage != LAN_ENGINE_CLOSED)
    g_main_context_iteration (engine->context, TRUE);

  /* What was asked after the end: tasks go back to be answered. */
  take_commands (engine);
  lan_engine_tell (engine, lan_event_new (LAN_EVENT_CLOSED));
  g_source_destroy (engine->turn);
  g_source_unref (engine->turn);
  while (g_main_context_iteration (engine->context, FALSE))
    ;
  g_main_context_pop_thread_default (engine->context);
  g_mutex_lock (&engine->lock);
  engine->finished = TRUE;
  g_mutex_unlock (&engine->lock);
  deliver (engine);
  g_clear_pointer (&engine->events, g_ptr_array_unref);
  engine_unref (engine);
  return NULL;
}

void
lan_engine_finish (LanEngine *engine)
{
  lan_engine_check_thread (engine);
  engine->stage = LAN_ENGINE_CLOSED;
}

/* --- the owner's side --- */

void
lan_engine_config_clear (LanEngineConfig *config)
{
  g_clear_pointer (&config->profile_dir, g_free);
  g_clear_pointer (&config->interfaces, g_strfreev);
  g_clear_pointer (&config->audio_source, g_free);
  g_clear_pointer (&config->audio_sink, g_free);
  g_clear_pointer (&config->camera, g_free);
}

LanEngine *
lan_engine_new (const LanEngineConfig *config, LanEngineEvents events, gpointer data)
{
  LanEngine *engine = g_new0 (LanEngine, 1);

  g_atomic_ref_count_init (&engine->refs);
  g_atomic_ref_count_inc (&engine->refs);
  g_mutex_init (&engine->lock);
  engine->inbox = g_ptr_array_new ();
  engine->delivery = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_event_free);
  engine->events = g_ptr_array_new_with_free_func ((GDestroyNotify) lan_event_free);
  engine->events_func = events;
  engine->events_data = data;
  engine->owner = g_main_context_ref_thread_default ();
  engine->context = g_main_context_new ();
  engine->config = *config;
  engine->config.profile_dir = g_strdup (config->profile_dir);
  engine->config.interfaces = g_strdupv (config->interfaces);
  engine->config.audio_source = g_strdup (config->audio_source);
  engine->config.audio_sink = g_strdup (config->audio_sink);
  engine->config.camera = g_strdup (config->camera);
  engine->deadline_us = LAN_NO_DEADLINE;
  g_mutex_lock (&engine->lock);
  engine->thread = g_thread_new ("lan-engine", thread_main, engine);
  g_mutex_unlock (&engine->lock);
  return engine;
}

void
lan_engine_push (LanEngine *engine, LanCommand *command)
{
  gboolean wake;

  g_mutex_lock (&engine->lock);
  wake = engine->inbox->len == 0;
  g_ptr_array_add (engine->inbox, command);
  g_mutex_unlock (&engine->lock);
  if (wake)
    g_main_context_wakeup (engine->context);
}

void
lan_engine_release (LanEngine *engine)
{
  gboolean finished;

  g_mutex_lock (&engine->lock);
  engine->released = TRUE;
  finished = engine->finished;
  g_mutex_unlock (&engine->lock);
  if (finished) {
    g_thread_join (engine->thread);
  } else {
    g_main_context_wakeup (engine->context);
    g_thread_unref (engine->thread);
  }
  engine_unref (engine);
}
