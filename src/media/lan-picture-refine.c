/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-refine.h"

void
lan_picture_refine_init (LanPictureRefine *r)
{
  *r = (LanPictureRefine){ .finest = LAN_PICTURE_FINE };
}

guint
lan_picture_refine_next (LanPictureRefine *r, gboolean has_changed, gint64 now_us)
{
  if (has_changed || r->quantizer == 0) {
    r->finest = has_changed ? LAN_PICTURE_FINE : r->finest;
    return LAN_PICTURE_COARSEST;
  }
  if (r->quantizer > r->finest)
    return MAX (r->quantizer * 2 / 3, r->finest);
  return now_us - r->at_us >= LAN_PICTURE_ALIVE_US ? r->finest : 0;
}

void
lan_picture_refine_done (LanPictureRefine *r, guint quantizer, gboolean is_too_large, gint64 now_us)
{
  r->at_us = now_us;
  if (is_too_large) {
    r->quantizer = 0;
    r->finest = MIN (MAX (quantizer, r->finest) + 8, LAN_PICTURE_COARSEST);
  } else {
    r->quantizer = MAX (quantizer, 1);
  }
}
