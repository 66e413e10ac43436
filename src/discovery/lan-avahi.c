/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-avahi-private.h"

#include <string.h>

#define FAREWELL_US (300 * 1000) /* how long the end waits for the thread */
#define MAX_PENDING 8192

struct _LanAvahiShared {
  gatomicrefcount refs;
  GMutex mutex;
  GCond ended_cond;
  /* all below: under the mutex */
  gboolean is_closed; /* the owner is gone: nothing is delivered any more */
  gboolean has_ended; /* the thread is at its end */
  LanAvahiWanted wanted;
  GHashTable *pending; /* LanAvahiSeen by its .origin, owned */
  gboolean collided;
  int available;     /* -1 nothing to tell, else the news */
  GSource *delivery; /* scheduled on the owner's context, or NULL */
  GMainContext *owner_context;
  LanAvahiCallbacks callbacks;
  gpointer user_data;
  /* the Avahi thread's own */
  GMainContext *context;
  GMainLoop *loop;
  gpointer worker;
};

struct _LanAvahi {
  LanAvahiShared *shared;
  GThread *thread;
};

static void
shared_unref (LanAvahiShared *shared)
{
  if (!g_atomic_ref_count_dec (&shared->refs))
    return;
  g_hash_table_unref (shared->pending);
  g_main_context_unref (shared->owner_context);
  g_main_loop_unref (shared->loop);
  g_main_context_unref (shared->context);
  g_cond_clear (&shared->ended_cond);
  g_mutex_clear (&shared->mutex);
  g_free (shared);
}

static LanAvahiShared *
shared_ref (LanAvahiShared *shared)
{
  g_atomic_ref_count_inc (&shared->refs);
  return shared;
}

void
lan_avahi_set_worker (LanAvahiShared *shared, gpointer worker)
{
  shared->worker = worker;
}

gpointer
lan_avahi_get_worker (LanAvahiShared *shared)
{
  return shared->worker;
}

static void
deliver_seen (const LanAvahiShared *shared, GHashTable *pending)
{
  GHashTableIter iter;
  gpointer p;

  g_hash_table_iter_init (&iter, pending);
  while (g_hash_table_iter_next (&iter, NULL, &p)) {
    const LanAvahiSeen *seen = p;

    if (seen->is_gone)
      shared->callbacks.gone (seen->origin, shared->user_data);
    else
      shared->callbacks.seen (seen->origin, seen->ifindex, &seen->instance, &seen->record,
                              seen->address, shared->user_data);
  }
}

/* On the owner's context. is_closed is only set there, so it cannot change between the callbacks
 * unless one of them frees the object, which lan-avahi.h's user does not do. */
static gboolean
on_deliver (gpointer data)
{
  LanAvahiShared *shared = data;
  g_autoptr (GHashTable) pending = NULL;
  gboolean collided, is_closed;
  int available;

  g_mutex_lock (&shared->mutex);
  g_clear_pointer (&shared->delivery, g_source_unref);
  pending = shared->pending;
  shared->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  collided = shared->collided;
  shared->collided = FALSE;
  available = shared->available;
  shared->available = -1;
  is_closed = shared->is_closed;
  g_mutex_unlock (&shared->mutex);
  if (is_closed)
    return G_SOURCE_REMOVE;
  if (available >= 0)
    shared->callbacks.available (available, shared->user_data);
  deliver_seen (shared, pending);
  if (collided)
    shared->callbacks.collision (shared->user_data);
  return G_SOURCE_REMOVE;
}

/* With the mutex held. */
static void
schedule_delivery (LanAvahiShared *shared)
{
  if (shared->is_closed || shared->delivery != NULL)
    return;
  shared->delivery = g_idle_source_new ();
  g_source_set_priority (shared->delivery, G_PRIORITY_DEFAULT);
  g_source_set_callback (shared->delivery, on_deliver, shared_ref (shared),
                         (GDestroyNotify) shared_unref);
  g_source_attach (shared->delivery, shared->owner_context);
}

void
lan_avahi_post_seen (LanAvahiShared *shared, const LanAvahiSeen *seen)
{
  LanAvahiSeen *copy;

  g_mutex_lock (&shared->mutex);
  if (!shared->is_closed && (seen->is_gone || g_hash_table_size (shared->pending) < MAX_PENDING)) {
    copy = g_memdup2 (seen, sizeof *seen);
    g_hash_table_replace (shared->pending, &copy->origin, copy);
    schedule_delivery (shared);
  }
  g_mutex_unlock (&shared->mutex);
}

void
lan_avahi_post_collision (LanAvahiShared *shared)
{
  g_mutex_lock (&shared->mutex);
  shared->collided = TRUE;
  schedule_delivery (shared);
  g_mutex_unlock (&shared->mutex);
}

void
lan_avahi_post_available (LanAvahiShared *shared, gboolean is_available)
{
  g_mutex_lock (&shared->mutex);
  shared->available = is_available;
  schedule_delivery (shared);
  g_mutex_unlock (&shared->mutex);
}

void
lan_avahi_get_wanted (LanAvahiShared *shared, LanAvahiWanted *wanted)
{
  g_mutex_lock (&shared->mutex);
  *wanted = shared->wanted;
  g_mutex_unlock (&shared->mutex);
}

static gpointer
thread_main (gpointer data)
{
  LanAvahiShared *shared = data;

  g_main_context_push_thread_default (shared->context);
  lan_avahi_worker_run (shared, shared->context, shared->loop);
  g_main_context_pop_thread_default (shared->context);
  g_mutex_lock (&shared->mutex);
  shared->has_ended = TRUE;
  g_cond_signal (&shared->ended_cond);
  g_mutex_unlock (&shared->mutex);
  shared_unref (shared);
  return NULL;
}

LanAvahi *
lan_avahi_new (const LanAvahiCallbacks *callbacks, gpointer user_data)
{
  LanAvahi *avahi = g_new0 (LanAvahi, 1);
  LanAvahiShared *shared = g_new0 (LanAvahiShared, 1);

  g_atomic_ref_count_init (&shared->refs);
  g_mutex_init (&shared->mutex);
  g_cond_init (&shared->ended_cond);
  shared->available = -1;
  shared->callbacks = *callbacks;
  shared->user_data = user_data;
  shared->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  shared->owner_context = g_main_context_ref_thread_default ();
  shared->context = g_main_context_new ();
  shared->loop = g_main_loop_new (shared->context, FALSE);
  avahi->shared = shared;
  avahi->thread = g_thread_new ("lan-avahi", thread_main, shared_ref (shared));
  return avahi;
}

static gboolean
on_quit (gpointer data)
{
  LanAvahiShared *shared = data;

  g_main_loop_quit (shared->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_wanted (gpointer data)
{
  lan_avahi_worker_wanted (data);
  return G_SOURCE_REMOVE;
}

/* A source of the worker's context, also when that context is not running yet. */
static void
run_in_worker (LanAvahiShared *shared, GSourceFunc func)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, func, shared_ref (shared), (GDestroyNotify) shared_unref);
  g_source_attach (source, shared->context);
  g_source_unref (source);
}

void
lan_avahi_free (LanAvahi *avahi)
{
  LanAvahiShared *shared;
  gint64 until_us = g_get_monotonic_time () + FAREWELL_US;
  gboolean has_ended;

  if (avahi == NULL)
    return;
  shared = avahi->shared;
  run_in_worker (shared, on_quit);
  g_mutex_lock (&shared->mutex);
  shared->is_closed = TRUE;
  if (shared->delivery != NULL) {
    GSource *delivery = g_steal_pointer (&shared->delivery);

    g_mutex_unlock (&shared->mutex);
    g_source_destroy (delivery);
    g_source_unref (delivery);
    g_mutex_lock (&shared->mutex);
  }
  while (!shared->has_ended && g_cond_wait_until (&shared->ended_cond, &shared->mutex, until_us))
    ;
  has_ended = shared->has_ended;
  g_mutex_unlock (&shared->mutex);
  if (has_ended)
    g_thread_join (avahi->thread);
  else
    g_thread_unref (avahi->thread);
  shared_unref (shared);
  g_free (avahi);
}

void
lan_avahi_publish (LanAvahi *avahi, const LanInstanceId *instance, const LanDiscoveryRecord *record,
                   const guint *ifindexes, gsize n)
{
  LanAvahiShared *shared = avahi->shared;
  LanAvahiWanted wanted = { .instance = *instance, .has_record = record != NULL };

  if (record != NULL)
    wanted.record = *record;
  wanted.n_ifindexes = MIN (n, LAN_AVAHI_MAX_INTERFACES);
  if (wanted.n_ifindexes > 0)
    memcpy (wanted.ifindexes, ifindexes, wanted.n_ifindexes * sizeof *ifindexes);
  g_mutex_lock (&shared->mutex);
  shared->wanted = wanted;
  g_mutex_unlock (&shared->mutex);
  run_in_worker (shared, on_wanted);
}
