/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-codec.h"

#include "lan-media-packet.h"

#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#define CPU_USED           -8  /* how quick: below zero is for talking */
#define KEY_PERCENT        300 /* of a picture's share of the rate: how large a key picture gets */
#define SCREEN_KEY_PERCENT 600 /* text needs more, and comes seldom */
#define FINEST             4
#define COARSEST           60
#define LEAF_FLAGS                                                                                 \
  (VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF | VP8_EFLAG_NO_UPD_ENTROPY)

struct _LanPictureEncoder {
  vpx_codec_ctx_t codec;
  vpx_codec_enc_cfg_t config;
  gboolean is_open;
  gboolean is_screen;
  guint finest, coarsest; /* quantizers */
  gboolean was_base;      /* the last one that came out is needed by others */
  gint64 pts;
};

struct _LanPictureDecoder {
  vpx_codec_ctx_t codec;
  gboolean is_open;
  gboolean has_key;
};

LanPictureEncoder *
lan_picture_encoder_new (void)
{
  LanPictureEncoder *e = g_new0 (LanPictureEncoder, 1);

  e->finest = FINEST;
  e->coarsest = COARSEST;
  return e;
}

LanPictureEncoder *
lan_picture_encoder_new_for_screen (void)
{
  LanPictureEncoder *e = lan_picture_encoder_new ();

  e->is_screen = TRUE;
  return e;
}

void
lan_picture_encoder_set_quantizers (LanPictureEncoder *e, guint finest, guint coarsest)
{
  e->coarsest = CLAMP (coarsest, FINEST, 63);
  e->finest = CLAMP (finest, FINEST, e->coarsest);
}

guint
lan_picture_encoder_quantizer (LanPictureEncoder *e)
{
  int quantizer = 0;

  if (e->is_open)
    vpx_codec_control (&e->codec, VP8E_GET_LAST_QUANTIZER_64, &quantizer);
  return (guint) MAX (quantizer, 0);
}

static void
close_encoder (LanPictureEncoder *e)
{
  if (e->is_open)
    vpx_codec_destroy (&e->codec);
  e->is_open = FALSE;
}

void
lan_picture_encoder_free (LanPictureEncoder *e)
{
  if (e == NULL)
    return;
  close_encoder (e);
  g_free (e);
}

static gboolean
open_encoder (LanPictureEncoder *e, guint width, guint height, guint rate)
{
  vpx_codec_enc_cfg_t *c = &e->config;

  if (vpx_codec_enc_config_default (vpx_codec_vp8_cx (), c, 0) != VPX_CODEC_OK)
    return FALSE;
  c->g_w = width;
  c->g_h = height;
  c->g_timebase = (vpx_rational_t){ 1, 1000 };
  c->g_threads = 1;
  c->g_lag_in_frames = 0;
  c->rc_end_usage = VPX_CBR;
  c->rc_target_bitrate = rate / 1000;
  c->rc_min_quantizer = e->finest;
  c->rc_max_quantizer = e->coarsest;
  c->rc_undershoot_pct = 95;
  c->rc_overshoot_pct = 15;
  c->rc_buf_sz = 1000;
  c->rc_buf_initial_sz = 500;
  c->rc_buf_optimal_sz = 600;
  /* The sender leaves pictures out before they are encoded. Here the flags of a leaf that was dropped would
   * still hold for the picture behind it: a key picture that encoder and decoder keep differently. */
  c->rc_dropframe_thresh = 0;
  c->kf_mode = VPX_KF_DISABLED;
  if (vpx_codec_enc_init (&e->codec, vpx_codec_vp8_cx (), c, 0) != VPX_CODEC_OK)
    return FALSE;
  e->is_open = TRUE;
  e->was_base = FALSE;
  vpx_codec_control (&e->codec, VP8E_SET_CPUUSED, CPU_USED);
  vpx_codec_control (&e->codec, VP8E_SET_STATIC_THRESHOLD, 1);
  vpx_codec_control (&e->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT,
                     e->is_screen ? SCREEN_KEY_PERCENT : KEY_PERCENT);
  if (e->is_screen)
    vpx_codec_control (&e->codec, VP8E_SET_SCREEN_CONTENT_MODE, 1);
  return TRUE;
}

static gboolean
prepare (LanPictureEncoder *e, guint width, guint height, guint rate)
{
  if (e->is_open && (e->config.g_w != width || e->config.g_h != height))
    close_encoder (e);
  if (!e->is_open)
    return open_encoder (e, width, height, rate);
  if (e->config.rc_target_bitrate == rate / 1000 && e->config.rc_max_quantizer == e->coarsest &&
      e->config.rc_min_quantizer == e->finest)
    return TRUE;
  e->config.rc_target_bitrate = rate / 1000;
  e->config.rc_max_quantizer = e->coarsest;
  e->config.rc_min_quantizer = e->finest;
  return vpx_codec_enc_config_set (&e->codec, &e->config) == VPX_CODEC_OK;
}

static gboolean
collect (LanPictureEncoder *e, gboolean is_leaf, LanPictureCoded *out)
{
  vpx_codec_iter_t iter = NULL;
  const vpx_codec_cx_pkt_t *packet;

  while ((packet = vpx_codec_get_cx_data (&e->codec, &iter)) != NULL) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT || packet->data.frame.sz == 0)
      continue;
    out->is_key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    out->is_leaf = is_leaf && !out->is_key;
    out->bytes = g_bytes_new (packet->data.frame.buf, packet->data.frame.sz);
    e->was_base = !out->is_leaf;
    return TRUE;
  }
  return FALSE;
}

gboolean
lan_picture_encoder_put (LanPictureEncoder *e, const LanPictureImage *image, guint rate,
                         guint interval_ms, gboolean wants_key, gint64 at_us, LanPictureCoded *out)
{
  vpx_image_t raw;
  vpx_enc_frame_flags_t flags;
  gboolean is_leaf;

  memset (out, 0, sizeof *out);
  out->width = image->width;
  out->height = image->height;
  out->at_us = at_us;
  if (!lan_picture_size_is_good (image->width, image->height) ||
      !prepare (e, image->width, image->height, rate))
    return FALSE;
  if (vpx_img_wrap (&raw, VPX_IMG_FMT_I420, image->width, image->height, 1, image->planes[0]) ==
      NULL)
    return FALSE;
  for (guint i = 0; i < 3; i++) {
    raw.planes[i] = image->planes[i];
    raw.stride[i] = image->strides[i];
  }
  is_leaf = e->was_base && !wants_key && !e->is_screen;
  flags = wants_key ? VPX_EFLAG_FORCE_KF : is_leaf ? LEAF_FLAGS : 0;
  e->pts = MAX (e->pts + (e->is_screen ? 1 : interval_ms), e->is_screen ? at_us / 1000 : 0);
  if (vpx_codec_encode (&e->codec, &raw, e->pts, interval_ms, flags, VPX_DL_REALTIME) !=
      VPX_CODEC_OK) {
    close_encoder (e);
    return FALSE;
  }
  return collect (e, is_leaf, out);
}

/* ---- */

LanPictureDecoder *
lan_picture_decoder_new (void)
{
  return g_new0 (LanPictureDecoder, 1);
}

static void
close_decoder (LanPictureDecoder *d)
{
  if (d->is_open)
    vpx_codec_destroy (&d->codec);
  d->is_open = d->has_key = FALSE;
}

void
lan_picture_decoder_free (LanPictureDecoder *d)
{
  if (d == NULL)
    return;
  close_decoder (d);
  g_free (d);
}

/* A key picture names its size itself: before memory is taken for it, it must be the one announced. */
static gboolean
is_as_announced (const guint8 *bytes, gsize len, guint width, guint height, gboolean is_key)
{
  vpx_codec_stream_info_t info = { .sz = sizeof info };
  gboolean says_key = len > 0 && (bytes[0] & 1) == 0;

  if (says_key != is_key || len > LAN_PICTURE_BYTES_MAX)
    return FALSE;
  return !is_key ||
         (vpx_codec_peek_stream_info (vpx_codec_vp8_dx (), bytes, (unsigned int) len, &info) ==
              VPX_CODEC_OK &&
          info.w == width && info.h == height && lan_picture_size_is_good (width, height));
}

static gboolean
decode (LanPictureDecoder *d, const guint8 *bytes, gsize len, LanPictureImage *image)
{
  vpx_codec_iter_t iter = NULL;
  vpx_image_t *raw;

  if (!d->is_open)
    d->is_open = vpx_codec_dec_init (&d->codec, vpx_codec_vp8_dx (), NULL, 0) == VPX_CODEC_OK;
  if (!d->is_open ||
      vpx_codec_decode (&d->codec, bytes, (unsigned int) len, NULL, 0) != VPX_CODEC_OK)
    return FALSE;
  raw = vpx_codec_get_frame (&d->codec, &iter);
  if (raw == NULL || raw->fmt != VPX_IMG_FMT_I420 || !lan_picture_size_is_good (raw->d_w, raw->d_h))
    return FALSE;
  image->width = raw->d_w;
  image->height = raw->d_h;
  for (guint i = 0; i < 3; i++) {
    image->planes[i] = raw->planes[i];
    image->strides[i] = raw->stride[i];
  }
  return TRUE;
}

gboolean
lan_picture_decoder_put (LanPictureDecoder *d, const guint8 *bytes, gsize len, guint width,
                         guint height, gboolean is_key, LanPictureImage *image)
{
  if (!is_as_announced (bytes, len, width, height, is_key) || (!is_key && !d->has_key))
    return FALSE;
  d->has_key = decode (d, bytes, len, image) && image->width == width && image->height == height;
  if (!d->has_key)
    close_decoder (d);
  return d->has_key;
}
