/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-grab.h"

#include "lan-media-packet.h"
#include "lan-media-window.h"
#include "lan-picture-page.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <string.h>
#include <unistd.h>

/* What is larger than can be sent is scaled down, in its proportions. */
#define CAPS                                                                                       \
  "video/x-raw,format=I420,width=[16,1920],height=[16,1200],pixel-aspect-ratio=1/1,"               \
  "colorimetry=bt601"
#define RATE_CAPS    "video/x-raw,framerate=15/1"
#define PATIENCE     (5 * GST_SECOND) /* until the first picture */
#define A_MOMENT     (20 * GST_MSECOND)
#define EMPTY_WIDTH  320 /* of a window that was never to be seen */
#define EMPTY_HEIGHT 200
#define X11_PREFIX   "x11:"
#define PW_PREFIX    "pipewire:"

struct _LanMediaGrab {
  GstElement *pipeline, *sink; /* NULL: a window, or the test page */
  LanMediaWindow *window;      /* NULL: none */
  int fd;                      /* of pipewiresrc; -1: none */
  guint8 *kept;                /* what was given last */
  guint width, height;         /* of that; 0: nothing was */
  guint32 page;
};

/* ---- sources ---- */

static GstElement *
make_x11 (void)
{
  GstElement *source = gst_element_factory_make ("ximagesrc", NULL);

  lan_media_window_pass_over_errors ();
  if (source != NULL)
    g_object_set (source, "show-pointer", TRUE, "use-damage", FALSE, NULL);
  return source;
}

static GstElement *
make_pipewire (const char *name, int fd)
{
  GstElement *source = gst_element_factory_make ("pipewiresrc", NULL);

  if (source != NULL)
    g_object_set (source, "fd", fd, "path", name + strlen (PW_PREFIX), "do-timestamp", TRUE, NULL);
  return source;
}

static gboolean
add (LanMediaGrab *g, GstElement **last, GstElement *element)
{
  if (element == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (g->pipeline), element);
  if (*last != NULL && !gst_element_link (*last, element))
    return FALSE;
  *last = element;
  return TRUE;
}

static gboolean
add_caps (LanMediaGrab *g, GstElement **last, const char *text)
{
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  if (filter != NULL)
    g_object_set (filter, "caps", caps, NULL);
  return add (g, last, filter);
}

static gboolean
open_pipeline (LanMediaGrab *g, const char *name)
{
  gboolean is_x11 = strcmp (name, "x11") == 0;
  GstElement *last = NULL;

  gst_init (NULL, NULL);
  g->pipeline = gst_pipeline_new (NULL);
  if (!add (g, &last, is_x11 ? make_x11 () : make_pipewire (name, g->fd)) ||
      (is_x11 && !add_caps (g, &last, RATE_CAPS)) ||
      !add (g, &last, gst_element_factory_make ("videoconvert", NULL)) ||
      !add (g, &last, gst_element_factory_make ("videoscale", NULL)) ||
      !add_caps (g, &last, CAPS) || !add (g, &last, gst_element_factory_make ("appsink", NULL)))
    return FALSE;
  g->sink = last;
  g_object_set (g->sink, "max-buffers", 1, "drop", TRUE, "sync", FALSE, NULL);
  return gst_element_set_state (g->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

static gboolean
open_window (LanMediaGrab *g, const char *number)
{
  guint64 id;

  if (!g_ascii_string_to_unsigned (number, 10, 1, G_MAXUINT32, &id, NULL))
    return FALSE;
  g->window = lan_media_window_new ((guint32) id);
  return g->window != NULL;
}

static gboolean
open_named (LanMediaGrab *g, const char *name)
{
  if (strcmp (name, "test") == 0)
    return TRUE;
  if (g_str_has_prefix (name, X11_PREFIX))
    return open_window (g, name + strlen (X11_PREFIX));
  return (strcmp (name, "x11") == 0 || (g_str_has_prefix (name, PW_PREFIX) && g->fd >= 0)) &&
         open_pipeline (g, name);
}

LanMediaGrab *
lan_media_grab_new (const char *name, int fd)
{
  LanMediaGrab *g = g_new0 (LanMediaGrab, 1);

  g->fd = fd;
  if (open_named (g, name))
    return g;
  lan_media_grab_free (g);
  return NULL;
}

void
lan_media_grab_free (LanMediaGrab *g)
{
  if (g == NULL)
    return;
  if (g->pipeline != NULL)
    gst_element_set_state (g->pipeline, GST_STATE_NULL);
  g_clear_pointer (&g->pipeline, gst_object_unref);
  lan_media_window_free (g->window);
  if (g->fd >= 0)
    close (g->fd);
  g_free (g->kept);
  g_free (g);
}

/* ---- pictures ---- */

static void
set_size (LanMediaGrab *g, guint width, guint height)
{
  g_free (g->kept);
  g->kept = g_malloc0 (lan_picture_image_bytes (width, height));
  g->width = width;
  g->height = height;
}

/* Copies what has changed; FALSE: nothing has. */
static gboolean
keep (LanMediaGrab *g, const LanPictureImage *image)
{
  gboolean has_changed = g->width != image->width || g->height != image->height;
  LanPictureImage kept;

  if (has_changed)
    set_size (g, image->width, image->height);
  lan_picture_image_init (&kept, g->kept, g->width, g->height);
  for (guint i = 0; i < 3; i++) {
    guint width = i == 0 ? g->width : g->width / 2, height = i == 0 ? g->height : g->height / 2;

    for (guint y = 0; y < height; y++) {
      const guint8 *from = image->planes[i] + (gsize) image->strides[i] * y;
      guint8 *to = kept.planes[i] + (gsize) kept.strides[i] * y;

      if (memcmp (from, to, width) == 0)
        continue;
      memcpy (to, from, width);
      has_changed = TRUE;
    }
  }
  return has_changed;
}

/* FALSE: it cannot be sent. */
static gboolean
take_sample (LanMediaGrab *g, GstSample *sample, gboolean *has_changed)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  LanPictureImage image;
  gboolean is_good;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) ||
      !gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    return FALSE;
  image.width = (guint) GST_VIDEO_FRAME_WIDTH (&frame) & ~1U;
  image.height = (guint) GST_VIDEO_FRAME_HEIGHT (&frame) & ~1U;
  for (guint i = 0; i < 3; i++) {
    image.planes[i] = GST_VIDEO_FRAME_PLANE_DATA (&frame, i);
    image.strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE (&frame, i);
  }
  is_good = GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_I420 &&
            lan_picture_size_is_good (image.width, image.height);
  if (is_good)
    *has_changed = keep (g, &image);
  gst_video_frame_unmap (&frame);
  return is_good;
}

static gboolean
draw_page (LanMediaGrab *g, gint64 at_us, gboolean *has_changed)
{
  guint32 page = lan_picture_page_at (at_us / 1000);
  LanPictureImage image;

  *has_changed = g->width == 0 || page != g->page;
  if (g->width == 0)
    set_size (g, LAN_PICTURE_PAGE_WIDTH, LAN_PICTURE_PAGE_HEIGHT);
  lan_picture_image_init (&image, g->kept, g->width, g->height);
  if (*has_changed)
    lan_picture_page_draw (page, &image);
  g->page = page;
  return TRUE;
}

static gboolean
pull (LanMediaGrab *g, gboolean *has_changed)
{
  GstSample *sample =
      gst_app_sink_try_pull_sample (GST_APP_SINK (g->sink), g->width == 0 ? PATIENCE : A_MOMENT);
  gboolean is_good;

  *has_changed = FALSE;
  if (sample == NULL) /* a portal tells of changes only */
    return g->width > 0 && !gst_app_sink_is_eos (GST_APP_SINK (g->sink));
  is_good = take_sample (g, sample, has_changed);
  gst_sample_unref (sample);
  return is_good;
}

/* What is hidden is left as it was seen last; before that there is nothing yet. */
static gboolean
look_at_window (LanMediaGrab *g, gboolean *has_changed)
{
  LanPictureImage image;
  LanMediaWindowState state = lan_media_window_take (g->window, &image);

  *has_changed = state == LAN_MEDIA_WINDOW_SHOWN && keep (g, &image);
  if (state == LAN_MEDIA_WINDOW_HIDDEN && g->width == 0)
    set_size (g, EMPTY_WIDTH, EMPTY_HEIGHT);
  return state != LAN_MEDIA_WINDOW_GONE;
}

gboolean
lan_media_grab_next (LanMediaGrab *g, gint64 at_us, LanPictureImage *image, gboolean *has_changed)
{
  gboolean is_good;

  if (g->window != NULL)
    is_good = look_at_window (g, has_changed);
  else if (g->pipeline != NULL)
    is_good = pull (g, has_changed);
  else
    is_good = draw_page (g, at_us, has_changed);
  if (is_good)
    lan_picture_image_init (image, g->kept, g->width, g->height);
  return is_good;
}
