/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hello.h"

#include "lan-bytes.h"

#include <string.h>

#define NS_PER_S G_GUINT64_CONSTANT (1000000000)

void
lan_hello_encode (const LanHello *hello, guint8 out[LAN_HELLO_BYTES])
{
  LanWriter w;

  lan_writer_init (&w, out, LAN_HELLO_BYTES);
  lan_write_bytes (&w, hello->ts, sizeof hello->ts);
  lan_write_u32 (&w, hello->list_seq);
  lan_write_u64 (&w, hello->dir_epoch);
  lan_write_bytes (&w, hello->dir_root, sizeof hello->dir_root);
  lan_write_u32 (&w, hello->caps);
}

LanStatus
lan_hello_decode (LanHello *hello, const guint8 *data, gsize len)
{
  LanReader r;

  lan_reader_init (&r, data, len);
  lan_read_bytes (&r, hello->ts, sizeof hello->ts);
  hello->list_seq = lan_read_u32 (&r);
  hello->dir_epoch = lan_read_u64 (&r);
  lan_read_bytes (&r, hello->dir_root, sizeof hello->dir_root);
  hello->caps = lan_read_u32 (&r);
  if (r.failed)
    return LAN_STATUS_TRUNCATED;
  return lan_reader_done (&r) ? LAN_STATUS_OK : LAN_STATUS_OVERSIZED;
}

static void
ts_split (const guint8 ts[LAN_TS_BYTES], guint64 *s, guint32 *ns)
{
  LanReader r;

  lan_reader_init (&r, ts, LAN_TS_BYTES);
  *s = lan_read_u64_be (&r);
  *ns = lan_read_u32_be (&r);
}

static void
ts_join (guint8 ts[LAN_TS_BYTES], guint64 s, guint32 ns)
{
  LanWriter w;

  lan_writer_init (&w, ts, LAN_TS_BYTES);
  lan_write_u64_be (&w, s);
  lan_write_u32_be (&w, ns);
}

void
lan_ts_add (guint8 ts[LAN_TS_BYTES], guint64 nanoseconds)
{
  guint64 s, sum;
  guint32 ns;

  ts_split (ts, &s, &ns);
  sum = ns + nanoseconds % NS_PER_S;
  ts_join (ts, s + nanoseconds / NS_PER_S + sum / NS_PER_S, (guint32) (sum % NS_PER_S));
}

void
lan_ts_next (guint8 ts[LAN_TS_BYTES], const guint8 *last, gint64 wall_ms)
{
  guint64 ms = (guint64) MAX (wall_ms, 0);

  ts_join (ts, ms / 1000, (guint32) (ms % 1000) * 1000000);
  if (last != NULL && lan_ts_compare (ts, last) <= 0) {
    memcpy (ts, last, LAN_TS_BYTES);
    lan_ts_add (ts, 1);
  }
}

int
lan_ts_compare (const guint8 a[LAN_TS_BYTES], const guint8 b[LAN_TS_BYTES])
{
  return memcmp (a, b, LAN_TS_BYTES);
}
