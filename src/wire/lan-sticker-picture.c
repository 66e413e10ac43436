/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-sticker-picture.h"

#include "lan-bytes.h"
#include "lan-content.h"

#include <string.h>

#define INPUT_MAX (4 * 1024 * 1024) /* bytes; metadata may be larger than the picture */

static gboolean
is_size (guint32 width, guint32 height)
{
  return width > 0 && width <= LAN_STICKER_MAX_SIDE && height > 0 && height <= LAN_STICKER_MAX_SIDE;
}

/* --- PNG: chunks --- */

#define CHUNK(a, b, c, d) ((guint32) (a) << 24 | (b) << 16 | (c) << 8 | (d))
#define IHDR              CHUNK ('I', 'H', 'D', 'R')
#define IDAT              CHUNK ('I', 'D', 'A', 'T')
#define IEND              CHUNK ('I', 'E', 'N', 'D')

static const guint8 png_begin[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static gboolean
is_kept_chunk (guint32 type)
{
  return type == IHDR || type == IDAT || type == IEND || type == CHUNK ('P', 'L', 'T', 'E') ||
         type == CHUNK ('t', 'R', 'N', 'S');
}

static gboolean
read_png (LanReader *r, GByteArray *out, guint32 *width, guint32 *height)
{
  gboolean has_pixels = FALSE, is_first = TRUE;
  guint32 type = 0;

  (void) lan_read_span (r, sizeof png_begin);
  g_byte_array_append (out, png_begin, sizeof png_begin);
  while (type != IEND && !r->failed) {
    const guint8 *begin = r->data + r->pos;
    guint32 len = lan_read_u32_be (r);
    LanReader header;

    type = lan_read_u32_be (r);
    if (len > INPUT_MAX || lan_read_span (r, (gsize) len + 4) == NULL || is_first != (type == IHDR))
      return FALSE;
    if (is_first) {
      lan_reader_init (&header, begin + 8, len);
      *width = lan_read_u32_be (&header);
      *height = lan_read_u32_be (&header);
    }
    is_first = FALSE;
    has_pixels = has_pixels || type == IDAT;
    if (is_kept_chunk (type))
      g_byte_array_append (out, begin, len + 12);
  }
  return type == IEND && has_pixels && is_size (*width, *height);
}

/* --- JPEG: segments --- */

enum {
  SOF0 = 0xc0,
  SOF2 = 0xc2,
  DHT = 0xc4,
  RST0 = 0xd0,
  EOI = 0xd9,
  SOS = 0xda,
  DQT = 0xdb,
  DRI = 0xdd
};

/* Baseline, extended and progressive. */
static gboolean
is_frame (guint8 marker)
{
  return marker >= SOF0 && marker <= SOF2;
}

/* After a scan's header: everything up to the next marker that is not part of the scan. */
static void
copy_scan (LanReader *r, GByteArray *out)
{
  const guint8 *begin = r->data + r->pos;
  gsize from = r->pos;

  while (lan_reader_left (r) >= 2) {
    guint8 next = r->data[r->pos + 1];

    if (r->data[r->pos] == 0xff && next != 0 && (next < RST0 || next >= RST0 + 8) && next != 0xff)
      break;
    (void) lan_read_u8 (r);
  }
  g_byte_array_append (out, begin, (guint) (r->pos - from));
}

/* One segment behind its marker. FALSE: it cannot be one of a sticker. */
static gboolean
read_segment (LanReader *r, guint8 marker, GByteArray *out, guint32 *width, guint32 *height)
{
  const guint8 head[] = { 0xff, marker };
  const guint8 *begin = r->data + r->pos;
  guint16 len = lan_read_u16_be (r);

  if (len < 2 || lan_read_span (r, (gsize) len - 2) == NULL)
    return FALSE;
  if (is_frame (marker)) {
    LanReader frame;

    lan_reader_init (&frame, begin + 3, (gsize) MAX (len, 3) - 3);
    *height = lan_read_u16_be (&frame);
    *width = lan_read_u16_be (&frame);
    if (frame.failed || lan_read_u8 (&frame) > 3) /* four: for printing */
      return FALSE;
  } else if (marker != DHT && marker != SOS && marker != DQT && marker != DRI) {
    return marker >= 0xe0 || marker == 0xdc; /* of programs, comments: left out */
  }
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, begin, len);
  if (marker == SOS)
    copy_scan (r, out);
  return TRUE;
}

static gboolean
read_jpeg (LanReader *r, GByteArray *out, guint32 *width, guint32 *height)
{
  static const guint8 begin[] = { 0xff, 0xd8 }, end[] = { 0xff, EOI };
  gboolean has_scan = FALSE;

  (void) lan_read_span (r, sizeof begin);
  g_byte_array_append (out, begin, sizeof begin);
  while (!r->failed) {
    guint8 marker;

    if (lan_read_u8 (r) != 0xff)
      return FALSE;
    do
      marker = lan_read_u8 (r);
    while (marker == 0xff);
    if (marker == EOI)
      break;
    if (!read_segment (r, marker, out, width, height))
      return FALSE;
    has_scan = has_scan || marker == SOS;
  }
  g_byte_array_append (out, end, sizeof end);
  return !r->failed && has_scan && is_size (*width, *height);
}

GBytes *
lan_sticker_picture_clean (const guint8 *data, gsize len, guint32 *width, guint32 *height)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gboolean good = FALSE;
  LanReader r;

  *width = *height = 0;
  lan_reader_init (&r, data, len);
  if (len > INPUT_MAX)
    return NULL;
  if (len > sizeof png_begin && memcmp (data, png_begin, sizeof png_begin) == 0)
    good = read_png (&r, out, width, height);
  else if (len > 3 && data[0] == 0xff && data[1] == 0xd8)
    good = read_jpeg (&r, out, width, height);
  if (!good || out->len > LAN_STICKER_MAX_BYTES)
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
