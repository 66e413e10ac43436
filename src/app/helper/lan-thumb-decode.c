/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-thumb-decode.h"

#include "lan-picture-gif.h"

#include <errno.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES (64 * 1024)

typedef struct {
  const LanPictureRequest *request;
  guint32 width, height; /* of the picture, as its header says */
  gsize left;            /* bytes to read at most */
  gboolean too_large;
  gboolean animated;
} Job;

void
lan_thumb_prepare (void)
{
  static const char *const types[] = { "png", "jpeg", "gif", "webp" };

  /* Loaders are modules: one that is not installed stays away. */
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type (types[i], NULL);

    if (loader != NULL)
      gdk_pixbuf_loader_close (loader, NULL);
  }
}

static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, Job *job)
{
  guint32 w, h;

  if (width < 1 || height < 1 || width > LAN_PICTURE_SIDE_MAX || height > LAN_PICTURE_SIDE_MAX ||
      (gint64) width * height > LAN_PICTURE_PIXELS_MAX) {
    job->too_large = TRUE;
    gdk_pixbuf_loader_set_size (loader, 0, 0);
    return;
  }
  w = job->width = (guint32) width;
  h = job->height = (guint32) height;
  lan_picture_fit (&w, &h, job->request->box_width, job->request->box_height);
  gdk_pixbuf_loader_set_size (loader, (int) w, (int) h);
}

static gssize
read_piece (int fd, guint8 *piece)
{
  gssize n;

  do
    n = read (fd, piece, PIECE_BYTES);
  while (n < 0 && errno == EINTR);
  return n;
}

/* Feeds the loader until the end. FALSE: the loader has had enough of it. */
static gboolean
feed (GdkPixbufLoader *loader, int source, guint8 *piece, gssize len, Job *job)
{
  gboolean good = TRUE;

  while (good && len > 0 && job->left > 0) {
    gsize n = MIN ((gsize) len, job->left);

    job->left -= n;
    good = gdk_pixbuf_loader_write (loader, piece, n, NULL) && !job->too_large;
    len = good ? read_piece (source, piece) : 0;
  }
  return good;
}

/* Only its first picture, as if it had no other. */
static gboolean
feed_gif (GdkPixbufLoader *loader, int source, guint8 *piece, gssize len, Job *job)
{
  static const guint8 trailer = 0x3b;

  job->left = lan_picture_gif_first (source, &job->animated);
  return job->left > 0 && feed (loader, source, piece, len, job) &&
         gdk_pixbuf_loader_write (loader, &trailer, 1, NULL);
}

/* The picture as it is to be seen: turned as the camera was held, and within the box. */
static GdkPixbuf *
turn_and_fit (GdkPixbuf *raw, Job *job, LanPictureReply *reply)
{
  g_autoptr (GdkPixbuf) turned = gdk_pixbuf_apply_embedded_orientation (raw);
  const char *way = gdk_pixbuf_get_option (raw, "orientation");
  gboolean sideways = way != NULL && way[0] >= '5' && way[0] <= '8';
  guint32 w, h;

  if (turned == NULL)
    return NULL;
  reply->source_width = sideways ? job->height : job->width;
  reply->source_height = sideways ? job->width : job->height;
  w = (guint32) gdk_pixbuf_get_width (turned);
  h = (guint32) gdk_pixbuf_get_height (turned);
  lan_picture_fit (&w, &h, job->request->box_width, job->request->box_height);
  if ((int) w == gdk_pixbuf_get_width (turned) && (int) h == gdk_pixbuf_get_height (turned))
    return g_steal_pointer (&turned);
  return gdk_pixbuf_scale_simple (turned, (int) w, (int) h, GDK_INTERP_BILINEAR);
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize len)
{
  while (len > 0) {
    gssize n = write (fd, bytes, len);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    bytes += n;
    len -= (gsize) n;
  }
  return TRUE;
}

static gboolean
write_rows (GdkPixbuf *pixbuf, int target)
{
  gsize width = (gsize) gdk_pixbuf_get_width (pixbuf);
  gsize channels = (gsize) gdk_pixbuf_get_n_channels (pixbuf);
  g_autofree guint8 *row = g_malloc (width * 4);
  gboolean good = TRUE;

  if (gdk_pixbuf_get_bits_per_sample (pixbuf) != 8 || channels < 3 || channels > 4)
    return FALSE;
  for (int y = 0; good && y < gdk_pixbuf_get_height (pixbuf); y++) {
    const guint8 *from =
        gdk_pixbuf_read_pixels (pixbuf) + (gsize) y * (gsize) gdk_pixbuf_get_rowstride (pixbuf);

    for (gsize x = 0; x < width; x++, from += channels) {
      row[x * 4] = from[0];
      row[x * 4 + 1] = from[1];
      row[x * 4 + 2] = from[2];
      row[x * 4 + 3] = channels == 4 ? from[3] : 255;
    }
    good = write_all (target, row, width * 4);
  }
  return good;
}

static LanPictureStatus
finish (GdkPixbufLoader *loader, Job *job, int target, LanPictureReply *reply)
{
  GdkPixbuf *raw = gdk_pixbuf_loader_get_pixbuf (loader);
  GdkPixbufAnimation *all = gdk_pixbuf_loader_get_animation (loader);
  g_autoptr (GdkPixbuf) shown =
      raw != NULL && job->width > 0 ? turn_and_fit (raw, job, reply) : NULL;

  if (shown == NULL)
    return LAN_PICTURE_DAMAGED;
  reply->animated = job->animated || (all != NULL && !gdk_pixbuf_animation_is_static_image (all));
  reply->width = (guint32) gdk_pixbuf_get_width (shown);
  reply->height = (guint32) gdk_pixbuf_get_height (shown);
  return write_rows (shown, target) ? LAN_PICTURE_OK : LAN_PICTURE_LIMIT;
}

void
lan_thumb_decode (int source, int target, const LanPictureRequest *request, LanPictureReply *reply)
{
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gssize len = read_piece (source, piece);
  const char *type = len > 0 ? lan_picture_sniff (piece, (gsize) len) : NULL;
  g_autoptr (GdkPixbufLoader) loader = NULL;
  Job job = { .request = request, .left = LAN_PICTURE_FILE_MAX };
  gboolean good;

  *reply = (LanPictureReply){ .status = LAN_PICTURE_UNKNOWN };
  loader = type != NULL ? gdk_pixbuf_loader_new_with_type (type, NULL) : NULL;
  if (loader == NULL)
    return;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), &job);
  good = strcmp (type, "gif") == 0 ? feed_gif (loader, source, piece, len, &job)
                                   : feed (loader, source, piece, len, &job);
  if (gdk_pixbuf_loader_close (loader, NULL) && good)
    reply->status = finish (loader, &job, target, reply);
  else
    reply->status = job.too_large ? LAN_PICTURE_TOO_LARGE : LAN_PICTURE_DAMAGED;
  if (reply->status != LAN_PICTURE_OK)
    *reply = (LanPictureReply){ .status = reply->status };
}
