/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The picture of a sticker: what is kept of it is as large as it says, and clean already. */
#include "lan-content.h"
#include "lan-sticker-picture.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint32 width, height, same_width, same_height;
  g_autoptr (GBytes) clean = lan_sticker_picture_clean (data, size, &width, &height);
  g_autoptr (GBytes) again = NULL;

  if (clean == NULL)
    return 0;
  g_assert_cmpuint (g_bytes_get_size (clean), <=, LAN_STICKER_MAX_BYTES);
  again = lan_sticker_picture_clean (g_bytes_get_data (clean, NULL), g_bytes_get_size (clean),
                                     &same_width, &same_height);
  g_assert_true (again != NULL && g_bytes_equal (clean, again));
  g_assert_true (width == same_width && height == same_height);
  return 0;
}
