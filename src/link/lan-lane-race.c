/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-lane-race.h"

#include "lan-tcp-lane.h"
#include "lan-ticker.h"

typedef struct {
  LanLaneRace *race;
  GSocket *socket;
  GSource *source;
  GSocketAddress *address;
} Runner;

struct _LanLaneRace {
  GPtrArray *addresses; /* of GSocketAddress */
  guint next;
  GPtrArray *runners; /* of Runner: connections under way */
  LanTicker *ticker;
  gint64 deadline_us;
  void (*done) (GSocket *socket, GSocketAddress *address, gpointer data);
  gpointer data;
};

static void
runner_free (Runner *runner)
{
  if (runner->source != NULL) {
    g_source_destroy (runner->source);
    g_source_unref (runner->source);
  }
  g_clear_object (&runner->socket);
  g_clear_object (&runner->address);
  g_free (runner);
}

static void
finish (LanLaneRace *race, Runner *winner)
{
  GSocket *sock = winner != NULL ? g_steal_pointer (&winner->socket) : NULL;
  g_autoptr (GSocketAddress) address = winner != NULL ? g_steal_pointer (&winner->address) : NULL;

  lan_ticker_set (race->ticker, G_MAXINT64);
  g_ptr_array_set_size (race->runners, 0);
  race->done (sock, address, race->data); /* may free the race */
}

static void run_next (LanLaneRace *race);

static gboolean
on_ready (GSocket *socket, GIOCondition condition, gpointer data)
{
  Runner *runner = data;
  LanLaneRace *race = runner->race;
  g_autoptr (GError) error = NULL;

  if (g_socket_check_connect_result (socket, &error)) {
    finish (race, runner);
    return G_SOURCE_REMOVE;
  }
  g_debug ("dial: %s", error->message);
  g_ptr_array_remove_fast (race->runners, runner);
  run_next (race);
  return G_SOURCE_REMOVE;
}

/* Starts one connection; FALSE when it failed at once. */
static gboolean
start (LanLaneRace *race, GSocketAddress *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) sock = g_socket_new (g_socket_address_get_family (address),
                                           G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  Runner *runner;

  if (sock == NULL)
    return FALSE;
  g_socket_set_blocking (sock, FALSE);
  if (!g_socket_connect (sock, address, NULL, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING)) {
    g_debug ("dial: %s", error->message);
    return FALSE;
  }
  runner = g_new0 (Runner, 1);
  runner->race = race;
  runner->socket = g_steal_pointer (&sock);
  runner->address = g_object_ref (address);
  runner->source = g_socket_create_source (runner->socket, G_IO_OUT, NULL);
  g_source_set_callback (runner->source, G_SOURCE_FUNC (on_ready), runner, NULL);
  g_source_attach (runner->source, g_main_context_get_thread_default ());
  g_ptr_array_add (race->runners, runner);
  return TRUE;
}

static void
run_next (LanLaneRace *race)
{
  gint64 now_us = lan_boottime_us ();

  while (race->next < race->addresses->len) {
    if (start (race, g_ptr_array_index (race->addresses, race->next++))) {
      lan_ticker_set (race->ticker, MIN (now_us + LAN_LANE_RACE_STAGGER_US, race->deadline_us));
      return;
    }
  }
  lan_ticker_set (race->ticker, race->runners->len > 0 ? race->deadline_us : 0);
}

static void
on_tick (gpointer data)
{
  LanLaneRace *race = data;
  gboolean is_late = lan_boottime_us () >= race->deadline_us;

  if (is_late || (race->next >= race->addresses->len && race->runners->len == 0))
    finish (race, NULL);
  else
    run_next (race);
}

LanLaneRace *
lan_lane_race_new (GPtrArray *addresses,
                   void (*done) (GSocket *socket, GSocketAddress *address, gpointer data),
                   gpointer data)
{
  LanLaneRace *race = g_new0 (LanLaneRace, 1);

  race->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < addresses->len && i < LAN_LANE_RACE_MAX; i++)
    g_ptr_array_add (race->addresses, g_object_ref (g_ptr_array_index (addresses, i)));
  race->runners = g_ptr_array_new_with_free_func ((GDestroyNotify) runner_free);
  race->done = done;
  race->data = data;
  race->deadline_us = lan_boottime_us () + LAN_LANE_CONNECT_US;
  race->ticker = lan_ticker_new (on_tick, race);
  lan_ticker_set (race->ticker, 0);
  return race;
}

void
lan_lane_race_free (LanLaneRace *race)
{
  if (race == NULL)
    return;
  lan_ticker_free (race->ticker);
  g_ptr_array_unref (race->runners);
  g_ptr_array_unref (race->addresses);
  g_free (race);
}
