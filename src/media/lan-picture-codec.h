/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * VP8 (RFC 6386) by libvpx, for talking: no frame waits for a later one, the rate is held, sizes
 * change with a key picture. Every other picture is a leaf, needed by no later one: when it is lost nothing
 * has to wait for its repeat. One thread each.
 */
#pragma once

#include "lan-picture-image.h"

G_BEGIN_DECLS

typedef struct _LanPictureEncoder LanPictureEncoder;
typedef struct _LanPictureDecoder LanPictureDecoder;

typedef struct {
  GBytes *bytes;
  guint width, height;
  gboolean is_key, is_leaf;
  gint64 at_us; /* when it was taken */
} LanPictureCoded;

LanPictureEncoder *lan_picture_encoder_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * For text and flat areas that seldom change. There are no leaves: what a picture has become finer by would be lost
 * with one. The rate counts by @at_us, pictures may come at any distance.
 */
LanPictureEncoder *lan_picture_encoder_new_for_screen (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_picture_encoder_free (LanPictureEncoder *encoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPictureEncoder, lan_picture_encoder_free)

/**
 * Encodes @image at @rate bit/s. Another size than before gives a key picture; @wants_key as well. FALSE: nothing
 * came of it, because libvpx refuses; ask for the key picture again.
 */
gboolean lan_picture_encoder_put (LanPictureEncoder *encoder, const LanPictureImage *image,
                                  guint rate, guint interval_ms, gboolean wants_key, gint64 at_us,
                                  LanPictureCoded *out);

/** Between these from now on (libvpx's quantizers, 4 to 63), whatever the rate. */
void lan_picture_encoder_set_quantizers (LanPictureEncoder *encoder, guint finest, guint coarsest);

/** What the last picture was encoded with. */
guint lan_picture_encoder_quantizer (LanPictureEncoder *encoder);

LanPictureDecoder *lan_picture_decoder_new (void) G_GNUC_WARN_UNUSED_RESULT;
void lan_picture_decoder_free (LanPictureDecoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanPictureDecoder, lan_picture_decoder_free)

/**
 * Decodes what is said to be of @width and @height; @image is borrowed until the next call. FALSE: it is
 * not, or broken, or there was no key picture: nothing is to be shown before the next one.
 */
gboolean lan_picture_decoder_put (LanPictureDecoder *decoder, const guint8 *bytes, gsize len,
                                  guint width, guint height, gboolean is_key,
                                  LanPictureImage *image);

G_END_DECLS
