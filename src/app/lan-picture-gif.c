/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-gif.h"

#include <unistd.h>

#define HEAD_BYTES  13 /* with the screen's size; the table of colours follows */
#define IMAGE_BYTES 9
#define EXTENSION   0x21
#define IMAGE       0x2c

typedef struct {
  int fd;
  gsize at;    /* in the file */
  gsize begin; /* of what is in the buffer */
  gsize len;
  guint8 buffer[16 * 1024];
} Scan;

/* The next byte, -1 behind the end. */
static int
next (Scan *scan)
{
  if (scan->at < scan->begin || scan->at >= scan->begin + scan->len) {
    gssize n = pread (scan->fd, scan->buffer, sizeof scan->buffer, (off_t) scan->at);

    scan->begin = scan->at;
    scan->len = n > 0 ? (gsize) n : 0;
    if (n <= 0)
      return -1;
  }
  return scan->buffer[scan->at++ - scan->begin];
}

static void
skip_colours (Scan *scan, int flags)
{
  if ((flags & 0x80) != 0)
    scan->at += (gsize) 3 << ((flags & 7) + 1);
}

static gboolean
skip_blocks (Scan *scan)
{
  int len;

  while ((len = next (scan)) > 0)
    scan->at += (gsize) len;
  return len == 0;
}

/* Behind what stands before the next picture. FALSE: there is none. */
static gboolean
find_image (Scan *scan)
{
  int kind;

  while ((kind = next (scan)) == EXTENSION) {
    scan->at++; /* which one */
    if (!skip_blocks (scan))
      return FALSE;
  }
  return kind == IMAGE;
}

gsize
lan_picture_gif_first (int fd, gboolean *more)
{
  Scan scan = { .fd = fd, .at = HEAD_BYTES - 3 };
  gsize end;
  int flags = next (&scan);

  *more = FALSE;
  scan.at = HEAD_BYTES;
  skip_colours (&scan, flags);
  if (flags < 0 || !find_image (&scan))
    return 0;
  scan.at += IMAGE_BYTES - 1;
  flags = next (&scan);
  skip_colours (&scan, flags);
  if (flags < 0 || next (&scan) < 0 || !skip_blocks (&scan))
    return 0;
  end = scan.at;
  *more = find_image (&scan);
  return end;
}
