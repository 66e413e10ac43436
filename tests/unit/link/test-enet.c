/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* ENet by the hook and by the shim, over a wire that loses, repeats and reorders (T18). */
#include "lan-enet-filter.h"
#include "lan-enet-hook.h"
#include "lan-enet-port.h"
#include "lan-flow.h"
#include "lan-random.h"
#include "lan-ticker.h"
#include "link-fixture.h"

#include <string.h>

typedef struct _End End;

typedef struct {
  LanSeededRandom random;
  guint loss, twice, swap; /* in 1000 */
  gboolean is_cut;
} Wire;

struct _End {
  Wire *wire;
  LanFlow *flow;
  LanPacer *pacer;
  End *other;
  GQueue inbox; /* of GBytes */
  LanTicker *ticker;
  guint ups, downs, writables;
  gboolean was_timeout;
  guint32 next[LAN_STREAM_N];
  guint frames[LAN_STREAM_N], out_of_order;
  gboolean free_in_frame;
};

static void
on_send (gpointer data, const GOutputVector *vectors, guint n_vectors)
{
  End *end = data;
  Wire *wire = end->wire;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint copies = 1;

  for (guint i = 0; i < n_vectors; i++)
    g_byte_array_append (bytes, vectors[i].buffer, (guint) vectors[i].size);
  g_assert_cmpuint (bytes->len, <=, LAN_ENET_MTU);
  if (wire->is_cut || end->other == NULL ||
      lan_random_below (&wire->random.base, 1000) < wire->loss)
    return;
  if (lan_random_below (&wire->random.base, 1000) < wire->twice)
    copies = 2;
  for (guint i = 0; i < copies; i++) {
    GBytes *packet = g_bytes_new (bytes->data, bytes->len);

    if (lan_random_below (&wire->random.base, 1000) < wire->swap)
      g_queue_push_head (&end->other->inbox, packet);
    else
      g_queue_push_tail (&end->other->inbox, packet);
  }
  lan_ticker_set (end->other->ticker, 0);
}

static void
on_inbox (gpointer data)
{
  End *end = data;

  while (end->flow != NULL && end->inbox.length > 0) {
    g_autoptr (GBytes) packet = g_queue_pop_head (&end->inbox);
    gsize len;
    const guint8 *bytes = g_bytes_get_data (packet, &len);

    g_assert_true (lan_flow_deliver (end->flow, bytes, len) || end->flow == NULL);
  }
}

static void
on_flush (gpointer data)
{
}

static void
on_up (gpointer data)
{
  ((End *) data)->ups++;
}

static void
on_frame (gpointer data, LanStream stream, const guint8 *frame, gsize len)
{
  End *end = data;
  guint32 number;

  g_assert_cmpuint (len, >=, sizeof number);
  memcpy (&number, frame, sizeof number);
  end->out_of_order += number != end->next[stream];
  end->next[stream] = number + 1;
  end->frames[stream]++;
  if (end->free_in_frame)
    g_clear_pointer (&end->flow, lan_flow_free);
}

static void
on_writable (gpointer data, LanStream stream)
{
  ((End *) data)->writables++;
}

static void
on_sent (gpointer data, LanStream stream)
{
}

static void
on_down (gpointer data, gboolean is_timeout)
{
  End *end = data;

  end->downs++;
  end->was_timeout = is_timeout;
}

static const LanFlowEvents events = { on_send,     on_flush, on_up,  on_frame,
                                      on_writable, on_sent,  on_down };

static void
end_init (End *end, Wire *wire, gboolean is_client, gboolean shim)
{
  memset (end, 0, sizeof *end);
  end->wire = wire;
  g_queue_init (&end->inbox);
  end->ticker = lan_ticker_new (on_inbox, end);
  end->pacer = lan_pacer_new (lan_boottime_us ());
  end->flow = lan_flow_new (is_client, shim, &events, end, NULL);
  g_assert_nonnull (end->flow);
  g_assert_cmpint (lan_flow_is_shim (end->flow), ==, shim);
  lan_flow_set_pacer (end->flow, end->pacer);
}

static void
end_clear (End *end)
{
  lan_flow_free (end->flow);
  lan_pacer_free (end->pacer);
  lan_ticker_free (end->ticker);
  g_queue_clear_full (&end->inbox, (GDestroyNotify) g_bytes_unref);
}

static void
pair_init (Wire *wire, End *a, End *b, gboolean shim)
{
  lan_seeded_random_init (&wire->random, 18);
  end_init (a, wire, TRUE, shim);
  end_init (b, wire, FALSE, shim);
  a->other = b;
  b->other = a;
  lan_flow_connect (a->flow);
  wait_until (a->ups == 1 && b->ups == 1);
}

static void
push (End *end, LanStream stream, guint32 *next, guint32 count, gsize len)
{
  g_autofree guint8 *frame = g_malloc0 (len);

  while (*next < count) {
    memcpy (frame, next, sizeof *next);
    if (!lan_flow_send (end->flow, stream, frame, len))
      return;
    (*next)++;
  }
}

static void
test_hook_in_force (void)
{
  g_assert_true (lan_enet_hook_in_force ());
  g_assert_true (lan_link_hook_in_force ());
}

/* Both directions, both streams, sizes from one byte over one datagram to the largest frame. */
static void
carry (End *a, End *b, guint chat, guint files)
{
  guint32 a_chat = 0, b_chat = 0, a_files = 0, b_files = 0;

  wait_until ((push (a, LAN_STREAM_CHAT, &a_chat, chat, 40),
               push (b, LAN_STREAM_CHAT, &b_chat, chat, 2000),
               push (a, LAN_STREAM_FILES, &a_files, files, LAN_CHANNEL_FRAME_MAX),
               push (b, LAN_STREAM_FILES, &b_files, files, 1160),
               a->frames[LAN_STREAM_CHAT] == chat && b->frames[LAN_STREAM_CHAT] == chat &&
                   a->frames[LAN_STREAM_FILES] == files && b->frames[LAN_STREAM_FILES] == files));
  g_assert_cmpuint (a->out_of_order + b->out_of_order, ==, 0);
}

static void
test_carry (gconstpointer data)
{
  Wire wire = { 0 };
  End a, b;

  pair_init (&wire, &a, &b, GPOINTER_TO_INT (data));
  carry (&a, &b, 2000, 100);
  wait_until (lan_flow_queued (a.flow, LAN_STREAM_FILES) == 0);
  g_assert_false (lan_flow_is_busy (a.flow));
  g_assert_cmpuint (lan_pacer_in_flight (a.pacer, LAN_PACE_FILES), ==, 0);
  end_clear (&a);
  end_clear (&b);
}

static void
test_bad_wire (gconstpointer data)
{
  Wire wire = { .loss = 30, .twice = 30, .swap = 50 };
  End a, b;

  pair_init (&wire, &a, &b, GPOINTER_TO_INT (data));
  carry (&a, &b, 300, 10);
  end_clear (&a);
  end_clear (&b);
}

/* An outage, then a kick: what was lost comes at once, not after the doubled waits. */
static void
test_kick (void)
{
  Wire wire = { 0 };
  End a, b;
  guint32 next = 0;
  gint64 start_us, cut_us;

  pair_init (&wire, &a, &b, FALSE);
  wire.is_cut = TRUE;
  push (&a, LAN_STREAM_CHAT, &next, 10, 5000);
  cut_us = lan_boottime_us () + G_USEC_PER_SEC;
  wait_until (lan_boottime_us () > cut_us);
  wire.is_cut = FALSE;
  start_us = lan_boottime_us ();
  lan_flow_kick (a.flow);
  wait_until (b.frames[LAN_STREAM_CHAT] == 10);
  g_assert_cmpint (lan_boottime_us () - start_us, <, 500000);
  g_assert_cmpuint (b.out_of_order, ==, 0);
  end_clear (&a);
  end_clear (&b);
}

static void
test_refuses_when_full (void)
{
  Wire wire = { 0 };
  End a, b;
  guint32 next = 0;

  pair_init (&wire, &a, &b, FALSE);
  push (&a, LAN_STREAM_FILES, &next, 1000, 60000);
  g_assert_cmpuint (next, ==, LAN_CHANNEL_QUEUE_MAX / 60000 + 1);
  /* The file stream is full, chat is not. */
  next = 0;
  push (&a, LAN_STREAM_CHAT, &next, 1, 100);
  g_assert_cmpuint (next, ==, 1);
  g_assert_false (lan_flow_send (a.flow, LAN_STREAM_CHAT, (const guint8 *) "", 0));
  wait_until (a.writables == 1 && b.frames[LAN_STREAM_CHAT] == 1);
  /* Also for a sender who looks at the queue first and so is never refused. */
  wait_until (lan_flow_queued (a.flow, LAN_STREAM_FILES) == 0);
  next = 0;
  b.next[LAN_STREAM_FILES] = 0;
  push (&a, LAN_STREAM_FILES, &next, LAN_CHANNEL_QUEUE_MAX / 60000, 60000);
  g_assert_cmpuint (next, ==, LAN_CHANNEL_QUEUE_MAX / 60000);
  wait_until (a.writables == 2);
  end_clear (&a);
  end_clear (&b);
}

static void
test_close (void)
{
  Wire wire = { 0 };
  End a, b;
  guint32 next = 0;

  pair_init (&wire, &a, &b, FALSE);
  push (&a, LAN_STREAM_FILES, &next, 10, 60000);
  lan_flow_close (a.flow);
  g_assert_false (lan_flow_send (a.flow, LAN_STREAM_CHAT, (const guint8 *) "late", 4));
  wait_until (a.downs == 1 && b.downs == 1);
  g_assert_cmpuint (b.frames[LAN_STREAM_FILES], ==, 10); /* all that was queued came first */
  g_assert_false (a.was_timeout || b.was_timeout);
  end_clear (&a);
  end_clear (&b);
}

static void
test_free_in_frame (void)
{
  Wire wire = { 0 };
  End a, b;
  guint32 next = 0;

  pair_init (&wire, &a, &b, FALSE);
  b.free_in_frame = TRUE;
  push (&a, LAN_STREAM_CHAT, &next, 200, 1000);
  wait_until (b.flow == NULL);
  g_assert_cmpuint (b.frames[LAN_STREAM_CHAT], ==, 1);
  settle ();
  end_clear (&a);
  end_clear (&b);
}

/* What a contact could seal for us: every cut and flip of real datagrams, and the commands that
 * have crashed ENet before. None may do more than be refused or end the flow. */
static void
test_hostile (void)
{
  static const guint8 unreliable_fragment[] = {
    0x80, 0, 0, 0, 12, 0, 0, 1, 0, 1, 0, 4, 0, 0, 0, 2,
    0,    0, 0, 1, 0,  0, 0, 8, 0, 0, 0, 4, 1, 2, 3, 4
  };
  static const guint8 compressed[] = { 0x40, 0, 5, 0xff, 0, 1 };
  Wire wire = { 0 };
  End a, b;
  LanSeededRandom random;

  g_assert_false (lan_enet_filter_accepts (unreliable_fragment, sizeof unreliable_fragment, 3));
  g_assert_false (lan_enet_filter_accepts (compressed, sizeof compressed, 3));
  g_assert_false (lan_enet_filter_accepts (NULL, 0, 3));
  lan_seeded_random_init (&random, 13);
  pair_init (&wire, &a, &b, FALSE);
  a.other = NULL; /* its datagrams go through our hands from here on */
  for (guint round = 0; round < 20000 && b.downs == 0; round++) {
    guint8 bytes[64];
    gsize len = lan_random_below (&random.base, sizeof bytes + 1);

    lan_random_bytes (&random.base, bytes, sizeof bytes);
    bytes[0] &= 0x80;
    bytes[1] = 0;
    if (len > 4)
      bytes[bytes[0] != 0 ? 4 : 2] = (guint8) (0x80 | lan_random_below (&random.base, 13));
    if (len > 5)
      bytes[bytes[0] != 0 ? 5 : 3] &= 3;
    (void) lan_flow_deliver (b.flow, bytes, len);
    if (round % 50 == 0)
      settle ();
  }
  settle ();
  end_clear (&a);
  end_clear (&b);
}

/* The hook is for our hosts alone: a host made the usual way keeps real sockets. */
static void
test_other_hosts (void)
{
  ENetAddress address = { .host = g_htonl (0x7f000001), .port = 0 };
  ENetHost *server = enet_host_create (&address, 1, 1, 0, 0), *client;
  ENetEvent event;
  gboolean is_up = FALSE;

  g_assert_nonnull (server);
  g_assert_cmpint (server->socket, <, 0x40000000);
  g_assert_cmpint (enet_socket_get_address (server->socket, &address), ==, 0);
  address.host = g_htonl (0x7f000001);
  client = enet_host_create (NULL, 1, 1, 0, 0);
  g_assert_nonnull (enet_host_connect (client, &address, 1, 0));
  for (guint i = 0; i < 1000 && !is_up; i++) {
    enet_host_service (server, &event, 5);
    is_up = enet_host_service (client, &event, 5) > 0 && event.type == ENET_EVENT_TYPE_CONNECT;
  }
  g_assert_true (is_up);
  enet_host_destroy (client);
  enet_host_destroy (server);
}

static void
test_clock (void)
{
  guint32 before = enet_time_get ();

  enet_time_set (5000);
  g_assert_cmpuint (enet_time_get () - 5000, <, 1000);
  enet_time_set (before);
}

void
add_enet_tests (void)
{
  g_test_add_func ("/link/enet/hook-in-force", test_hook_in_force);
  g_test_add_func ("/link/enet/other-hosts", test_other_hosts);
  g_test_add_func ("/link/enet/clock", test_clock);
  g_test_add_data_func ("/link/enet/carry/hook", GINT_TO_POINTER (FALSE), test_carry);
  g_test_add_data_func ("/link/enet/carry/shim", GINT_TO_POINTER (TRUE), test_carry);
  g_test_add_data_func ("/link/enet/T18-bad-wire/hook", GINT_TO_POINTER (FALSE), test_bad_wire);
  g_test_add_data_func ("/link/enet/T18-bad-wire/shim", GINT_TO_POINTER (TRUE), test_bad_wire);
  g_test_add_func ("/link/enet/kick", test_kick);
  g_test_add_func ("/link/enet/refuses-when-full", test_refuses_when_full);
  g_test_add_func ("/link/enet/close", test_close);
  g_test_add_func ("/link/enet/free-in-frame", test_free_in_frame);
  g_test_add_func ("/link/enet/T18-hostile", test_hostile);
}
