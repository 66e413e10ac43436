/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Screens: how text arrives over a way of a given rate, in virtual time with the real codec. */
#include "lan-picture-page.h"
#include "lan-picture-pattern.h"
#include "lan-picture-receive.h"
#include "lan-picture-refine.h"
#include "lan-picture-screen.h"
#include "lan-picture-send.h"
#include "lan-picture-steps.h"
#include "picture-ssim.h"

#include <string.h>

#define MS     ((gint64) 1000)
#define TICK   (5 * MS)
#define DELAY  (20 * MS)
#define TAG    7
#define WIDTH  LAN_PICTURE_PAGE_WIDTH
#define HEIGHT LAN_PICTURE_PAGE_HEIGHT

typedef struct {
  gint64 at;
  gsize len;
  guint8 bytes[LAN_MEDIA_PACKET_MAX];
} Packet;

typedef struct {
  gint64 now;
  guint bits; /* a second that the way bears */
  gint64 free_us;
  LanPictureSender *sender;
  LanPictureReceiver *receiver;
  LanPictureScreen *screen;
  LanPictureDecoder *decoder;
  GQueue there, back; /* of Packet */
  gint64 next_us;
  guint32 page;    /* drawn */
  guint8 *drawn;   /* as it should look */
  guint8 *shown;   /* luma of what the other side sees */
  guint32 is_page; /* which one that is, as its top row says */
  guint width, height;
  guint coded, keys;
  guint64 bytes;
} Line;

static void
line_init (Line *l, guint bits, gint64 now)
{
  memset (l, 0, sizeof *l);
  l->now = l->next_us = l->free_us = now;
  l->bits = bits;
  l->sender = lan_picture_sender_new (TAG, 0, 0, now);
  lan_picture_sender_set_screen (l->sender);
  l->receiver = lan_picture_receiver_new (TAG, 0);
  l->screen = lan_picture_screen_new ();
  l->decoder = lan_picture_decoder_new ();
  l->drawn = g_malloc0 (lan_picture_image_bytes (WIDTH, HEIGHT));
  l->shown = g_malloc0 ((gsize) WIDTH * HEIGHT);
  l->page = G_MAXUINT32;
}

static void
line_clear (Line *l)
{
  lan_picture_sender_free (l->sender);
  lan_picture_receiver_free (l->receiver);
  lan_picture_screen_free (l->screen);
  lan_picture_decoder_free (l->decoder);
  g_queue_clear_full (&l->there, g_free);
  g_queue_clear_full (&l->back, g_free);
  g_free (l->drawn);
  g_free (l->shown);
}

static void
push (GQueue *queue, gint64 at, const guint8 *bytes, gsize len)
{
  Packet *packet = g_new (Packet, 1);

  packet->at = at;
  packet->len = len;
  memcpy (packet->bytes, bytes, len);
  g_queue_push_tail (queue, packet);
}

static void
send_due (Line *l)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len;

  while ((len = lan_picture_sender_next (l->sender, l->now, out)) > 0) {
    l->free_us = MAX (l->free_us, l->now) + (gint64) len * 8 * G_USEC_PER_SEC / l->bits;
    push (&l->there, l->free_us + DELAY, out, len);
  }
}

static void
grab (Line *l)
{
  guint32 page = lan_picture_page_at (l->now / MS);
  gboolean has_changed = page != l->page;
  LanPictureOrder order = { .rate = lan_picture_sender_rate (l->sender, l->now),
                            .wants_key = lan_picture_sender_wants_key (l->sender),
                            .is_behind = lan_picture_sender_is_behind (l->sender) };
  LanPictureImage image;
  LanPictureCoded coded;

  lan_picture_image_init (&image, l->drawn, WIDTH, HEIGHT);
  if (has_changed)
    lan_picture_page_draw (page, &image);
  l->page = page;
  if (lan_picture_screen_put (l->screen, &image, has_changed, &order, l->now, &coded) ==
      LAN_PICTURE_SCREEN_CODED) {
    g_assert_true (lan_picture_sender_put (l->sender, coded.bytes, coded.width, coded.height,
                                           coded.is_key ? 0 : 1, l->now, l->now));
    g_assert_false (coded.is_leaf);
    l->coded++;
    l->keys += coded.is_key;
    l->bytes += g_bytes_get_size (coded.bytes);
    g_bytes_unref (coded.bytes);
  }
  l->next_us = l->now + lan_picture_screen_interval_ms (l->screen) * MS;
}

static void
show (Line *l)
{
  LanPictureOut out;
  LanPictureImage image;

  while (lan_picture_receiver_next (l->receiver, l->now, &out)) {
    g_assert_true (lan_picture_decoder_put (l->decoder, out.bytes, out.len, out.width, out.height,
                                            out.is_key, &image));
    l->is_page = lan_picture_pattern_read (&image);
    l->width = image.width;
    l->height = image.height;
    for (guint y = 0; y < image.height; y++)
      memcpy (l->shown + (gsize) y * image.width, image.planes[0] + (gsize) y * image.strides[0],
              image.width);
  }
}

static void
take_due (Line *l)
{
  Packet *packet;

  while ((packet = g_queue_peek_head (&l->there)) != NULL && packet->at <= l->now) {
    LanMediaPacket m;

    g_assert_cmpint (lan_media_packet_decode (packet->bytes, packet->len, &m), ==, LAN_STATUS_OK);
    lan_picture_receiver_take (l->receiver, &m, l->now);
    g_free (g_queue_pop_head (&l->there));
  }
  while ((packet = g_queue_peek_head (&l->back)) != NULL && packet->at <= l->now) {
    LanMediaPacket m;

    g_assert_cmpint (lan_media_packet_decode (packet->bytes, packet->len, &m), ==, LAN_STATUS_OK);
    lan_picture_sender_report (l->sender, &m.picture_report, l->now);
    g_free (g_queue_pop_head (&l->back));
  }
}

static void
run_until (Line *l, gint64 until)
{
  for (; l->now < until; l->now += TICK) {
    guint8 out[LAN_MEDIA_PACKET_MAX];
    gsize len;

    if (l->now >= l->next_us)
      grab (l);
    send_due (l);
    take_due (l);
    show (l);
    len = lan_picture_receiver_report (l->receiver, 0, l->now, out);
    if (len > 0)
      push (&l->back, l->now + DELAY, out, len);
  }
}

/* How like the page that stands there it looks. */
static double
similarity (const Line *l)
{
  g_assert_cmpuint (l->width, ==, WIDTH);
  g_assert_cmpuint (l->height, ==, HEIGHT);
  return l->is_page == l->page ? picture_ssim (l->drawn, l->shown, WIDTH, HEIGHT) : 0;
}

/* ---- */

static gint64
still_at (guint cycle)
{
  return (gint64) cycle * LAN_PICTURE_PAGE_CYCLE_MS +
         (LAN_PICTURE_PAGE_MOVES_MS - LAN_PICTURE_PAGE_MS);
}

static void
test_page (void)
{
  g_assert_cmpint (lan_picture_page_still_ms (still_at (1)), ==, 0);
  g_assert_cmpint (lan_picture_page_still_ms (still_at (1) - 1), <, 0);
  g_assert_cmpuint (lan_picture_page_at (still_at (1)), !=, lan_picture_page_at (still_at (1) - 1));
  g_assert_cmpuint (lan_picture_page_at (still_at (1)), ==,
                    lan_picture_page_at (still_at (1) + 4080));
  g_assert_cmpuint (lan_picture_page_at (still_at (1)), !=,
                    lan_picture_page_at (still_at (1) + 4100));
}

/* The text of a page can be read within a second of its standing still. */
static void
test_sharp (gconstpointer bits)
{
  Line l;
  guint64 bytes_still;

  line_init (&l, GPOINTER_TO_UINT (bits), 6000 * MS);
  for (guint cycle = 1; cycle < 4; cycle++) {
    double soon, later;

    run_until (&l, still_at (cycle) * MS);
    for (gint64 after = 200; after <= 1000; after += 200) {
      run_until (&l, (still_at (cycle) + after) * MS);
      g_test_message ("cycle %u, %" G_GINT64_FORMAT
                      " ms: %.4f, rate %u, coded %u, %" G_GUINT64_FORMAT " bytes",
                      cycle, after, similarity (&l), lan_picture_sender_rate (l.sender, l.now),
                      l.coded, l.bytes);
    }
    soon = similarity (&l);
    g_assert_cmpfloat (soon, >, 0.95);
    run_until (&l, (still_at (cycle) + 2500) * MS);
    later = similarity (&l);
    g_assert_cmpfloat (later, >, 0.99);
    /* Then next to nothing is left to be said. */
    bytes_still = l.bytes;
    run_until (&l, (still_at (cycle) + 3900) * MS);
    g_assert_cmpuint (l.bytes - bytes_still, <, 20000);
  }
  g_assert_cmpuint (l.keys, ==, 1);
  line_clear (&l);
}

/* Over a narrow way it takes longer, and does come. */
static void
test_narrow (void)
{
  Line l;

  line_init (&l, 400000, still_at (1) * MS);
  run_until (&l, (still_at (1) + 3800) * MS);
  g_test_message ("%.4f, %u coded, %" G_GUINT64_FORMAT " bytes", similarity (&l), l.coded, l.bytes);
  g_assert_cmpfloat (similarity (&l), >, 0.95);
  line_clear (&l);
}

static void
test_steps (void)
{
  LanPictureSteps steps;
  LanPictureShape shape;
  guint interval_ms = 0;

  lan_picture_steps_init (&steps, TRUE);
  for (guint rate = LAN_RATE_MAX; rate >= 100000; rate -= 10000) {
    lan_picture_steps_choose (&steps, rate, WIDTH, HEIGHT, 0);
    lan_picture_steps_shape (&steps, WIDTH, HEIGHT, &shape);
    g_assert_cmpuint (shape.width, ==, WIDTH);
    g_assert_cmpuint (shape.height, ==, HEIGHT);
    g_assert_cmpuint (shape.interval_ms, >=, interval_ms);
    interval_ms = shape.interval_ms;
  }
  g_assert_cmpuint (interval_ms, >=, 500);
  lan_picture_steps_choose (&steps, LAN_RATE_MIN, WIDTH, HEIGHT, 0);
  lan_picture_steps_shape (&steps, WIDTH, HEIGHT, &shape);
  g_assert_cmpuint (shape.width, ==, WIDTH / 2);
}

static void
test_refine (void)
{
  LanPictureRefine r;
  guint last = 100, n = 0, next;

  lan_picture_refine_init (&r);
  g_assert_cmpuint (lan_picture_refine_next (&r, FALSE, 1), ==, LAN_PICTURE_COARSEST);
  lan_picture_refine_done (&r, LAN_PICTURE_COARSEST, FALSE, 1);
  while ((next = lan_picture_refine_next (&r, FALSE, 2)) != 0) {
    g_assert_cmpuint (next, <, last);
    g_assert_cmpuint (++n, <, 10);
    last = next;
    lan_picture_refine_done (&r, next, FALSE, 2);
  }
  g_assert_cmpuint (last, ==, LAN_PICTURE_FINE);
  /* A sign of life, as fine; and anew when something changes. */
  g_assert_cmpuint (lan_picture_refine_next (&r, FALSE, 1 + LAN_PICTURE_ALIVE_US), ==, 0);
  g_assert_cmpuint (lan_picture_refine_next (&r, FALSE, 2 + LAN_PICTURE_ALIVE_US), ==,
                    LAN_PICTURE_FINE);
  g_assert_cmpuint (lan_picture_refine_next (&r, TRUE, 3), ==, LAN_PICTURE_COARSEST);
  /* What is too large when fine stays coarser, and is not tried for ever. */
  lan_picture_refine_done (&r, 30, TRUE, 4);
  g_assert_cmpuint (lan_picture_refine_next (&r, FALSE, 4), ==, LAN_PICTURE_COARSEST);
  lan_picture_refine_done (&r, LAN_PICTURE_COARSEST, FALSE, 5);
  for (n = 0; (next = lan_picture_refine_next (&r, FALSE, 5)) != 0; n++) {
    g_assert_cmpuint (next, >, 30);
    g_assert_cmpuint (n, <, 10);
    lan_picture_refine_done (&r, next, FALSE, 5);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/screen/page", test_page);
  g_test_add_data_func ("/screen/sharp", GUINT_TO_POINTER (10000000), test_sharp);
  g_test_add_func ("/screen/narrow", test_narrow);
  g_test_add_func ("/screen/steps", test_steps);
  g_test_add_func ("/screen/refine", test_refine);
  return g_test_run ();
}
