/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Bounded reading and writing of byte layouts. A reader never reads past its end: the first short
 * read sets `failed`, and every later read gives zeros, so that a decoder may read a whole layout
 * and look once at the end. A writer is the same over a fixed buffer. Integers are little-endian
 * unless the name says _be. Neither allocates. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const guint8 *data; /* borrowed */
  gsize len;
  gsize pos;
  gboolean failed; /* a read went past the end */
} LanReader;

typedef struct {
  guint8 *data; /* borrowed */
  gsize cap;
  gsize len;
  gboolean failed; /* a write did not fit */
} LanWriter;

void lan_reader_init (LanReader *r, const guint8 *data, gsize len);
gsize lan_reader_left (const LanReader *r);
guint8 lan_read_u8 (LanReader *r);
guint16 lan_read_u16 (LanReader *r);
guint32 lan_read_u32 (LanReader *r);
guint64 lan_read_u64 (LanReader *r);
guint16 lan_read_u16_be (LanReader *r);
guint32 lan_read_u32_be (LanReader *r);
guint64 lan_read_u64_be (LanReader *r);

/** Copies @len bytes to @out, or zeros and fails. */
void lan_read_bytes (LanReader *r, guint8 *out, gsize len);

/** Returns: (nullable): a pointer into the buffer to @len bytes, NULL and failed when short. */
const guint8 *lan_read_span (LanReader *r, gsize len);

/** TRUE when nothing failed and nothing is left over: what a strict decoder asks at its end. */
gboolean lan_reader_done (const LanReader *r);

void lan_writer_init (LanWriter *w, guint8 *data, gsize cap);
void lan_write_u8 (LanWriter *w, guint8 v);
void lan_write_u16 (LanWriter *w, guint16 v);
void lan_write_u32 (LanWriter *w, guint32 v);
void lan_write_u64 (LanWriter *w, guint64 v);
void lan_write_u16_be (LanWriter *w, guint16 v);
void lan_write_u32_be (LanWriter *w, guint32 v);
void lan_write_u64_be (LanWriter *w, guint64 v);
void lan_write_bytes (LanWriter *w, const void *data, gsize len);
void lan_write_zeros (LanWriter *w, gsize len);

G_END_DECLS
