/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-wav.h"

#include "lan-bytes.h"

#include <string.h>
#include <unistd.h>

#define HEAD_BYTES  44
#define FRAME_BYTES (LAN_MEDIA_FRAME_SAMPLES * 2)
#define HEAD_EVERY  50 /* frames between two writings of the head */
#define CHUNKS_MAX  64

static gboolean
read_format (LanMediaWav *wav, const guint8 *body, gsize len)
{
  LanReader r;

  lan_reader_init (&r, body, len);
  if (lan_read_u16 (&r) != 1) /* PCM */
    return FALSE;
  wav->channels = lan_read_u16 (&r);
  if (lan_read_u32 (&r) != LAN_MEDIA_RATE || (wav->channels != 1 && wav->channels != 2))
    return FALSE;
  lan_read_u32 (&r);
  lan_read_u16 (&r);
  return lan_read_u16 (&r) == 16 && !r.failed;
}

gboolean
lan_media_wav_open (LanMediaWav *wav, int fd)
{
  guint8 head[12], chunk[8], body[16];
  gint64 at = sizeof head, size = lseek (fd, 0, SEEK_END);

  *wav = (LanMediaWav){ .fd = fd };
  if (pread (fd, head, sizeof head, 0) != sizeof head || memcmp (head, "RIFF", 4) != 0 ||
      memcmp (head + 8, "WAVE", 4) != 0)
    return FALSE;
  for (guint i = 0; i < CHUNKS_MAX && pread (fd, chunk, sizeof chunk, at) == sizeof chunk; i++) {
    gint64 len = chunk[4] | chunk[5] << 8 | chunk[6] << 16 | (gint64) chunk[7] << 24;

    at += sizeof chunk;
    if (memcmp (chunk, "fmt ", 4) == 0) {
      if (len < 16 || pread (fd, body, sizeof body, at) != sizeof body ||
          !read_format (wav, body, sizeof body))
        return FALSE;
    } else if (memcmp (chunk, "data", 4) == 0 && wav->channels > 0) {
      wav->offset = at;
      wav->frames = MIN (len, size - at) / (FRAME_BYTES * (gint64) wav->channels);
      return wav->frames > 0;
    }
    at += len + (len & 1);
  }
  return FALSE;
}

void
lan_media_wav_read (const LanMediaWav *wav, gint64 n, gint16 *pcm)
{
  gint16 both[LAN_MEDIA_FRAME_SAMPLES * 2];
  gsize len = (gsize) FRAME_BYTES * wav->channels;
  gint64 at = wav->offset + (n % wav->frames) * (gint64) len;

  if (n < 0 || pread (wav->fd, both, len, at) != (gssize) len) {
    memset (pcm, 0, FRAME_BYTES);
    return;
  }
  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++) {
    gint16 first = GINT16_FROM_LE (both[i * wav->channels]);
    gint16 last = GINT16_FROM_LE (both[i * wav->channels + wav->channels - 1]);

    pcm[i] = (gint16) ((first + last) / 2);
  }
}

static gboolean
write_head (int fd, gint64 frames)
{
  guint8 head[HEAD_BYTES];
  guint32 bytes = (guint32) MIN (frames * FRAME_BYTES, (gint64) 0x7fffff00);
  LanWriter w;

  lan_writer_init (&w, head, sizeof head);
  lan_write_bytes (&w, "RIFF", 4);
  lan_write_u32 (&w, bytes + HEAD_BYTES - 8);
  lan_write_bytes (&w, "WAVEfmt ", 8);
  lan_write_u32 (&w, 16);
  lan_write_u16 (&w, 1);
  lan_write_u16 (&w, 1);
  lan_write_u32 (&w, LAN_MEDIA_RATE);
  lan_write_u32 (&w, LAN_MEDIA_RATE * 2);
  lan_write_u16 (&w, 2);
  lan_write_u16 (&w, 16);
  lan_write_bytes (&w, "data", 4);
  lan_write_u32 (&w, bytes);
  return pwrite (fd, head, sizeof head, 0) == sizeof head;
}

gboolean
lan_media_wav_write (int fd, gint64 n, const gint16 *pcm, gboolean is_first)
{
  gint16 le[LAN_MEDIA_FRAME_SAMPLES];

  if (n < 0)
    return TRUE;
  for (guint i = 0; i < LAN_MEDIA_FRAME_SAMPLES; i++)
    le[i] = GINT16_TO_LE (pcm[i]);
  if (pwrite (fd, le, sizeof le, HEAD_BYTES + n * FRAME_BYTES) != sizeof le)
    return FALSE;
  return (n % HEAD_EVERY != 0 && !is_first) || write_head (fd, n + HEAD_EVERY);
}
