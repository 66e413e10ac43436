/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Bulk lanes over real sockets on the loopback interface: the opening, messages, the end. */
#include "lan-bulk-lane-private.h"
#include "lan-bulk-opening.h"
#include "lan-ticker.h"
#include "link-fixture.h"

#include <string.h>
#include <sys/socket.h>

/* One of the two devices. The lane's threads and the test share what has the mutex. */
typedef struct {
  Device device;
  LanListener *listener;
  LanChannel *channel; /* an end of a loopback pair: names the secrets */
  LanBulkOpening *opening;
  LanBulkLane *lane;
  gboolean is_answered; /* the opening said something */
  guint closes;
  LanCloseReason reason;

  GMutex mutex;
  GChecksum *sum; /* of what arrived */
  guint messages, abandoned, asked, later, writables, idles, done_sent, done_unsent;
  guint64 bytes;
  gboolean is_full, skips, refuses, is_wrong;
  GHashTable *buffers; /* out with the lane */
} End;

static void
count_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  g_assert_not_reached ();
}

static const LanListenerEvents listener_events = { .lane = count_lane };

static void
ends_init (End *a, End *b)
{
  const LanListenerConfig config = { .loopback_only = TRUE };
  End *ends[2] = { a, b };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    memset (ends[i], 0, sizeof *ends[i]);
    device_init (&ends[i]->device);
    ends[i]->listener =
        lan_listener_new (&config, &ends[i]->device.keys, &listener_events, ends[i], &error);
    g_assert_no_error (error);
    g_mutex_init (&ends[i]->mutex);
    ends[i]->sum = g_checksum_new (G_CHECKSUM_SHA1);
    ends[i]->buffers = g_hash_table_new (NULL, NULL);
  }
  lan_channel_loopback_pair (a->device.public_key, b->device.public_key, &a->channel, &b->channel);
  wait_until (lan_channel_state (a->channel) == LAN_CHANNEL_UP &&
              lan_channel_state (b->channel) == LAN_CHANNEL_UP);
}

static void
end_clear (End *end)
{
  lan_bulk_opening_free (end->opening);
  lan_bulk_lane_free (end->lane);
  lan_channel_free (end->channel);
  lan_listener_free (end->listener);
  g_assert_cmpuint (g_hash_table_size (end->buffers), ==, 0);
  g_hash_table_unref (end->buffers);
  g_checksum_free (end->sum);
  g_mutex_clear (&end->mutex);
}

/* ---- what a lane says ---- */

static LanBulkAnswer
on_begin (LanBulkLane *lane, LanBulkIn *in, gpointer data)
{
  End *end = data;
  LanBulkAnswer answer = LAN_BULK_TAKE;

  g_mutex_lock (&end->mutex);
  end->asked++;
  if (end->refuses) {
    answer = LAN_BULK_REFUSE;
  } else if (end->skips) {
    answer = LAN_BULK_SKIP;
  } else if (end->is_full) {
    end->later++;
    answer = LAN_BULK_LATER;
  } else {
    in->payload = in->token = g_malloc (in->payload_len);
    g_hash_table_add (end->buffers, in->token);
  }
  g_mutex_unlock (&end->mutex);
  return answer;
}

static void
on_message (LanBulkLane *lane, const LanBulkIn *in, gpointer data)
{
  End *end = data;

  g_mutex_lock (&end->mutex);
  end->is_wrong |= in->type != (guint8) (end->messages & 0xff) || in->header[47] != 0x5a ||
                   (in->payload_len > 0 && in->payload != in->token);
  g_checksum_update (end->sum, in->header, LAN_BULK_HEADER_BYTES);
  g_checksum_update (end->sum, in->payload, in->payload_len);
  end->messages++;
  end->bytes += in->payload_len;
  g_hash_table_remove (end->buffers, in->token);
  g_free (in->token);
  g_mutex_unlock (&end->mutex);
}

static void
on_abandoned (LanBulkLane *lane, const LanBulkIn *in, gpointer data)
{
  End *end = data;

  g_mutex_lock (&end->mutex);
  end->abandoned++;
  g_hash_table_remove (end->buffers, in->token);
  g_free (in->token);
  g_mutex_unlock (&end->mutex);
}

static void
on_writable (LanBulkLane *lane, gpointer data)
{
  End *end = data;

  g_mutex_lock (&end->mutex);
  end->writables++;
  g_mutex_unlock (&end->mutex);
}

static void
on_idle (LanBulkLane *lane, gpointer data)
{
  End *end = data;

  g_mutex_lock (&end->mutex);
  end->idles++;
  g_mutex_unlock (&end->mutex);
}

static void
on_closed (LanBulkLane *lane, LanCloseReason reason, const char *detail, gpointer data)
{
  End *end = data;

  end->closes++;
  end->reason = reason;
}

static const LanBulkEvents lane_events = {
  on_begin, on_message, on_abandoned, on_writable, on_closed, on_idle,
};

static guint
get (End *end, const guint *value)
{
  guint now;

  g_mutex_lock (&end->mutex);
  now = *value;
  g_mutex_unlock (&end->mutex);
  return now;
}

/* ---- openings ---- */

static void
on_opened (LanBulkOpening *opening, LanBulkLane *lane, gpointer data)
{
  End *end = data;

  g_assert_false (end->is_answered);
  end->is_answered = TRUE;
  end->lane = lane;
  if (lane != NULL)
    lan_bulk_lane_start (lane, &lane_events, end);
  g_clear_pointer (&end->opening, lan_bulk_opening_free); /* allowed here */
}

static void
add_address (GPtrArray *list, const char *ip, guint16 port)
{
  g_ptr_array_add (list, lan_socket_address_parse (ip, port));
}

static void
open_end (End *end, const guint8 *id, gboolean is_initiator, GPtrArray *addresses)
{
  LanBulkOpeningConfig config = { .is_initiator = is_initiator,
                                  .listener = end->listener,
                                  .addresses = addresses };
  guint8 session[LAN_SESSION_NAME_BYTES];

  memcpy (config.lane_id, id, sizeof config.lane_id);
  g_assert_true (lan_channel_session_name (end->channel, session));
  g_assert_cmpint (lan_channel_export_psk (end->channel, session, id, TRUE, config.psk_dial), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (lan_channel_export_psk (end->channel, session, id, FALSE, config.psk_listen), ==,
                   LAN_STATUS_OK);
  g_assert_cmpint (memcmp (config.psk_dial, config.psk_listen, LAN_KEY_BYTES), !=, 0);
  end->opening = lan_bulk_opening_new (&config, on_opened, end);
}

enum { A_DIALS = 1, B_DIALS = 2 };

static void
open_both (End *a, End *b, guint who)
{
  g_autoptr (GPtrArray) to_b = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) to_a = g_ptr_array_new_with_free_func (g_object_unref);
  static const guint8 id[LAN_LANE_ID_BYTES] = { 7, 7, 7 };

  if ((who & A_DIALS) != 0) {
    add_address (to_b, "127.0.0.1", 9); /* nobody there */
    add_address (to_b, "127.0.0.1", lan_listener_port (b->listener));
  }
  if ((who & B_DIALS) != 0)
    add_address (to_a, "127.0.0.1", lan_listener_port (a->listener));
  open_end (a, id, TRUE, to_b);
  open_end (b, id, FALSE, to_a);
}

static void
test_opening (gconstpointer data)
{
  End a, b;
  LanListenerStats stats;

  ends_init (&a, &b);
  open_both (&a, &b, GPOINTER_TO_UINT (data));
  wait_until (a.is_answered && b.is_answered);
  g_assert_nonnull (a.lane);
  g_assert_nonnull (b.lane);
  settle ();
  lan_listener_get_stats (a.listener, &stats);
  g_assert_cmpuint (stats.unfinished, ==, 0);
  lan_listener_get_stats (b.listener, &stats);
  g_assert_cmpuint (stats.unfinished, ==, 0);
  end_clear (&a);
  end_clear (&b);
}

/* The secret of another channel: nobody gets in, and nothing is said about it. */
static void
test_wrong_secret (void)
{
  End a, b;
  g_autoptr (GPtrArray) to_b = g_ptr_array_new_with_free_func (g_object_unref);
  LanBulkOpeningConfig wrong = { .is_initiator = TRUE, .addresses = to_b };
  static const guint8 id[LAN_LANE_ID_BYTES] = { 7, 7, 7 };
  LanListenerStats stats;

  ends_init (&a, &b);
  add_address (to_b, "127.0.0.1", lan_listener_port (b.listener));
  memcpy (wrong.lane_id, id, sizeof id);
  a.opening = lan_bulk_opening_new (&wrong, on_opened, &a);
  open_end (&b, id, FALSE, NULL);
  do {
    lan_listener_get_stats (b.listener, &stats);
    g_main_context_iteration (NULL, TRUE);
  } while (stats.failed == 0);
  g_assert_false (b.is_answered);
  g_assert_null (a.lane);
  end_clear (&a);
  end_clear (&b);
}

/* ---- messages ---- */

typedef struct {
  End *end;
  gpointer payload;
} Loan;

static void
on_done (gpointer data, gboolean sent)
{
  Loan *loan = data;

  g_mutex_lock (&loan->end->mutex);
  if (sent)
    loan->end->done_sent++;
  else
    loan->end->done_unsent++;
  g_free (loan->payload);
  g_mutex_unlock (&loan->end->mutex);
  g_free (loan);
}

/* FALSE: refused. The number is the type. */
static gboolean
send_message (End *end, guint number, gsize len, GChecksum *sum)
{
  Loan *loan = g_new (Loan, 1);
  LanBulkOut out = {
    .type = (guint8) number, .payload_len = (guint32) len, .done = on_done, .data = loan
  };
  guint8 *payload = g_malloc (len + 1);
  gboolean taken;

  for (gsize i = 0; i < len; i++)
    payload[i] = (guint8) ((number * 31 + i * 7) ^ (i >> 9));
  memset (out.header, (int) (number & 0x7f), sizeof out.header);
  out.header[47] = 0x5a;
  *loan = (Loan){ end, payload };
  out.payload = len > 0 ? payload : NULL;
  g_mutex_lock (&end->mutex); /* on_done() may come at once, and waits here */
  taken = lan_bulk_lane_send (end->lane, &out);
  if (taken) {
    g_checksum_update (sum, out.header, sizeof out.header);
    g_checksum_update (sum, payload, (gssize) len);
  } else {
    g_free (payload);
    g_free (loan);
  }
  g_mutex_unlock (&end->mutex);
  return taken;
}

static const gsize sizes[] = { 0,
                               1,
                               63,
                               64,
                               LAN_BULK_RECORD_PAYLOAD_MAX - 1,
                               LAN_BULK_RECORD_PAYLOAD_MAX,
                               LAN_BULK_RECORD_PAYLOAD_MAX + 1,
                               262144,
                               2 * LAN_BULK_RECORD_PAYLOAD_MAX,
                               LAN_BULK_PAYLOAD_MAX,
                               5 };

static void
open_pair (End *a, End *b)
{
  ends_init (a, b);
  open_both (a, b, A_DIALS);
  wait_until (a->lane != NULL && b->lane != NULL);
}

static void
close_pair (End *a, End *b)
{
  end_clear (a);
  end_clear (b);
}

static void
send_all_sizes (End *end, GChecksum *sum, guint rounds)
{
  guint number = 0;

  for (guint r = 0; r < rounds; r++) {
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++, number++)
      wait_until (send_message (end, number, sizes[i], sum));
  }
}

static void
test_messages (void)
{
  End a, b;
  const guint rounds = 4, n = rounds * G_N_ELEMENTS (sizes);
  g_autoptr (GChecksum) sum_a = g_checksum_new (G_CHECKSUM_SHA1);
  g_autoptr (GChecksum) sum_b = g_checksum_new (G_CHECKSUM_SHA1);
  LanBulkStats stats;

  open_pair (&a, &b);
  send_all_sizes (&a, sum_a, rounds);
  send_all_sizes (&b, sum_b, rounds);
  wait_until (get (&a, &a.messages) == n && get (&b, &b.messages) == n);
  wait_until (get (&a, &a.done_sent) == n && get (&b, &b.done_sent) == n);
  g_assert_false (a.is_wrong || b.is_wrong);
  g_assert_cmpstr (g_checksum_get_string (b.sum), ==, g_checksum_get_string (sum_a));
  g_assert_cmpstr (g_checksum_get_string (a.sum), ==, g_checksum_get_string (sum_b));
  lan_bulk_lane_get_stats (b.lane, &stats);
  g_assert_cmpuint (stats.messages_received, ==, n);
  g_assert_cmpuint (stats.bytes_received, ==, b.bytes);
  g_assert_cmpuint (stats.wire_received, >, b.bytes);
  close_pair (&a, &b);
}

/* Once nothing more comes, whoever gathers hears of it, and again after each piece. */
static void
test_idle (void)
{
  End a, b;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);

  open_pair (&a, &b);
  for (guint i = 0; i < 3; i++) {
    guint before = get (&b, &b.idles);

    g_assert_true (send_message (&a, i, 1000, sum));
    wait_until (get (&b, &b.messages) == i + 1 && get (&b, &b.idles) > before);
  }
  close_pair (&a, &b);
}

/* What was queued before the close arrives; both sides hear an orderly end. */
static void
test_close (void)
{
  End a, b;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);

  open_pair (&a, &b);
  for (guint i = 0; i < 12; i++)
    g_assert_true (send_message (&a, i, 262144, sum));
  lan_bulk_lane_close (a.lane);
  g_assert_false (send_message (&a, 99, 1, sum));
  wait_until (a.closes == 1 && b.closes == 1);
  g_assert_cmpuint (b.messages, ==, 12);
  g_assert_cmpstr (g_checksum_get_string (b.sum), ==, g_checksum_get_string (sum));
  g_assert_cmpint (a.reason, ==, LAN_CLOSE_LOCAL);
  g_assert_cmpint (b.reason, ==, LAN_CLOSE_REMOTE);
  g_assert_true (lan_bulk_lane_is_over (a.lane));
  close_pair (&a, &b);
}

/* A receiver without buffers fills the path; every buffer lent comes back. */
static void
test_back_pressure (void)
{
  End a, b;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  guint number = 0;

  open_pair (&a, &b);
  b.is_full = TRUE;
  while (get (&b, &b.later) == 0 || send_message (&a, number, 262144, sum)) {
    number += get (&b, &b.later) != 0 ? 1 : send_message (&a, number, 262144, sum);
    g_assert_cmpuint (number, <, 200);
  }
  g_assert_cmpuint (lan_bulk_lane_queued (a.lane), <=, LAN_BULK_QUEUE_MAX);
  g_mutex_lock (&b.mutex);
  b.is_full = FALSE;
  g_mutex_unlock (&b.mutex);
  lan_bulk_lane_resume (b.lane);
  wait_until (get (&b, &b.messages) == number);
  wait_until (get (&a, &a.writables) >= 1);
  g_assert_cmpstr (g_checksum_get_string (b.sum), ==, g_checksum_get_string (sum));
  close_pair (&a, &b);
}

/* Freed in the middle of everything: nothing that was lent is lost. */
static void
test_free_inside (void)
{
  End a, b;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  guint n = 0;

  open_pair (&a, &b);
  while (get (&b, &b.messages) < 3) {
    while (send_message (&a, n, LAN_BULK_PAYLOAD_MAX, sum))
      n++;
  }
  g_clear_pointer (&a.lane, lan_bulk_lane_free);
  g_assert_cmpuint (a.done_sent + a.done_unsent, ==, n);
  g_assert_cmpuint (a.closes, ==, 0);
  wait_until (b.closes == 1);
  g_assert_cmpint (b.reason, ==, LAN_CLOSE_BROKEN);
  close_pair (&a, &b);
}

static void
test_skip_and_refuse (void)
{
  End a, b;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);

  open_pair (&a, &b);
  b.skips = TRUE;
  g_assert_true (send_message (&a, 0, 262144, sum));
  g_assert_true (send_message (&a, 0, 0, sum)); /* comes through: there is nothing to skip */
  wait_until (get (&b, &b.messages) == 1);
  g_assert_cmpuint (b.bytes, ==, 0);
  g_mutex_lock (&b.mutex);
  b.refuses = TRUE;
  g_mutex_unlock (&b.mutex);
  g_assert_true (send_message (&a, 0, 1, sum));
  wait_until (b.closes == 1 && a.closes == 1);
  g_assert_cmpint (b.reason, ==, LAN_CLOSE_PROTOCOL);
  close_pair (&a, &b);
}

/* A bit that changed on the way ends the lane before anything is done with it. */
static void
test_tampered (void)
{
  End a, b;
  static const guint8 junk[100] = { 0, 98 };

  open_pair (&a, &b);
  g_assert_cmpint (send (a.lane->fd, junk, sizeof junk, MSG_NOSIGNAL), ==, sizeof junk);
  wait_until (b.closes == 1);
  g_assert_cmpint (b.reason, ==, LAN_CLOSE_AUTH);
  g_assert_cmpuint (b.asked + b.messages, ==, 0);
  close_pair (&a, &b);
}

static void
test_limited (void)
{
  End a, b;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autoptr (LanBulkRate) rate = lan_bulk_rate_new (4 * 1024 * 1024);
  gint64 start_us = lan_boottime_us ();

  open_pair (&a, &b);
  lan_bulk_lane_set_limiter (a.lane, rate);
  for (guint i = 0; i < 8; i++)
    g_assert_true (send_message (&a, i, 262144, sum));
  wait_until (get (&b, &b.messages) == 8);
  /* 2 MiB at 4 MiB/s, a tenth of a second of it at once. */
  g_assert_cmpint (lan_boottime_us () - start_us, >, 350 * 1000);
  close_pair (&a, &b);
}

/* ---- pure parts ---- */

static void
test_rate (void)
{
  g_autoptr (LanBulkRate) rate = lan_bulk_rate_new (0);
  gint64 wait_us, now_us = 1000;
  guint64 got = 0;

  g_assert_cmpuint (lan_bulk_rate_take (rate, 1 << 20, now_us, &wait_us), ==, 1 << 20);
  lan_bulk_rate_set (rate, 1000 * 1000);
  g_assert_cmpuint (lan_bulk_rate_get (rate), ==, 1000 * 1000);
  while (now_us < 10 * G_USEC_PER_SEC) {
    gsize n = lan_bulk_rate_take (rate, 64 * 1024, now_us, &wait_us);

    got += n;
    g_assert_true (n > 0 || wait_us > 0);
    now_us += n > 0 ? 10 : wait_us;
  }
  g_assert_cmpuint (got, >, 9800 * 1000);
  g_assert_cmpuint (got, <, 10200 * 1000);
}

/* A path of @rate bytes/s, @base_us and a buffer; the window is always used. */
static void
run_path (LanBulkPacer *pacer, double rate, gint64 base_us, gint64 from_us, gint64 to_us,
          gint64 *worst_us, double *carried)
{
  double queue = 0, in_flight = 0;

  *worst_us = 0;
  *carried = 0;
  for (gint64 now_us = from_us + 1000; now_us <= to_us; now_us += 1000) {
    double acked;
    LanBulkSample look = { .now_us = now_us, .min_rtt_us = base_us };

    in_flight = (double) pacer->window;
    queue = MAX (0, in_flight - rate * (double) base_us / 1e6);
    look.rtt_us = base_us + (gint64) (queue / rate * 1e6);
    acked = MIN (rate, in_flight * 1e6 / (double) look.rtt_us) / 1000;
    look.acked = (gsize) acked;
    look.in_flight = (gsize) (in_flight - acked);
    *carried += acked;
    if (now_us > from_us + 500 * 1000)
      *worst_us = MAX (*worst_us, look.rtt_us - base_us);
    lan_bulk_pacer_on_sample (pacer, &look);
  }
}

static void
test_pacer (void)
{
  static const struct {
    double rate; /* bytes/s */
    gint64 base_us;
  } paths[] = { { 2.5e6, 20000 }, { 2.5e6, 500 }, { 12.5e6, 1000 }, { 125e6, 300 } };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    LanBulkPacer pacer;
    gint64 worst_us;
    double carried;

    lan_bulk_pacer_init (&pacer, 0);
    run_path (&pacer, paths[i].rate, paths[i].base_us, 0, 30 * G_USEC_PER_SEC, &worst_us, &carried);
    g_test_message ("path %u: worst queue %d us, %.3f of it used", i, (int) worst_us,
                    carried / paths[i].rate / 30);
    g_assert_cmpint (worst_us, <, 25000);
    g_assert_cmpfloat (carried / paths[i].rate / 30, >, 0.97);
  }
}

void
add_bulk_tests (void)
{
  g_test_add_data_func ("/bulk/opening/initiator-dials", GUINT_TO_POINTER (A_DIALS), test_opening);
  g_test_add_data_func ("/bulk/opening/other-dials", GUINT_TO_POINTER (B_DIALS), test_opening);
  g_test_add_data_func ("/bulk/opening/both-dial", GUINT_TO_POINTER (A_DIALS | B_DIALS),
                        test_opening);
  g_test_add_func ("/bulk/opening/wrong-secret", test_wrong_secret);
  g_test_add_func ("/bulk/messages", test_messages);
  g_test_add_func ("/bulk/idle", test_idle);
  g_test_add_func ("/bulk/close", test_close);
  g_test_add_func ("/bulk/back-pressure", test_back_pressure);
  g_test_add_func ("/bulk/free-inside", test_free_inside);
  g_test_add_func ("/bulk/skip-and-refuse", test_skip_and_refuse);
  g_test_add_func ("/bulk/tampered", test_tampered);
  g_test_add_func ("/bulk/limited", test_limited);
  g_test_add_func ("/bulk/rate", test_rate);
  g_test_add_func ("/bulk/pacer", test_pacer);
}
