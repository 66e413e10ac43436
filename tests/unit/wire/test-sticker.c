/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What is left of a sticker's picture, and what a sticker's record may say. */
#include "lan-content.h"
#include "lan-sticker-picture.h"

#include <string.h>

static void
append (GByteArray *to, const char *text, gsize len)
{
  g_byte_array_append (to, (const guint8 *) text, (guint) len);
}
#define APPEND(to, text) append (to, text, sizeof (text) - 1)

static GByteArray *
make_jpeg (void)
{
  GByteArray *jpeg = g_byte_array_new ();

  APPEND (jpeg, "\xff\xd8\xff\xe0\x00\x07JFIF\x00");
  APPEND (jpeg, "\xff\xe1\x00\x0e"
                "Exif\x00\x00WHERE!");
  APPEND (jpeg, "\xff\xfe\x00\x06WHO!");
  APPEND (jpeg, "\xff\xc0\x00\x0b\x08\x00\x28\x00\x64\x01\x01\x11\x00");
  APPEND (jpeg, "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00");
  APPEND (jpeg, "\x12\xff\x00\x34\xff\xd0\x56\xff\xd9"
                "AND THEN");
  return jpeg;
}

static GByteArray *
make_png (const char *between, gsize len)
{
  GByteArray *png = g_byte_array_new ();

  APPEND (png,
          "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x64\x00\x00\x00\x28\x08\x06\x00\x00\x00"
          "CRC!");
  append (png, between, len);
  APPEND (png, "\x00\x00\x00\x04IDATpixeCRC!");
  APPEND (png, "\x00\x00\x00\x00IENDCRC!AND THEN");
  return png;
}

static gboolean
has (GBytes *bytes, const char *text)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  return memmem (data, len, text, strlen (text)) != NULL;
}

static void
test_jpeg (void)
{
  g_autoptr (GByteArray) jpeg = make_jpeg ();
  guint32 width, height;
  g_autoptr (GBytes) clean = lan_sticker_picture_clean (jpeg->data, jpeg->len, &width, &height);

  g_assert_nonnull (clean);
  g_assert_cmpuint (width, ==, 100);
  g_assert_cmpuint (height, ==, 40);
  g_assert_false (has (clean, "Exif"));
  g_assert_false (has (clean, "WHERE"));
  g_assert_false (has (clean, "WHO!"));
  g_assert_false (has (clean, "AND THEN"));
  g_assert_true (has (clean, "\x34\xff\xd0\x56\xff\xd9"));
  for (guint cut = 0; cut < jpeg->len - strlen ("AND THEN"); cut++) {
    g_autoptr (GBytes) none = lan_sticker_picture_clean (jpeg->data, cut, &width, &height);

    g_assert_null (none);
  }
}

static void
test_png (void)
{
  static const char text[] = "\x00\x00\x00\x06tEXtwhere!CRC!";
  g_autoptr (GByteArray) png = make_png (text, sizeof text - 1);
  g_autoptr (GByteArray) bare = make_png ("", 0);
  guint32 width, height;
  g_autoptr (GBytes) clean = lan_sticker_picture_clean (png->data, png->len, &width, &height);

  g_assert_nonnull (clean);
  g_assert_cmpuint (width, ==, 100);
  g_assert_cmpuint (height, ==, 40);
  g_assert_false (has (clean, "where"));
  g_assert_cmpmem (g_bytes_get_data (clean, NULL), g_bytes_get_size (clean), bare->data,
                   bare->len - strlen ("AND THEN"));
  for (guint cut = 0; cut < png->len - strlen ("AND THEN"); cut++) {
    g_autoptr (GBytes) none = lan_sticker_picture_clean (png->data, cut, &width, &height);

    g_assert_null (none);
  }
}

static LanStatus
decode (const Lanyard__Sticker *sticker, guint32 kind)
{
  LanContent content = LANYARD__CONTENT__INIT;
  g_autoptr (LanContent) decoded = NULL;
  g_autoptr (GBytes) bytes = NULL;

  content.body_case = LANYARD__CONTENT__BODY_STICKER;
  content.sticker = (Lanyard__Sticker *) sticker;
  bytes = lan_content_encode (&content);
  return lan_content_decode (kind, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                             &decoded);
}

static void
test_limits (void)
{
  g_autofree char *long_name = g_strnfill (LAN_STICKER_NAME_MAX_BYTES + 1, 'n');
  g_autofree guint8 *picture = g_malloc0 (LAN_STICKER_MAX_BYTES + 1);
  Lanyard__Sticker good = LANYARD__STICKER__INIT, bad;

  good.name = (char *) "cat";
  good.width = LAN_STICKER_MAX_SIDE;
  good.height = 1;
  good.picture = (ProtobufCBinaryData){ LAN_STICKER_MAX_BYTES, picture };
  g_assert_cmpint (decode (&good, LAN_KIND_STICKER), ==, LAN_STATUS_OK);
  g_assert_cmpint (decode (&good, LAN_KIND_NOTE), ==, LAN_STATUS_MALFORMED);
#define REFUSED(change)                                                                            \
  bad = good;                                                                                      \
  change;                                                                                          \
  g_assert_cmpint (decode (&bad, LAN_KIND_STICKER), ==, LAN_STATUS_MALFORMED)
  REFUSED (bad.name = (char *) "");
  REFUSED (bad.name = long_name);
  REFUSED (bad.set = long_name);
  REFUSED (bad.width = LAN_STICKER_MAX_SIDE + 1);
  REFUSED (bad.height = 0);
  REFUSED (bad.picture.len = LAN_STICKER_MAX_BYTES + 1);
  REFUSED (bad.picture.len = 0);
#undef REFUSED
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sticker/jpeg", test_jpeg);
  g_test_add_func ("/sticker/png", test_png);
  g_test_add_func ("/sticker/limits", test_limits);
  return g_test_run ();
}
