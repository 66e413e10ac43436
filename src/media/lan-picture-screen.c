/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-screen.h"

#include "lan-media-packet.h"
#include "lan-picture-refine.h"
#include "lan-picture-steps.h"

#include <string.h>

struct _LanPictureScreen {
  LanPictureEncoder *encoder;
  LanPictureSteps steps;
  LanPictureShape shape;
  LanPictureRefine refine;
  gboolean is_due; /* it has changed since it was encoded */
  guint8 *small;
};

LanPictureScreen *
lan_picture_screen_new (void)
{
  LanPictureScreen *s = g_new0 (LanPictureScreen, 1);

  s->encoder = lan_picture_encoder_new_for_screen ();
  lan_picture_steps_init (&s->steps, TRUE);
  lan_picture_refine_init (&s->refine);
  s->is_due = TRUE;
  return s;
}

void
lan_picture_screen_free (LanPictureScreen *s)
{
  if (s == NULL)
    return;
  lan_picture_encoder_free (s->encoder);
  g_free (s->small);
  g_free (s);
}

/* The size may follow the rate down, and back. TRUE: it is another one now. */
static gboolean
take_shape (LanPictureScreen *s, const LanPictureImage *image, guint rate, gint64 at_us)
{
  LanPictureShape before = s->shape;

  lan_picture_steps_choose (&s->steps, rate, image->width, image->height, at_us);
  lan_picture_steps_shape (&s->steps, image->width, image->height, &s->shape);
  return before.width != s->shape.width || before.height != s->shape.height;
}

static LanPictureScreenResult
encode (LanPictureScreen *s, const LanPictureImage *image, const LanPictureOrder *order,
        gint64 at_us, LanPictureCoded *coded)
{
  LanPictureImage small;
  gboolean is_coded, is_too_large;

  s->small = g_realloc (s->small, lan_picture_image_bytes (s->shape.width, s->shape.height));
  lan_picture_image_init (&small, s->small, s->shape.width, s->shape.height);
  lan_picture_image_shrink (image, &small);
  is_coded = lan_picture_encoder_put (s->encoder, &small, order->rate, s->shape.interval_ms,
                                      order->wants_key, at_us, coded);
  is_too_large = is_coded && g_bytes_get_size (coded->bytes) > LAN_PICTURE_BYTES_MAX;
  lan_picture_refine_done (&s->refine, lan_picture_encoder_quantizer (s->encoder), is_too_large,
                           at_us);
  s->is_due = !is_coded || is_too_large;
  if (!s->is_due)
    return LAN_PICTURE_SCREEN_CODED;
  g_clear_pointer (&coded->bytes, g_bytes_unref);
  return LAN_PICTURE_SCREEN_FAILED;
}

LanPictureScreenResult
lan_picture_screen_put (LanPictureScreen *s, const LanPictureImage *image, gboolean has_changed,
                        const LanPictureOrder *order, gint64 at_us, LanPictureCoded *coded)
{
  gboolean is_key;
  guint coarsest;

  memset (coded, 0, sizeof *coded);
  is_key = take_shape (s, image, order->rate, at_us) || order->wants_key;
  s->is_due |= has_changed || is_key;
  coarsest = lan_picture_refine_next (&s->refine, s->is_due, at_us);
  if (coarsest == 0)
    return LAN_PICTURE_SCREEN_SAME;
  if (order->is_behind)
    return s->is_due ? LAN_PICTURE_SCREEN_LEFT_OUT : LAN_PICTURE_SCREEN_SAME;
  /* What needs no other is large anyway: it becomes finer when it is there. */
  lan_picture_encoder_set_quantizers (s->encoder, is_key ? coarsest : LAN_PICTURE_FINE, coarsest);
  return encode (s, image, order, at_us, coded);
}

guint
lan_picture_screen_interval_ms (const LanPictureScreen *s)
{
  return s->shape.interval_ms;
}
