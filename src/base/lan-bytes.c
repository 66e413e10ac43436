/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bytes.h"

#include <string.h>

void
lan_reader_init (LanReader *r, const guint8 *data, gsize len)
{
  *r = (LanReader){ .data = data, .len = len };
}

gsize
lan_reader_left (const LanReader *r)
{
  return r->failed ? 0 : r->len - r->pos;
}

const guint8 *
lan_read_span (LanReader *r, gsize len)
{
  const guint8 *span;

  if (r->failed || len > r->len - r->pos) {
    r->failed = TRUE;
    return NULL;
  }
  span = r->data + r->pos;
  r->pos += len;
  return span;
}

void
lan_read_bytes (LanReader *r, guint8 *out, gsize len)
{
  const guint8 *span = lan_read_span (r, len);

  if (len == 0)
    return;
  if (span != NULL)
    memcpy (out, span, len);
  else
    memset (out, 0, len);
}

gboolean
lan_reader_done (const LanReader *r)
{
  return !r->failed && r->pos == r->len;
}

void
lan_writer_init (LanWriter *w, guint8 *data, gsize cap)
{
  *w = (LanWriter){ .data = data, .cap = cap };
}

static guint8 *
reserve (LanWriter *w, gsize len)
{
  guint8 *at;

  if (w->failed || len > w->cap - w->len) {
    w->failed = TRUE;
    return NULL;
  }
  at = w->data + w->len;
  w->len += len;
  return at;
}

void
lan_write_bytes (LanWriter *w, const void *data, gsize len)
{
  guint8 *at = reserve (w, len);

  if (at != NULL && len > 0)
    memcpy (at, data, len);
}

void
lan_write_zeros (LanWriter *w, gsize len)
{
  guint8 *at = reserve (w, len);

  if (at != NULL && len > 0)
    memset (at, 0, len);
}

/* The integer readers and writers differ only in width and byte order. */
#define DEFINE_INT(type, name, from, to)                                                           \
  type lan_read_##name (LanReader *r)                                                              \
  {                                                                                                \
    type v = 0;                                                                                    \
    lan_read_bytes (r, (guint8 *) &v, sizeof v);                                                   \
    return from (v);                                                                               \
  }                                                                                                \
  void lan_write_##name (LanWriter *w, type v)                                                     \
  {                                                                                                \
    v = to (v);                                                                                    \
    lan_write_bytes (w, &v, sizeof v);                                                             \
  }

#define SAME(v) (v)
DEFINE_INT (guint8, u8, SAME, SAME)
DEFINE_INT (guint16, u16, GUINT16_FROM_LE, GUINT16_TO_LE)
DEFINE_INT (guint32, u32, GUINT32_FROM_LE, GUINT32_TO_LE)
DEFINE_INT (guint64, u64, GUINT64_FROM_LE, GUINT64_TO_LE)
DEFINE_INT (guint16, u16_be, GUINT16_FROM_BE, GUINT16_TO_BE)
DEFINE_INT (guint32, u32_be, GUINT32_FROM_BE, GUINT32_TO_BE)
DEFINE_INT (guint64, u64_be, GUINT64_FROM_BE, GUINT64_TO_BE)
