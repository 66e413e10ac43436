/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media-window.h"

#include "lan-media-packet.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xcomposite.h>
#include <X11/extensions/Xfixes.h>

#define SIDE_MAX (2 * LAN_PICTURE_SIDE_MAX) /* larger windows are cut */

struct _LanMediaWindow {
  Display *display;
  Window window;
  Pixmap pixmap; /* of the window as it is now; None: to be named */
  int width, height;
  guint8 *whole, *half; /* I420 */
};

static int
on_error (Display *display, XErrorEvent *error)
{
  g_debug ("X: error %u of request %u", error->error_code, error->request_code);
  return 0;
}

void
lan_media_window_pass_over_errors (void)
{
  XInitThreads ();
  XSetErrorHandler (on_error);
}

LanMediaWindow *
lan_media_window_new (guint32 id)
{
  LanMediaWindow *w = g_new0 (LanMediaWindow, 1);
  XWindowAttributes attributes;
  int event, error;

  lan_media_window_pass_over_errors ();
  w->window = id;
  w->display = XOpenDisplay (NULL);
  if (w->display == NULL || !XCompositeQueryExtension (w->display, &event, &error) ||
      !XGetWindowAttributes (w->display, w->window, &attributes)) {
    lan_media_window_free (w);
    return NULL;
  }
  XFixesQueryExtension (w->display, &event, &error);
  XCompositeRedirectWindow (w->display, w->window, CompositeRedirectAutomatic);
  return w;
}

void
lan_media_window_free (LanMediaWindow *w)
{
  if (w == NULL)
    return;
  if (w->display != NULL)
    XCloseDisplay (w->display); /* what was asked for ends with it */
  g_free (w->whole);
  g_free (w->half);
  g_free (w);
}

/* ---- the pointer ---- */

static void
blend (XImage *image, int x, int y, gulong argb)
{
  guint32 *pixel;
  guint alpha = argb >> 24 & 0xff;
  guint32 out = 0;

  if (x < 0 || y < 0 || x >= image->width || y >= image->height)
    return;
  pixel = (guint32 *) (gpointer) (image->data + (gsize) y * (gsize) image->bytes_per_line) + x;
  for (guint shift = 0; shift < 24; shift += 8) {
    guint over = argb >> shift & 0xff; /* multiplied by alpha already */
    guint under = (*pixel >> shift & 0xff) * (255 - alpha) / 255;

    out |= MIN (over + under, 255) << shift;
  }
  *pixel = out;
}

static void
draw_pointer (LanMediaWindow *w, XImage *image)
{
  XFixesCursorImage *cursor = XFixesGetCursorImage (w->display);
  int left, top;
  Window child;

  if (cursor == NULL)
    return;
  if (XTranslateCoordinates (w->display, DefaultRootWindow (w->display), w->window, cursor->x,
                             cursor->y, &left, &top, &child)) {
    left -= cursor->xhot;
    top -= cursor->yhot;
    for (int y = 0; y < cursor->height; y++)
      for (int x = 0; x < cursor->width; x++)
        blend (image, left + x, top + y, cursor->pixels[y * cursor->width + x]);
  }
  XFree (cursor);
}

/* ---- its contents ---- */

static guint8
luma (guint32 rgb)
{
  return (guint8) (16 +
                   ((66 * (rgb >> 16 & 0xff) + 129 * (rgb >> 8 & 0xff) + 25 * (rgb & 0xff) + 128) >>
                    8));
}

static void
convert_pair (const guint32 *above, const guint32 *below, guint width, LanPictureImage *out,
              guint y)
{
  guint8 *lines[2] = { out->planes[0] + (gsize) out->strides[0] * y,
                       out->planes[0] + (gsize) out->strides[0] * (y + 1) };
  guint8 *u = out->planes[1] + (gsize) out->strides[1] * (y / 2);
  guint8 *v = out->planes[2] + (gsize) out->strides[2] * (y / 2);

  for (guint x = 0; x < width; x += 2) {
    const guint32 four[4] = { above[x], above[x + 1], below[x], below[x + 1] };
    int red = 0, green = 0, blue = 0;

    for (guint i = 0; i < 4; i++) {
      lines[i / 2][x + i % 2] = luma (four[i]);
      red += four[i] >> 16 & 0xff;
      green += four[i] >> 8 & 0xff;
      blue += four[i] & 0xff;
    }
    u[x / 2] = (guint8) (128 + (-38 * red - 74 * green + 112 * blue + 512) / 1024);
    v[x / 2] = (guint8) (128 + (112 * red - 94 * green - 18 * blue + 512) / 1024);
  }
}

static void
convert (const XImage *from, LanPictureImage *out)
{
  for (guint y = 0; y < out->height; y += 2) {
    const char *line = from->data + (gsize) y * (gsize) from->bytes_per_line;

    convert_pair ((const guint32 *) (gconstpointer) line,
                  (const guint32 *) (gconstpointer) (line + from->bytes_per_line), out->width, out,
                  y);
  }
}

/* Eight bits a colour, red first: all that is in use. */
static gboolean
is_expected (const XWindowAttributes *now)
{
  return now->visual->red_mask == 0xff0000 && now->visual->green_mask == 0xff00 &&
         now->visual->blue_mask == 0xff;
}

/* FALSE: too small to be sent, or of colours that are not expected. */
static gboolean
take_image (LanMediaWindow *w, XImage *from, LanPictureImage *image)
{
  guint width = (guint) from->width & ~1U, height = (guint) from->height & ~1U;
  LanPictureImage whole;

  if (from->bits_per_pixel != 32 || width < LAN_PICTURE_SIDE_MIN || height < LAN_PICTURE_SIDE_MIN)
    return FALSE;
  draw_pointer (w, from);
  w->whole = g_realloc (w->whole, lan_picture_image_bytes (width, height));
  lan_picture_image_init (&whole, w->whole, width, height);
  convert (from, &whole);
  if (lan_picture_size_is_good (width, height)) {
    *image = whole;
    return TRUE;
  }
  width = MIN (width / 2, LAN_PICTURE_SIDE_MAX) & ~1U;
  height = MIN (height / 2, LAN_PICTURE_AREA_MAX / LAN_PICTURE_SIDE_MAX) & ~1U;
  w->half = g_realloc (w->half, lan_picture_image_bytes (width, height));
  lan_picture_image_init (image, w->half, width, height);
  lan_picture_image_shrink (&whole, image);
  return lan_picture_size_is_good (width, height);
}

/* The pixmap is that of one size: another is named for each. */
static gboolean
follow (LanMediaWindow *w, const XWindowAttributes *now)
{
  if (w->pixmap != None &&
      (now->width != w->width || now->height != w->height || now->map_state != IsViewable)) {
    XFreePixmap (w->display, w->pixmap);
    w->pixmap = None;
  }
  if (now->map_state != IsViewable || !is_expected (now))
    return FALSE;
  if (w->pixmap == None)
    w->pixmap = XCompositeNameWindowPixmap (w->display, w->window);
  w->width = now->width;
  w->height = now->height;
  return w->pixmap != None;
}

LanMediaWindowState
lan_media_window_take (LanMediaWindow *w, LanPictureImage *image)
{
  XWindowAttributes now;
  XImage *from;
  gboolean is_good;

  if (!XGetWindowAttributes (w->display, w->window, &now))
    return LAN_MEDIA_WINDOW_GONE;
  if (!follow (w, &now))
    return LAN_MEDIA_WINDOW_HIDDEN;
  from = XGetImage (w->display, w->pixmap, now.border_width, now.border_width,
                    (guint) MIN (now.width, SIDE_MAX), (guint) MIN (now.height, SIDE_MAX),
                    AllPlanes, ZPixmap);
  if (from == NULL) { /* another size by now */
    w->width = 0;
    return LAN_MEDIA_WINDOW_HIDDEN;
  }
  is_good = take_image (w, from, image);
  XDestroyImage (from);
  return is_good ? LAN_MEDIA_WINDOW_SHOWN : LAN_MEDIA_WINDOW_HIDDEN;
}
