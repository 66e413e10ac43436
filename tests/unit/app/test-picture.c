/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Pictures good and bad through lanyard-thumb; then what a helper that was taken over may try. */
#include "lan-picture-helper.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static char *thumb, *hostile;

static LanPictureHelper *
make_helper (const char *program)
{
  g_setenv ("LANYARD_THUMB", program, TRUE);
  return lan_picture_helper_new ();
}

/* -1: it worked. */
static int
decode (LanPictureHelper *helper, const void *data, gsize len, guint box, LanPicturePixels *out)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, len);
  g_autoptr (GError) error = NULL;
  int fd = lan_picture_open_bytes (bytes, &error);

  g_assert_no_error (error);
  memset (out, 0, sizeof *out);
  if (lan_picture_helper_run (helper, fd, box, box, NULL, out, &error)) {
    g_assert_cmpuint (g_bytes_get_size (out->pixels), ==, out->reply.width * out->reply.height * 4);
    close (fd);
    return -1;
  }
  close (fd);
  g_assert_error (error, LAN_PICTURE_ERROR, error->code);
  g_assert_null (out->pixels);
  return error->code;
}

static int
try (LanPictureHelper *helper, const void *data, gsize len)
{
  LanPicturePixels out;
  int code = decode (helper, data, len, 64, &out);

  g_clear_pointer (&out.pixels, g_bytes_unref);
  return code;
}

static GByteArray *
make_file (int width, int height, const char *type, const char *key, const char *value)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  g_autoptr (GError) error = NULL;
  gsize len;
  char *data;

  gdk_pixbuf_fill (pixbuf, 0x204060ff);
  gdk_pixbuf_save_to_buffer (pixbuf, &data, &len, type, &error, key, value, NULL);
  g_assert_no_error (error);
  return g_byte_array_new_take ((guint8 *) data, len);
}

static void
test_good (void)
{
  LanPictureHelper *helper = make_helper (thumb);
  g_autoptr (GByteArray) png = make_file (400, 100, "png", NULL, NULL);
  g_autoptr (GByteArray) jpeg = make_file (30, 60, "jpeg", NULL, NULL);
  LanPicturePixels out;
  int pid;

  g_assert_cmpint (decode (helper, png->data, png->len, 64, &out), ==, -1);
  g_assert_cmpuint (out.reply.width, ==, 64);
  g_assert_cmpuint (out.reply.height, ==, 16);
  g_assert_cmpuint (out.reply.source_width, ==, 400);
  g_assert_cmpmem (g_bytes_get_data (out.pixels, NULL), 4, "\x20\x40\x60\xff", 4);
  g_bytes_unref (out.pixels);
  pid = lan_picture_helper_get_pid (helper);
  /* Not made larger than it is; and the same process serves again. */
  g_assert_cmpint (decode (helper, jpeg->data, jpeg->len, 64, &out), ==, -1);
  g_assert_cmpuint (out.reply.width, ==, 30);
  g_assert_cmpuint (out.reply.height, ==, 60);
  g_bytes_unref (out.pixels);
  g_assert_cmpint (lan_picture_helper_get_pid (helper), ==, pid);
  lan_picture_helper_free (helper);
}

/* A camera held sideways. */
static void
test_turned (void)
{
  static const guint8 exif[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0,    0, 'I', 'I',
                                 42,   0,    8, 0,  0,   0,   1,   0,   0x12, 1, 3,   0,
                                 1,    0,    0, 0,  6,   0,   0,   0,   0,    0, 0,   0 };
  LanPictureHelper *helper = make_helper (thumb);
  g_autoptr (GByteArray) jpeg = make_file (400, 200, "jpeg", NULL, NULL);
  g_autoptr (GByteArray) turned = g_byte_array_new ();
  LanPicturePixels out;

  g_byte_array_append (turned, jpeg->data, 2);
  g_byte_array_append (turned, exif, sizeof exif);
  g_byte_array_append (turned, jpeg->data + 2, jpeg->len - 2);
  g_assert_cmpint (decode (helper, turned->data, turned->len, 100, &out), ==, -1);
  g_assert_cmpuint (out.reply.width, ==, 50);
  g_assert_cmpuint (out.reply.height, ==, 100);
  g_assert_cmpuint (out.reply.source_height, ==, 400);
  g_bytes_unref (out.pixels);
  lan_picture_helper_free (helper);
}

static const guint8 gif_head[] = "GIF89a\1\0\1\0\x80\0\0\xff\0\0\0\0\0";
static const guint8 gif_frame[] = ",\0\0\0\0\1\0\1\0\0\2\2D\1";

static GByteArray *
make_gif (guint frames)
{
  GByteArray *gif = g_byte_array_new ();

  g_byte_array_append (gif, gif_head, sizeof gif_head - 1);
  for (guint i = 0; i < frames; i++)
    g_byte_array_append (gif, gif_frame, sizeof gif_frame); /* with the zero at its end */
  g_byte_array_append (gif, (const guint8 *) ";", 1);
  return gif;
}

/* The first of a million frames is shown, and the rest is not even looked at. */
static void
test_gif (void)
{
  LanPictureHelper *helper = make_helper (thumb);
  const guint frames[] = { 1, 3, 1000000 };
  LanPicturePixels out;

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++) {
    g_autoptr (GByteArray) gif = make_gif (frames[i]);

    g_assert_cmpint (decode (helper, gif->data, gif->len, 64, &out), ==, -1);
    g_assert_cmpuint (out.reply.width, ==, 1);
    g_assert_cmpint (out.reply.animated, ==, frames[i] > 1);
    g_bytes_unref (out.pixels);
  }
  lan_picture_helper_free (helper);
}

static void
test_webp (void)
{
  g_autofree guint8 *webp = NULL;
  LanPictureHelper *helper = make_helper (thumb);
  gsize len;
  int code;

  webp = g_base64_decode ("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", &len);
  code = try (helper, webp, len);
  g_assert_true (code == -1 || code == LAN_PICTURE_UNKNOWN); /* its loader need not be there */
  lan_picture_helper_free (helper);
}

/* ---- bad ones ---- */

static void
add_u32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (out, (const guint8 *) &value, 4);
}

static guint32
crc_of (const guint8 *data, gsize len)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < len; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

static void
add_chunk (GByteArray *out, const char *type, GByteArray *body)
{
  guint begin = out->len + 4;

  add_u32 (out, body->len);
  g_byte_array_append (out, (const guint8 *) type, 4);
  g_byte_array_append (out, body->data, body->len);
  add_u32 (out, crc_of (out->data + begin, out->len - begin));
}

/* One bit a pixel in the file, @rows rows of zeros: little to send, much to hold. */
static GByteArray *
make_bomb (guint32 width, guint32 height, guint8 depth, guint8 color, gsize rows)
{
  GByteArray *png = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) none = g_byte_array_new ();
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GConverter) zip =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 1));
  gsize len = rows * (1 + ((gsize) width * depth + 7) / 8), read = 0, written = 0;
  g_autofree guint8 *zeros = g_malloc0 (len + 1);

  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  add_u32 (head, width);
  add_u32 (head, height);
  g_byte_array_append (head, (const guint8[]){ depth, color, 0, 0, 0 }, 5);
  add_chunk (png, "IHDR", head);
  g_byte_array_set_size (body, (guint) (len / 100 + 1000));
  g_converter_convert (zip, zeros, len, body->data, body->len, G_CONVERTER_INPUT_AT_END, &read,
                       &written, NULL);
  g_byte_array_set_size (body, (guint) written);
  add_chunk (png, "IDAT", body);
  add_chunk (png, "IEND", none);
  return png;
}

static void
test_bombs (void)
{
  LanPictureHelper *helper = make_helper (thumb);
  g_autoptr (GByteArray) huge = make_bomb (65535, 65535, 1, 0, 1);
  g_autoptr (GByteArray) largest = make_bomb (0x7fffffff, 0x7fffffff, 1, 0, 0);
  g_autoptr (GByteArray) wide = make_bomb (LAN_PICTURE_SIDE_MAX, 5000, 1, 0, 1);
  g_autoptr (GByteArray) memory = make_bomb (LAN_PICTURE_SIDE_MAX, 4096, 16, 6, 1);
  g_autoptr (GByteArray) good = make_file (10, 10, "png", NULL, NULL);
  int code;

  g_assert_cmpint (try (helper, huge->data, huge->len), ==, LAN_PICTURE_TOO_LARGE);
  code = try (helper, largest->data, largest->len);
  g_assert_true (code == LAN_PICTURE_TOO_LARGE || code == LAN_PICTURE_DAMAGED);
  g_assert_cmpint (try (helper, wide->data, wide->len), ==, LAN_PICTURE_TOO_LARGE);
  code = try (helper, memory->data, memory->len); /* 512 MiB as it is, and cut short */
#if !defined(__SANITIZE_ADDRESS__)                /* with it there is no limit of memory */
  g_assert_true (code == LAN_PICTURE_LIMIT || code == LAN_PICTURE_DAMAGED);
#endif
  g_assert_cmpint (try (helper, good->data, good->len), ==, -1);
  lan_picture_helper_free (helper);
}

static void
test_not_pictures (void)
{
  static const guint8 ani[] = "RIFF\x20\0\0\0ACONanih", ico[] = "\0\0\1\0\1\0", bmp[] = "BM6\0\0\0";
  static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg'/>";
  LanPictureHelper *helper = make_helper (thumb);
  g_autoptr (GByteArray) png = make_file (300, 300, "png", NULL, NULL);
  g_autoptr (GByteArray) jpeg = make_file (300, 300, "jpeg", NULL, NULL);
  g_autoptr (GByteArray) tga = make_file (30, 30, "tiff", NULL, NULL);

  g_assert_cmpint (try (helper, ani, sizeof ani), ==, LAN_PICTURE_UNKNOWN);
  g_assert_cmpint (try (helper, ico, sizeof ico), ==, LAN_PICTURE_UNKNOWN);
  g_assert_cmpint (try (helper, bmp, sizeof bmp), ==, LAN_PICTURE_UNKNOWN);
  g_assert_cmpint (try (helper, svg, sizeof svg), ==, LAN_PICTURE_UNKNOWN);
  g_assert_cmpint (try (helper, tga->data, tga->len), ==, LAN_PICTURE_UNKNOWN);
  g_assert_cmpint (try (helper, "", 0), ==, LAN_PICTURE_UNKNOWN);
  g_assert_cmpint (try (helper, png->data, 8), ==, LAN_PICTURE_DAMAGED);
  try (helper, png->data, png->len / 2); /* what is there of it may be shown */
  g_assert_cmpint (try (helper, jpeg->data, 20), ==, LAN_PICTURE_DAMAGED);
  png->data[png->len / 2] ^= 0x55;
  try (helper, png->data, png->len);
  lan_picture_helper_free (helper);
}

static void
test_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("lanyard-picture-XXXXXX", NULL);
  g_autofree char *large = g_build_filename (dir, "large.png", NULL);
  g_autofree char *missing = g_build_filename (dir, "missing.png", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (lan_picture_open (missing, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (lan_picture_open (dir, &error), ==, -1);
  g_assert_error (error, LAN_PICTURE_ERROR, LAN_PICTURE_UNKNOWN);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (large, "", 0, NULL));
  g_assert_cmpint (truncate (large, LAN_PICTURE_FILE_MAX + 1), ==, 0);
  g_assert_cmpint (lan_picture_open (large, &error), ==, -1);
  g_assert_error (error, LAN_PICTURE_ERROR, LAN_PICTURE_TOO_LARGE);
  g_assert_cmpint (unlink (large), ==, 0);
  g_assert_cmpint (rmdir (dir), ==, 0);
}

/* ---- the helper itself ---- */

/* One that was killed has a successor; one that cannot be started is told of. */
static void
test_killed (void)
{
  LanPictureHelper *helper = make_helper (thumb);
  g_autoptr (GByteArray) png = make_file (10, 10, "png", NULL, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (png->data, png->len);
  g_autoptr (GError) error = NULL;
  LanPicturePixels out;
  int pid, fd;

  g_assert_cmpint (try (helper, png->data, png->len), ==, -1);
  pid = lan_picture_helper_get_pid (helper);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (try (helper, png->data, png->len), ==, -1);
  g_assert_cmpint (lan_picture_helper_get_pid (helper), !=, pid);
  lan_picture_helper_free (helper);

  helper = make_helper ("/nothing/here");
  fd = lan_picture_open_bytes (bytes, NULL);
  g_assert_false (lan_picture_helper_run (helper, fd, 10, 10, NULL, &out, &error));
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  close (fd);
  lan_picture_helper_free (helper);

  helper = make_helper ("/bin/false"); /* dies, and its successor too */
  g_assert_cmpint (try (helper, png->data, png->len), ==, LAN_PICTURE_LIMIT);
  lan_picture_helper_free (helper);
}

static gpointer
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

/* One that does not answer is ended, by the time or by who asked. */
static void
test_silent (void)
{
  LanPictureHelper *helper = make_helper (hostile);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("l", 1);
  g_autoptr (GError) error = NULL;
  LanPicturePixels out;
  GThread *thread;
  int fd = lan_picture_open_bytes (bytes, NULL);

  lan_picture_helper_set_wait (helper, 50);
  g_assert_cmpint (try (helper, "l", 1), ==, LAN_PICTURE_LIMIT);
  g_assert_cmpint (lan_picture_helper_get_pid (helper), ==, 0);
  lan_picture_helper_set_wait (helper, 60000);
  thread = g_thread_new ("cancel", cancel, cancellable);
  g_assert_false (lan_picture_helper_run (helper, fd, 8, 8, cancellable, &out, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (lan_picture_helper_get_pid (helper), ==, 0);
  g_thread_join (thread);
  close (fd);
  lan_picture_helper_free (helper);
}

/* Code of a stranger in the helper: it reaches nothing, and its end is that of one picture. */
static void
test_taken_over (void)
{
  LanPictureHelper *helper = make_helper (hostile);
  int pid;

  for (const char *what = "osefkrw"; *what != '\0'; what++) {
    g_test_message ("what is tried: %c", *what);
    g_assert_cmpint (try (helper, what, 1), ==, -1);
  }
#if !defined(__SANITIZE_ADDRESS__)
  g_assert_cmpint (try (helper, "m", 1), ==, -1);
#endif
  pid = lan_picture_helper_get_pid (helper);
  g_assert_cmpint (try (helper, "c", 1), ==, LAN_PICTURE_LIMIT);
  g_assert_cmpint (try (helper, "l", 1), ==, LAN_PICTURE_LIMIT); /* one second of a processor */
  g_assert_cmpint (lan_picture_helper_get_pid (helper), ==, pid);
  g_assert_cmpint (try (helper, "z", 1), ==, LAN_PICTURE_LIMIT);
  g_assert_cmpint (try (helper, "o", 1), ==, -1);
  lan_picture_helper_free (helper);
}

static void
test_fit (void)
{
  static const guint32 cases[][6] = {
    { 10, 10, 64, 64, 10, 10 },       { 100, 50, 64, 64, 64, 32 }, { 50, 100, 64, 64, 32, 64 },
    { 16384, 1, 64, 64, 64, 1 },      { 1, 16384, 64, 64, 1, 64 }, { 400, 300, 300, 300, 300, 225 },
    { 300, 300, 200, 100, 100, 100 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint32 w = cases[i][0], h = cases[i][1];

    lan_picture_fit (&w, &h, cases[i][2], cases[i][3]);
    g_assert_cmpuint (w, ==, cases[i][4]);
    g_assert_cmpuint (h, ==, cases[i][5]);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  thumb = g_canonicalize_filename (argv[1], NULL);
  hostile = g_canonicalize_filename (argv[2], NULL);
  g_test_add_func ("/app/picture/fit", test_fit);
  g_test_add_func ("/app/picture/good", test_good);
  g_test_add_func ("/app/picture/turned", test_turned);
  g_test_add_func ("/app/picture/gif", test_gif);
  g_test_add_func ("/app/picture/webp", test_webp);
  g_test_add_func ("/app/picture/bombs", test_bombs);
  g_test_add_func ("/app/picture/not-pictures", test_not_pictures);
  g_test_add_func ("/app/picture/files", test_files);
  g_test_add_func ("/app/picture/killed", test_killed);
  g_test_add_func ("/app/picture/silent", test_silent);
  g_test_add_func ("/app/picture/taken-over", test_taken_over);
  status = g_test_run ();
  g_free (thumb);
  g_free (hostile);
  return status;
}
