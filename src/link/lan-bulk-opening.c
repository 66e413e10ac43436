/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bulk-opening.h"

#include "lan-bulk-lane-private.h"
#include "lan-tcp-lane-private.h"
#include "lan-ticker.h"

#include <string.h>

#define USE_BYTES LAN_BULK_RECORD_OVERHEAD /* the record that says 'this one' */

/* A connection whose handshake is done. */
typedef struct {
  LanBulkOpening *opening;
  GSocket *socket;
  LanBulkFlow *send, *receive;
  GSource *readable; /* the other side is to say USE */
  guint8 got[USE_BYTES];
  gsize n_got;
} Candidate;

struct _LanBulkOpening {
  LanBulkOpeningConfig config; /* without addresses */
  LanBulkOpeningDone done;
  gpointer data;
  LanChannel *dial;
  gboolean is_expecting;
  GPtrArray *candidates; /* of Candidate */
  LanTicker *ticker;
};

static void
candidate_free (Candidate *candidate)
{
  if (candidate->readable != NULL) {
    g_source_destroy (candidate->readable);
    g_source_unref (candidate->readable);
  }
  if (candidate->socket != NULL)
    g_socket_close (candidate->socket, NULL);
  g_clear_object (&candidate->socket);
  lan_bulk_flow_free (candidate->send);
  lan_bulk_flow_free (candidate->receive);
  g_free (candidate);
}

/* Everything but the winner goes; the owner may free the opening in done(). */
static void
finish (LanBulkOpening *opening, Candidate *winner)
{
  LanBulkLane *lane = NULL;

  if (winner != NULL)
    lane = lan_bulk_lane_new (g_steal_pointer (&winner->socket), g_steal_pointer (&winner->send),
                              g_steal_pointer (&winner->receive));
  g_clear_pointer (&opening->dial, lan_channel_free);
  if (opening->is_expecting)
    lan_listener_unexpect (opening->config.listener, opening->config.lane_id);
  opening->is_expecting = FALSE;
  g_ptr_array_set_size (opening->candidates, 0);
  lan_ticker_set (opening->ticker, G_MAXINT64);
  opening->done (opening, lane, opening->data);
}

static gboolean
say_use (Candidate *candidate)
{
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES], *record = g_alloca (LAN_BULK_RECORD_ROOM);
  gsize len;

  lan_bulk_head_use (head);
  return lan_bulk_flow_seal (candidate->send, head, NULL, 0, record, &len) == LAN_STATUS_OK &&
         g_socket_send_with_blocking (candidate->socket, (const char *) record, len, FALSE, NULL,
                                      NULL) == (gssize) len;
}

static gboolean
is_use (Candidate *candidate)
{
  guint8 head[LAN_BULK_RECORD_HEAD_BYTES];
  LanBulkRecord record;
  gsize size;

  lan_bulk_head_use (head);
  return lan_bulk_record_measure (candidate->got, sizeof candidate->got, &size) == LAN_STATUS_OK &&
         size == sizeof candidate->got &&
         lan_bulk_flow_open (candidate->receive, candidate->got, size, &record) == LAN_STATUS_OK &&
         record.type == LAN_BULK_RECORD_MESSAGE && memcmp (record.head, head, sizeof head) == 0;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  Candidate *candidate = data;
  LanBulkOpening *opening = candidate->opening;
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive_with_blocking (socket, (char *) candidate->got + candidate->n_got,
                                             sizeof candidate->got - candidate->n_got, FALSE, NULL,
                                             &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  candidate->n_got += (gsize) MAX (n, 0);
  if (n > 0 && candidate->n_got < sizeof candidate->got)
    return G_SOURCE_CONTINUE;
  if (n > 0 && is_use (candidate))
    finish (opening, candidate);
  else
    g_ptr_array_remove_fast (opening->candidates, candidate); /* not the one, or not theirs */
  return G_SOURCE_REMOVE;
}

/* A handshake is done, here or there. */
static void
take (LanBulkOpening *opening, LanChannel *channel)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->opening = opening;
  if (!lan_tcp_lane_take (channel, &candidate->socket, &candidate->send, &candidate->receive)) {
    candidate_free (candidate);
    return;
  }
  g_ptr_array_add (opening->candidates, candidate);
  if (!opening->config.is_initiator) {
    candidate->readable = g_socket_create_source (candidate->socket, G_IO_IN, NULL);
    g_source_set_callback (candidate->readable, G_SOURCE_FUNC (on_readable), candidate, NULL);
    g_source_attach (candidate->readable, g_main_context_get_thread_default ());
  } else if (say_use (candidate)) {
    finish (opening, candidate);
  } else {
    g_ptr_array_remove_fast (opening->candidates, candidate);
  }
}

static void
on_dial_up (LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  LanBulkOpening *opening = data;
  g_autoptr (LanChannel) dial = g_steal_pointer (&opening->dial);

  take (opening, dial);
}

static void
on_dial_closed (LanChannel *channel, LanCloseReason reason, const char *detail, gpointer data)
{
  LanBulkOpening *opening = data;

  g_clear_pointer (&opening->dial, lan_channel_free);
}

static const LanChannelEvents dial_events = { .up = on_dial_up, .closed = on_dial_closed };

static void
on_guest (LanListener *listener, LanChannel *channel, const LanChannelPeer *peer, gpointer data)
{
  LanBulkOpening *opening = data;
  g_autoptr (LanChannel) guest = channel;

  opening->is_expecting = FALSE;
  take (opening, guest);
}

static void
on_tick (gpointer data)
{
  finish (data, NULL);
}

static LanLaneSecret
secret_of (const LanBulkOpeningConfig *config, const guint8 *psk)
{
  LanLaneSecret secret = { .kind = LAN_LANE_KIND_BULK, .pattern = LAN_LANE_PATTERN_NNPSK0 };

  memcpy (secret.lane_id, config->lane_id, sizeof secret.lane_id);
  memcpy (secret.psk, psk, sizeof secret.psk);
  return secret;
}

LanBulkOpening *
lan_bulk_opening_new (const LanBulkOpeningConfig *config, LanBulkOpeningDone done, gpointer data)
{
  LanBulkOpening *opening = g_new0 (LanBulkOpening, 1);
  LanLaneSecret dial = secret_of (config, config->psk_dial);
  LanListenerExpect expect = { .secret = secret_of (config, config->psk_listen),
                               .life_us = LAN_BULK_OPENING_US,
                               .lane = on_guest,
                               .data = opening };

  opening->config = *config;
  opening->config.addresses = NULL;
  opening->done = done;
  opening->data = data;
  opening->candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);
  opening->ticker = lan_ticker_new (on_tick, opening);
  lan_ticker_set (opening->ticker, lan_boottime_us () + LAN_BULK_OPENING_US);
  if (config->listener != NULL)
    opening->is_expecting = lan_listener_expect (config->listener, &expect);
  if (config->addresses != NULL && config->addresses->len > 0) {
    opening->dial = lan_tcp_lane_dial_secret (NULL, &dial, config->addresses);
    lan_channel_set_events (opening->dial, &dial_events, opening);
  }
  lan_secret_wipe (&dial, sizeof dial);
  lan_secret_wipe (&expect, sizeof expect);
  lan_secret_wipe (opening->config.psk_dial, LAN_KEY_BYTES);
  lan_secret_wipe (opening->config.psk_listen, LAN_KEY_BYTES);
  return opening;
}

void
lan_bulk_opening_free (LanBulkOpening *opening)
{
  if (opening == NULL)
    return;
  lan_channel_free (opening->dial);
  if (opening->is_expecting)
    lan_listener_unexpect (opening->config.listener, opening->config.lane_id);
  g_ptr_array_unref (opening->candidates);
  lan_ticker_free (opening->ticker);
  g_free (opening);
}
