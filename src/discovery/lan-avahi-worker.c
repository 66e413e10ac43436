/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The life of the connection to the daemon, on Avahi's thread. AVAHI_CLIENT_NO_FAIL waits for a
 * daemon that is not there yet; a connection that broke, or a system bus that is not there, is tried
 * anew with growing pauses.
 */
#include "lan-avahi-private.h"

#include <avahi-common/error.h>
#include <avahi-glib/glib-watch.h>
#include <string.h>

#define RETRY_FIRST_MS 250
#define RETRY_MAX_MS   30000

typedef struct {
  LanAvahiShared *shared; /* borrowed */
  GMainContext *context;  /* borrowed */
  AvahiGLibPoll *poll;
  AvahiClient *client; /* NULL between connections */
  LanAvahiPublisher *publisher;
  LanAvahiBrowser *browser;
  GSource *retry;
  guint retry_ms;
  gboolean is_running;
  LanAvahiWanted synced; /* what was wanted last, for its interfaces */
} Worker;

static void connect_client (Worker *worker);

static void
disconnect_client (Worker *worker)
{
  worker->is_running = FALSE;
  lan_avahi_browser_detach (worker->browser);
  g_clear_pointer (&worker->publisher, lan_avahi_publisher_free);
  g_clear_pointer (&worker->client, avahi_client_free);
}

static gboolean
on_retry (gpointer data)
{
  Worker *worker = data;

  g_clear_pointer (&worker->retry, g_source_unref);
  disconnect_client (worker);
  connect_client (worker);
  return G_SOURCE_REMOVE;
}

static void
schedule_retry (Worker *worker)
{
  if (worker->retry != NULL)
    return;
  worker->retry = g_timeout_source_new (worker->retry_ms);
  g_source_set_callback (worker->retry, on_retry, worker, NULL);
  g_source_attach (worker->retry, worker->context);
  worker->retry_ms = MIN (worker->retry_ms * 2, RETRY_MAX_MS);
}

static void
sync_publisher (Worker *worker)
{
  LanAvahiWanted wanted;

  lan_avahi_get_wanted (worker->shared, &wanted);
  if (wanted.n_ifindexes != worker->synced.n_ifindexes ||
      memcmp (wanted.ifindexes, worker->synced.ifindexes, sizeof wanted.ifindexes) != 0)
    lan_avahi_browser_repeat (worker->browser);
  worker->synced = wanted;
  if (worker->is_running)
    lan_avahi_publisher_sync (worker->publisher, &wanted);
}

static void
on_running (Worker *worker, AvahiClient *client)
{
  worker->retry_ms = RETRY_FIRST_MS;
  worker->is_running = TRUE;
  lan_avahi_post_available (worker->shared, TRUE);
  if (worker->publisher == NULL)
    worker->publisher = lan_avahi_publisher_new (worker->shared, client);
  lan_avahi_browser_attach (worker->browser, client);
  sync_publisher (worker);
}

/* Comes for the first time from inside avahi_client_new(): only @client is to be used. */
static void
on_client (AvahiClient *client, AvahiClientState state, void *data)
{
  Worker *worker = data;

  switch (state) {
  case AVAHI_CLIENT_S_RUNNING:
    on_running (worker, client);
    break;
  case AVAHI_CLIENT_S_REGISTERING:
  case AVAHI_CLIENT_S_COLLISION:
    worker->is_running = FALSE;
    if (worker->publisher != NULL)
      lan_avahi_publisher_reset (worker->publisher);
    break;
  case AVAHI_CLIENT_CONNECTING:
    lan_avahi_post_available (worker->shared, FALSE);
    break;
  case AVAHI_CLIENT_FAILURE:
    g_info ("mDNS: %s", avahi_strerror (avahi_client_errno (client)));
    lan_avahi_post_available (worker->shared, FALSE);
    worker->is_running = FALSE;
    schedule_retry (worker);
    break;
  }
}

static void
connect_client (Worker *worker)
{
  int code = 0;

  worker->client = avahi_client_new (avahi_glib_poll_get (worker->poll), AVAHI_CLIENT_NO_FAIL,
                                     on_client, worker, &code);
  if (worker->client == NULL) {
    g_info ("mDNS: %s", avahi_strerror (code));
    lan_avahi_post_available (worker->shared, FALSE);
    schedule_retry (worker);
  }
}

void
lan_avahi_worker_wanted (LanAvahiShared *shared)
{
  Worker *worker = lan_avahi_get_worker (shared);

  if (worker != NULL)
    sync_publisher (worker);
}

void
lan_avahi_worker_run (LanAvahiShared *shared, GMainContext *context, GMainLoop *loop)
{
  Worker worker = { .shared = shared, .context = context, .retry_ms = RETRY_FIRST_MS };

  worker.poll = avahi_glib_poll_new (context, G_PRIORITY_DEFAULT);
  worker.browser = lan_avahi_browser_new (shared, context);
  lan_avahi_set_worker (shared, &worker);
  connect_client (&worker);
  g_main_loop_run (loop);
  lan_avahi_set_worker (shared, NULL);
  if (worker.retry != NULL) {
    g_source_destroy (worker.retry);
    g_source_unref (worker.retry);
  }
  disconnect_client (&worker);
  lan_avahi_browser_free (worker.browser);
  avahi_glib_poll_free (worker.poll);
}
