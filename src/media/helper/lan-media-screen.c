/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-screen.h"

#include "lan-media-thread.h"
#include "lan-picture-codec.h"
#include "lan-picture-pattern.h"

typedef struct {
  GBytes *bytes;
  guint width, height;
  gboolean is_key;
} Waiting;

struct _LanMediaScreen {
  LanPictureBox *box;
  void (*broken) (gpointer data);
  gpointer data;
  GThread *thread;
  LanMediaPull *pull;
  GMutex lock;
  GCond wake;
  GQueue waiting; /* of Waiting; under the lock, as what follows */
  gboolean is_stopped, is_broken;
  guint32 number;
};

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_bytes_unref (waiting->bytes);
  g_free (waiting);
}

/* NULL: it is over. */
static Waiting *
next (LanMediaScreen *s)
{
  Waiting *waiting = NULL;

  g_mutex_lock (&s->lock);
  while (!s->is_stopped && g_queue_is_empty (&s->waiting))
    g_cond_wait (&s->wake, &s->lock);
  if (!s->is_stopped)
    waiting = g_queue_pop_head (&s->waiting);
  g_mutex_unlock (&s->lock);
  return waiting;
}

static void
show (LanMediaScreen *s, LanPictureDecoder *decoder, const Waiting *waiting)
{
  guint32 number = G_MAXUINT32;
  LanPictureImage image;
  gboolean is_good;
  gsize len;
  const guint8 *bytes = g_bytes_get_data (waiting->bytes, &len);

  is_good = lan_picture_decoder_put (decoder, bytes, len, waiting->width, waiting->height,
                                     waiting->is_key, &image);
  if (is_good && lan_picture_box_write (s->box, &image))
    number = lan_picture_pattern_read (&image);
  g_mutex_lock (&s->lock);
  s->number = number;
  s->is_broken |= !is_good;
  g_mutex_unlock (&s->lock);
  if (!is_good)
    lan_media_pull_wake (s->pull);
}

static gpointer
run (gpointer data)
{
  LanMediaScreen *s = data;
  g_autoptr (LanPictureDecoder) decoder = lan_picture_decoder_new ();
  Waiting *waiting;

  lan_media_thread_be_nice ();
  while ((waiting = next (s)) != NULL) {
    show (s, decoder, waiting);
    waiting_free (waiting);
  }
  return NULL;
}

static void
on_pull (gpointer data)
{
  LanMediaScreen *s = data;
  gboolean is_broken;

  g_mutex_lock (&s->lock);
  is_broken = s->is_broken;
  s->is_broken = FALSE;
  g_mutex_unlock (&s->lock);
  if (is_broken)
    s->broken (s->data);
}

LanMediaScreen *
lan_media_screen_new (LanPictureBox *box, void (*broken) (gpointer data), gpointer data)
{
  LanMediaScreen *s = g_new0 (LanMediaScreen, 1);

  s->box = box;
  s->broken = broken;
  s->data = data;
  s->number = G_MAXUINT32;
  g_mutex_init (&s->lock);
  g_cond_init (&s->wake);
  g_queue_init (&s->waiting);
  s->pull = lan_media_pull_new (on_pull, s);
  s->thread = g_thread_new ("screen", run, s);
  return s;
}

void
lan_media_screen_free (LanMediaScreen *s)
{
  if (s == NULL)
    return;
  g_mutex_lock (&s->lock);
  s->is_stopped = TRUE;
  g_cond_signal (&s->wake);
  g_mutex_unlock (&s->lock);
  g_thread_join (s->thread);
  lan_media_pull_free (s->pull);
  g_queue_clear_full (&s->waiting, waiting_free);
  g_mutex_clear (&s->lock);
  g_cond_clear (&s->wake);
  g_free (s);
}

gboolean
lan_media_screen_put (LanMediaScreen *s, const LanPictureOut *picture)
{
  gboolean has_room;

  g_mutex_lock (&s->lock);
  has_room = g_queue_get_length (&s->waiting) < LAN_MEDIA_SCREEN_MAX;
  if (has_room) {
    Waiting *waiting = g_new0 (Waiting, 1);

    waiting->bytes = g_bytes_new (picture->bytes, picture->len);
    waiting->width = picture->width;
    waiting->height = picture->height;
    waiting->is_key = picture->is_key;
    g_queue_push_tail (&s->waiting, waiting);
    g_cond_signal (&s->wake);
  }
  g_mutex_unlock (&s->lock);
  return has_room;
}

guint32
lan_media_screen_number (LanMediaScreen *s)
{
  guint32 number;

  g_mutex_lock (&s->lock);
  number = s->number;
  g_mutex_unlock (&s->lock);
  return number;
}
