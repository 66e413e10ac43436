/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Pictures themselves: pattern, codec, box, and two helper processes that show each other theirs. */
#include "lan-media.h"
#include "lan-picture-codec.h"
#include "lan-picture-pattern.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WIDTH  640
#define HEIGHT 480
#define RATE   800000

static const char *helper;

typedef struct {
  guint8 *bytes;
  LanPictureImage image;
} Frame;

static void
frame_init (Frame *frame, guint width, guint height, guint32 number)
{
  frame->bytes = g_malloc (lan_picture_image_bytes (width, height));
  lan_picture_image_init (&frame->image, frame->bytes, width, height);
  lan_picture_pattern_draw (number, &frame->image);
}

static void
frame_clear (Frame *frame)
{
  g_free (frame->bytes);
}

static void
test_pattern (void)
{
  Frame whole, half;

  for (guint32 n = 0; n < 70000; n += 997) {
    frame_init (&whole, WIDTH, HEIGHT, n);
    frame_init (&half, WIDTH / 2, HEIGHT / 2, 0);
    g_assert_cmpuint (lan_picture_pattern_read (&whole.image), ==, n & 0xffff);
    lan_picture_image_shrink (&whole.image, &half.image);
    g_assert_cmpuint (lan_picture_pattern_read (&half.image), ==, n & 0xffff);
    frame_clear (&whole);
    frame_clear (&half);
  }
  frame_init (&whole, WIDTH, HEIGHT, 0);
  memset (whole.bytes, 128, lan_picture_image_bytes (WIDTH, HEIGHT));
  g_assert_cmpuint (lan_picture_pattern_read (&whole.image), ==, G_MAXUINT32);
  frame_clear (&whole);
}

static void
test_rgb (void)
{
  guint8 i420[6] = { 235, 16, 235, 16, 128, 128 };
  g_autoptr (GBytes) rgb = lan_picture_image_to_rgb (i420, 2, 2);
  const guint8 *bytes = g_bytes_get_data (rgb, NULL);

  g_assert_cmpuint (g_bytes_get_size (rgb), ==, 12);
  g_assert_cmpuint (bytes[0], >=, 254);
  g_assert_cmpuint (bytes[3], <=, 1);
}

/* Encoded and decoded: each says its number still; leaves may be missing; the rate is about held. */
static void
test_codec (void)
{
  g_autoptr (LanPictureEncoder) encoder = lan_picture_encoder_new ();
  g_autoptr (LanPictureDecoder) decoder = lan_picture_decoder_new ();
  guint shown = 0, leaves = 0, keys = 0;
  gsize bytes = 0;

  for (guint32 n = 0; n < 120; n++) {
    LanPictureCoded coded;
    LanPictureImage image;
    gsize len;
    Frame frame;

    frame_init (&frame, WIDTH, HEIGHT, n);
    if (lan_picture_encoder_put (encoder, &frame.image, RATE, 33, n == 60, n * 33000, &coded)) {
      const guint8 *data = g_bytes_get_data (coded.bytes, &len);

      g_assert_cmpint (coded.at_us, ==, n * 33000);
      bytes += len;
      keys += coded.is_key;
      leaves += coded.is_leaf;
      if (!coded.is_leaf || n % 4 == 0) { /* many leaves are lost */
        g_assert_true (
            lan_picture_decoder_put (decoder, data, len, WIDTH, HEIGHT, coded.is_key, &image));
        g_assert_cmpuint (lan_picture_pattern_read (&image), ==, n);
        shown++;
      }
      g_bytes_unref (coded.bytes);
    }
    frame_clear (&frame);
  }
  g_test_message ("%u shown, %u leaves, %u keys, %u bit/s", shown, leaves, keys,
                  (guint) (bytes * 8 / 4));
  g_assert_cmpuint (keys, ==, 2);
  g_assert_cmpuint (leaves, >, 30);
  g_assert_cmpuint (shown, >, 50);
  g_assert_cmpuint (bytes * 8 / 4, <, RATE * 3 / 2);
}

/* Key pictures at any time, and little room: what is decoded stays what was encoded. */
static void
test_keys (void)
{
  g_autoptr (LanPictureEncoder) encoder = lan_picture_encoder_new ();
  g_autoptr (LanPictureDecoder) decoder = lan_picture_decoder_new ();

  for (guint32 n = 0; n < 120; n++) {
    LanPictureCoded coded;
    LanPictureImage image;
    Frame frame;
    gsize len;

    frame_init (&frame, WIDTH, HEIGHT, n * 13);
    if (lan_picture_encoder_put (encoder, &frame.image, 300000 + n * 1000, 33, n % 9 == 4, 0,
                                 &coded)) {
      const guint8 *data = g_bytes_get_data (coded.bytes, &len);

      g_assert_true (
          lan_picture_decoder_put (decoder, data, len, WIDTH, HEIGHT, coded.is_key, &image));
      g_assert_cmpuint (lan_picture_pattern_read (&image), ==, n * 13);
      g_bytes_unref (coded.bytes);
    }
    frame_clear (&frame);
  }
}

/* Another size begins with a key picture, and the decoder follows. */
static void
test_sizes (void)
{
  g_autoptr (LanPictureEncoder) encoder = lan_picture_encoder_new ();
  g_autoptr (LanPictureDecoder) decoder = lan_picture_decoder_new ();
  const guint sizes[][2] = { { 640, 480 }, { 320, 240 }, { 1280, 720 }, { 16, 16 }, { 642, 482 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    LanPictureCoded coded;
    LanPictureImage image;
    Frame frame;
    gsize len;
    const guint8 *data;

    frame_init (&frame, MAX (sizes[i][0], 64), MAX (sizes[i][1], 64), 1);
    frame.image.width = sizes[i][0];
    frame.image.height = sizes[i][1];
    g_assert_true (lan_picture_encoder_put (encoder, &frame.image, RATE, 33, FALSE, 0, &coded));
    g_assert_true (coded.is_key);
    data = g_bytes_get_data (coded.bytes, &len);
    g_assert_true (
        lan_picture_decoder_put (decoder, data, len, sizes[i][0], sizes[i][1], TRUE, &image));
    g_assert_cmpuint (image.width, ==, sizes[i][0]);
    g_bytes_unref (coded.bytes);
    frame_clear (&frame);
  }
}

/* What is not what it says: refused, and nothing is shown before the next key picture. */
static void
test_broken (void)
{
  g_autoptr (LanPictureEncoder) encoder = lan_picture_encoder_new ();
  g_autoptr (LanPictureDecoder) decoder = lan_picture_decoder_new ();
  LanPictureCoded key, next;
  LanPictureImage image;
  guint8 junk[200], lies[64];
  gsize len, next_len;
  const guint8 *data, *more;
  Frame frame;

  frame_init (&frame, WIDTH, HEIGHT, 5);
  g_assert_true (lan_picture_encoder_put (encoder, &frame.image, RATE, 33, FALSE, 0, &key));
  g_assert_true (lan_picture_encoder_put (encoder, &frame.image, RATE, 33, FALSE, 0, &next));
  data = g_bytes_get_data (key.bytes, &len);
  more = g_bytes_get_data (next.bytes, &next_len);
  g_assert_false (lan_picture_decoder_put (decoder, more, next_len, WIDTH, HEIGHT, FALSE, &image));
  g_assert_false (lan_picture_decoder_put (decoder, data, len, WIDTH, HEIGHT, FALSE, &image));
  g_assert_false (lan_picture_decoder_put (decoder, data, len, WIDTH / 2, HEIGHT, TRUE, &image));
  g_assert_false (lan_picture_decoder_put (decoder, data, 0, WIDTH, HEIGHT, TRUE, &image));
  g_assert_false (lan_picture_decoder_put (decoder, data, 5, WIDTH, HEIGHT, TRUE, &image));
  memcpy (lies, data, sizeof lies); /* its own header says 16383x16383 */
  lies[6] = lies[8] = 0xff;
  lies[7] = lies[9] = 0x3f;
  g_assert_false (lan_picture_decoder_put (decoder, lies, sizeof lies, 16383, 16383, TRUE, &image));
  g_assert_true (lan_picture_decoder_put (decoder, data, len, WIDTH, HEIGHT, TRUE, &image));
  g_assert_true (lan_picture_decoder_put (decoder, more, next_len, WIDTH, HEIGHT, FALSE, &image));
  for (guint i = 0; i < sizeof junk; i++)
    junk[i] = (guint8) (i * 37 + 1);
  g_assert_false (
      lan_picture_decoder_put (decoder, junk, sizeof junk, WIDTH, HEIGHT, TRUE, &image));
  frame.image.width = 65535;
  g_assert_false (lan_picture_encoder_put (encoder, &frame.image, RATE, 33, FALSE, 0, &next));
  g_bytes_unref (key.bytes);
  frame_clear (&frame);
}

/* ---- the box ---- */

static void
test_box (void)
{
  g_autoptr (LanPictureBox) box = lan_picture_box_new ();
  g_autoptr (LanPictureBox) theirs = NULL;
  guint width, height;
  Frame frame;

  g_assert_nonnull (box);
  theirs = lan_picture_box_open (dup (lan_picture_box_get_fd (box)));
  g_assert_nonnull (theirs);
  g_assert_cmpuint (lan_picture_box_serial (box), ==, 0);
  g_assert_null (lan_picture_box_read (box, &width, &height));
  for (guint32 n = 1; n < 10; n++) {
    g_autofree guint8 *bytes = NULL;
    guint32 before = lan_picture_box_serial (box);
    LanPictureImage image;

    frame_init (&frame, WIDTH, HEIGHT, n);
    g_assert_true (lan_picture_box_write (theirs, &frame.image));
    g_assert_cmpuint (lan_picture_box_serial (box), !=, before);
    bytes = lan_picture_box_read (box, &width, &height);
    g_assert_nonnull (bytes);
    lan_picture_image_init (&image, bytes, width, height);
    g_assert_cmpuint (lan_picture_pattern_read (&image), ==, n);
    frame_clear (&frame);
  }
  lan_picture_box_clear (box);
  g_assert_null (lan_picture_box_read (box, &width, &height));
}

/* A helper that was taken over: it cannot make the memory smaller, nor a reader run out of it. */
static void
test_box_hostile (void)
{
  g_autoptr (LanPictureBox) box = lan_picture_box_new ();
  int fd = lan_picture_box_get_fd (box), other = memfd_create ("other", MFD_CLOEXEC);
  const guint32 sizes[] = { 65535, 0xffffffff, 0, 1921 };
  guint32 *head;
  guint width, height;
  Frame frame;

  g_assert_cmpint (ftruncate (fd, 10), !=, 0);
  g_assert_cmpint (ftruncate (other, 100), ==, 0);
  g_assert_null (lan_picture_box_open (other));
  head = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (head != MAP_FAILED);
  frame_init (&frame, 64, 64, 1);
  g_assert_true (lan_picture_box_write (box, &frame.image));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    for (guint place = 0; place < 3; place++)
      head[1 + place * 3 + 1] = head[1 + place * 3 + 2] = sizes[i];
    g_assert_null (lan_picture_box_read (box, &width, &height));
  }
  for (guint i = 0; i < 1024; i++)
    head[i] = 0xffffffff; /* always being written, at a place that is not */
  g_assert_null (lan_picture_box_read (box, &width, &height));
  frame.image.width = 65535;
  g_assert_false (lan_picture_box_write (box, &frame.image));
  munmap (head, 4096);
  frame_clear (&frame);
}

/* ---- two helpers ---- */

typedef struct {
  LanMedia *media[2];
  GMainLoop *loop;
  LanMediaPictures seen[2];
  guint missing[2];
  guint32 box_number[2];
} Room;

typedef struct {
  Room *room;
  guint which;
} Seat;

static void
on_packet (const guint8 *data, gsize len, gpointer user_data)
{
  Seat *seat = user_data;

  if (seat->room->media[1 - seat->which] != NULL)
    lan_media_take (seat->room->media[1 - seat->which], data, len);
}

static void
on_stats (const LanMediaStats *stats, gpointer user_data)
{
}

static void
on_missing (guint missing, const char *text, gpointer user_data)
{
  Seat *seat = user_data;

  seat->room->missing[seat->which] = missing;
}

static void
on_ready (gpointer user_data)
{
  Seat *seat = user_data;

  seat->room->missing[seat->which] = 0;
}

static void
on_failed (const char *text, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_pictures (const LanMediaPictures *pictures, gpointer user_data)
{
  Seat *seat = user_data;

  seat->room->seen[seat->which] = *pictures;
  g_main_loop_quit (seat->room->loop);
}

static const LanMediaEvents events = { .packet = on_packet,
                                       .stats = on_stats,
                                       .missing = on_missing,
                                       .failed = on_failed,
                                       .ready = on_ready,
                                       .pictures = on_pictures };

static guint32
number_in_box (LanMedia *media)
{
  guint width, height;
  g_autofree guint8 *bytes = lan_picture_box_read (lan_media_get_box (media), &width, &height);
  LanPictureImage image;

  if (bytes == NULL)
    return G_MAXUINT32;
  lan_picture_image_init (&image, bytes, width, height);
  return lan_picture_pattern_read (&image);
}

static gboolean
on_late (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

static void
run_until_shown (Room *room, guint which, guint64 more)
{
  guint late = g_timeout_add_seconds (100, on_late, NULL);
  guint64 before = room->seen[which].shown;

  while (room->seen[which].shown < before + more)
    g_main_loop_run (room->loop);
  g_source_remove (late);
}

static void
run_until_missing (Room *room, guint which, guint wanted)
{
  guint late = g_timeout_add_seconds (100, on_late, NULL);

  while (room->missing[which] != wanted)
    g_main_loop_run (room->loop);
  g_source_remove (late);
}

static void
test_helpers (void)
{
  LanMediaConfig config = {
    .tag = 9, .source = "none", .sink = "null", .camera = "test", .flags = LAN_MEDIA_VIDEO
  };
  Room room = { .loop = g_main_loop_new (NULL, FALSE) };
  Seat seats[2] = { { &room, 0 }, { &room, 1 } };
  guint32 first;

  room.media[0] = lan_media_new (&config, &events, &seats[0]);
  config.flags = 0;
  room.media[1] = lan_media_new (&config, &events, &seats[1]);
  run_until_shown (&room, 1, 10);
  first = number_in_box (room.media[1]);
  g_assert_cmpuint (first, !=, G_MAXUINT32);
  run_until_shown (&room, 1, 5);
  g_assert_cmpuint (number_in_box (room.media[1]), !=, first);
  g_assert_cmpuint (room.seen[0].shown, ==, 0);
  g_assert_cmpuint (room.seen[0].sent, >, 0);
  g_assert_cmpuint (room.seen[1].sent, ==, 0);
  /* Begun later; then the first one dies. */
  lan_media_set_flags (room.media[1], LAN_MEDIA_VIDEO);
  run_until_shown (&room, 0, 10);
  kill (lan_media_get_pid (room.media[0]), SIGKILL);
  run_until_shown (&room, 1, 30);
  g_assert_cmpuint (lan_media_get_restarts (room.media[0]), ==, 1);
  /* A camera that is not there is said, and another one helps. */
  g_assert_true (lan_media_use_camera (room.media[0], "/nonexistent"));
  run_until_missing (&room, 0, LAN_MEDIA_NO_CAMERA);
  g_assert_true (lan_media_use_camera (room.media[0], "test"));
  run_until_missing (&room, 0, 0);
  run_until_shown (&room, 1, 5);
  lan_media_free (room.media[0]);
  lan_media_free (room.media[1]);
  g_main_loop_unref (room.loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  helper = argc > 1 ? argv[1] : NULL;
  if (helper != NULL)
    g_setenv ("LANYARD_MEDIA", helper, TRUE);
  g_test_add_func ("/video/pattern", test_pattern);
  g_test_add_func ("/video/rgb", test_rgb);
  g_test_add_func ("/video/codec", test_codec);
  g_test_add_func ("/video/keys", test_keys);
  g_test_add_func ("/video/sizes", test_sizes);
  g_test_add_func ("/video/broken", test_broken);
  g_test_add_func ("/video/box", test_box);
  g_test_add_func ("/video/box-hostile", test_box_hostile);
  if (helper != NULL)
    g_test_add_func ("/video/helpers", test_helpers);
  return g_test_run ();
}
