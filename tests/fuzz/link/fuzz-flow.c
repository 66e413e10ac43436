/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a contact may seal for us: datagrams straight into ENet behind the filter, on the server's
 * side, before and after a real connection. Input: u8 length | datagram, again and again; a length of
 * 255 lets the honest client speak.
 */
#include "lan-enet-filter.h"
#include "lan-flow.h"
#include "lan-ticker.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  LanFlow *flow;
  GQueue inbox;
} End;

static End ends[2];

static void
on_send (gpointer data, const GOutputVector *vectors, guint n_vectors)
{
  End *other = &ends[data == &ends[0]];
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < n_vectors; i++)
    g_byte_array_append (bytes, vectors[i].buffer, (guint) vectors[i].size);
  if (other->inbox.length < 64)
    g_queue_push_tail (&other->inbox, g_byte_array_free_to_bytes (g_steal_pointer (&bytes)));
}

static void
on_nothing (gpointer data)
{
}

static void
on_frame (gpointer data, LanStream stream, const guint8 *frame, gsize len)
{
  g_assert_cmpuint (len, >, 0);
  g_assert_cmpuint (len, <=, LAN_CHANNEL_FRAME_MAX);
  g_assert_cmpuint (stream, <, LAN_STREAM_N);
}

static void
on_stream (gpointer data, LanStream stream)
{
}

static void
on_down (gpointer data, gboolean is_timeout)
{
}

static const LanFlowEvents events = { on_send,   on_nothing, on_nothing, on_frame,
                                      on_stream, on_stream,  on_down };

static void
carry (void)
{
  for (guint turn = 0; turn < 4; turn++) {
    for (guint i = 0; i < 2; i++) {
      while (ends[i].inbox.length > 0) {
        g_autoptr (GBytes) packet = g_queue_pop_head (&ends[i].inbox);
        gsize len;
        const guint8 *bytes = g_bytes_get_data (packet, &len);

        (void) lan_flow_deliver (ends[i].flow, bytes, len);
      }
    }
    for (guint i = 0; i < 4; i++)
      g_main_context_iteration (NULL, FALSE);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  LanPacer *pacer = lan_pacer_new (0);

  for (guint i = 0; i < 2; i++) {
    g_queue_init (&ends[i].inbox);
    ends[i].flow = lan_flow_new (i == 0, FALSE, &events, &ends[i], NULL);
    g_assert_nonnull (ends[i].flow);
    lan_flow_set_pacer (ends[i].flow, pacer);
  }
  for (gsize at = 0; at < size;) {
    guint8 len = data[at++];

    if (len == 255) {
      lan_flow_connect (ends[0].flow);
      if (lan_flow_send (ends[0].flow, LAN_STREAM_CHAT, (const guint8 *) "frame", 5))
        lan_flow_kick (ends[0].flow);
      carry ();
      continue;
    }
    len = (guint8) MIN (len, size - at);
    (void) lan_flow_deliver (ends[1].flow, data + at, len);
    at += len;
  }
  carry ();
  for (guint i = 0; i < 2; i++) {
    lan_flow_free (ends[i].flow);
    g_queue_clear_full (&ends[i].inbox, (GDestroyNotify) g_bytes_unref);
  }
  lan_pacer_free (pacer);
  return 0;
}
