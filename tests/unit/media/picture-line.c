/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "picture-line.h"

#include <string.h>

#define WIDTH     640
#define HEIGHT    480
#define TAG       77
#define KEY_TIMES 4 /* a key picture is so much larger */

typedef struct {
  gint64 due;
  gsize len;
  guint8 bytes[LAN_MEDIA_PACKET_MAX];
} Flying;

void
picture_line_init (PictureLine *line, guint64 seed)
{
  memset (line, 0, sizeof *line);
  lan_seeded_random_init (&line->random, seed);
  line->sender = lan_picture_sender_new (TAG, 0, 0, 0);
  line->receiver = lan_picture_receiver_new (TAG, 0);
  lan_picture_steps_init (&line->steps, FALSE);
  g_queue_init (&line->there);
  g_queue_init (&line->back);
  line->capacity = 8000000;
  line->buffer_us = 250 * LINE_MS;
  line->delay_us = 20 * LINE_MS;
}

void
picture_line_clear (PictureLine *line)
{
  lan_picture_sender_free (line->sender);
  lan_picture_receiver_free (line->receiver);
  g_queue_clear_full (&line->there, g_free);
  g_queue_clear_full (&line->back, g_free);
}

void
picture_line_watch (PictureLine *line)
{
  line->longest_us = 0;
  line->longest_from_us = line->now;
}

static gboolean
is_lost (PictureLine *line)
{
  return lan_random_below (&line->random.base, 100) < line->loss;
}

static void
fly (PictureLine *line, GQueue *queue, const guint8 *bytes, gsize len, gint64 due)
{
  Flying *f;

  if (is_lost (line))
    return;
  f = g_new0 (Flying, 1);
  f->due = due;
  f->len = len;
  memcpy (f->bytes, bytes, len);
  g_queue_push_tail (queue, f);
}

/* Through the bottleneck: what its queue has no room for is lost. */
static void
send_there (PictureLine *line, const guint8 *bytes, gsize len)
{
  gint64 cost_us = (gint64) (len + 60) * 8 * G_USEC_PER_SEC / line->capacity;

  line->sent_bytes[MIN (line->now / G_USEC_PER_SEC, LINE_SECONDS - 1)] += (gint64) len;
  line->free_us = MAX (line->free_us, line->now);
  if (line->free_us - line->now > line->buffer_us)
    return;
  line->free_us += cost_us;
  fly (line, &line->there, bytes, len, line->free_us + line->delay_us);
}

/* Says which one it is and which one it needs, and the former in each further byte. */
static GBytes *
make_picture (guint32 number, guint32 needs, gsize size)
{
  guint8 *bytes = g_malloc (size);

  memset (bytes, (int) (number * 7 + 1), size);
  memcpy (bytes, &number, sizeof number);
  memcpy (bytes + sizeof number, &needs, sizeof needs);
  return g_bytes_new_take (bytes, size);
}

static void
take_picture (PictureLine *line)
{
  guint rate = lan_picture_sender_rate (line->sender, line->now);
  gboolean is_key = lan_picture_sender_wants_key (line->sender), is_leaf;
  g_autoptr (GBytes) picture = NULL;
  LanPictureShape shape;
  gsize size;

  line->step = lan_picture_steps_choose (&line->steps, rate, WIDTH, HEIGHT, line->now);
  lan_picture_steps_shape (&line->steps, WIDTH, HEIGHT, &shape);
  line->next_picture_us += shape.interval_ms * LINE_MS;
  line->taken++;
  if (lan_picture_sender_is_behind (line->sender)) {
    line->behind++;
    return;
  }
  size = rate / 8 * shape.interval_ms / 1000;
  size = size * (70 + lan_random_below (&line->random.base, 60)) / 100;
  size = CLAMP (size * (is_key ? KEY_TIMES : 1), 50, LAN_PICTURE_BYTES_MAX);
  is_leaf = line->leaves && !is_key && line->since_base == 1;
  picture = make_picture ((guint32) line->taken, is_key ? 0 : line->base, size);
  if (!lan_picture_sender_put (line->sender, picture, shape.width, shape.height,
                               is_key ? 0 : line->since_base, line->now, line->now))
    return;
  line->since_base = is_leaf ? line->since_base + 1 : 1;
  if (!is_leaf)
    line->base = (guint32) line->taken;
}

static void
show (PictureLine *line, const LanPictureOut *out)
{
  guint32 number, needs;
  gboolean is_intact = TRUE;

  g_assert_cmpuint (out->len, >=, sizeof number + sizeof needs);
  memcpy (&number, out->bytes, sizeof number);
  memcpy (&needs, out->bytes + sizeof number, sizeof needs);
  for (gsize i = sizeof number + sizeof needs; i < out->len; i++)
    is_intact &= out->bytes[i] == (guint8) (number * 7 + 1);
  is_intact &= (needs == 0) == out->is_key &&
               (out->is_key || line->shown[needs % G_N_ELEMENTS (line->shown)] == needs);
  line->shown[number % G_N_ELEMENTS (line->shown)] = number;
  line->intact += is_intact;
  line->broken += !is_intact;
  if (line->last_shown_us > line->longest_from_us)
    line->longest_us = MAX (line->longest_us, line->now - line->last_shown_us);
  line->last_shown_us = line->now;
}

static void
deliver (PictureLine *line, GQueue *queue)
{
  LanMediaPacket packet;
  Flying *f;

  while ((f = g_queue_peek_head (queue)) != NULL && f->due <= line->now) {
    g_assert_cmpint (lan_media_packet_decode (f->bytes, f->len, &packet), ==, LAN_STATUS_OK);
    if (packet.kind == LAN_MEDIA_PICTURE)
      lan_picture_receiver_take (line->receiver, &packet, line->now);
    else
      lan_picture_sender_report (line->sender, &packet.picture_report, line->now);
    g_free (g_queue_pop_head (queue));
  }
}

static void
run_receiver (PictureLine *line)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  LanPictureOut picture;
  gsize len;

  deliver (line, &line->there);
  while (lan_picture_receiver_next (line->receiver, line->now, &picture))
    show (line, &picture);
  len = lan_picture_receiver_report (line->receiver, 0, line->now, out);
  if (len > 0)
    fly (line, &line->back, out, len, line->now + line->delay_us);
}

/* A machine with too much to do: for stall_us in each stall_every_us nothing here runs. */
static gboolean
stands_still (const PictureLine *line)
{
  return line->stall_every_us > 0 &&
         line->now % line->stall_every_us > line->stall_every_us - line->stall_us;
}

void
picture_line_run (PictureLine *line, gint64 until_us)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len;

  for (; line->now < until_us; line->now += LINE_MS) {
    LanPictureSendStats stats;

    if (line->now >= line->next_picture_us)
      take_picture (line);
    while ((len = lan_picture_sender_next (line->sender, line->now, out)) > 0)
      send_there (line, out, len);
    deliver (line, &line->back);
    lan_picture_sender_get_stats (line->sender, &stats);
    lan_picture_receiver_set_rtt (line->receiver, stats.rtt_us);
    if (line->now % (5 * LINE_MS) == 0 && !stands_still (line))
      run_receiver (line);
  }
}

guint
picture_line_rate (const PictureLine *line, guint begin, guint end)
{
  gint64 bytes = 0;

  for (guint i = begin; i < end; i++)
    bytes += line->sent_bytes[i];
  return (guint) (bytes * 8 / (end - begin));
}
