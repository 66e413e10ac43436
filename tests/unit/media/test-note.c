/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Voice notes: what is said to bytes and back, other speeds, and the messages to the helper. */
#include "lan-note-codec.h"
#include "lan-note-message.h"
#include "lan-note.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define RATE 48000

/* A voice-like sound: a tone that comes and goes. */
static GArray *
sound (guint ms, double hz)
{
  gsize n = (gsize) RATE * ms / 1000;
  GArray *pcm = g_array_sized_new (FALSE, FALSE, sizeof (gint16), (guint) n);

  for (gsize i = 0; i < n; i++) {
    double loud = 0.55 + 0.45 * sin (2 * G_PI * 3 * (double) i / RATE);
    gint16 s = (gint16) (12000 * loud * sin (2 * G_PI * hz * (double) i / RATE));

    g_array_append_val (pcm, s);
  }
  return pcm;
}

static const gint16 *
samples (GArray *pcm)
{
  return (const gint16 *) (void *) pcm->data;
}

static double
pitch (const gint16 *pcm, gsize n)
{
  guint crossings = 0;

  for (gsize i = 1; i < n; i++)
    crossings += pcm[i - 1] < 0 && pcm[i] >= 0;
  return (double) crossings * RATE / (double) n;
}

static void
test_there_and_back (void)
{
  g_autoptr (GArray) pcm = sound (2000, 300);
  g_autoptr (GBytes) opus = lan_note_encode (samples (pcm), pcm->len, 44 * 1024);
  gsize len;
  const guint8 *data = g_bytes_get_data (opus, &len);
  g_autoptr (GArray) back = lan_note_decode (data, len, RATE * 60);
  g_autoptr (GArray) short_one = lan_note_decode (data, len, 1000);

  g_assert_cmpuint (len, <, 8000);
  g_assert_cmpuint (back->len, >=, pcm->len);
  g_assert_cmpuint (back->len, <, pcm->len + LAN_NOTE_PACKET_SAMPLES);
  g_assert_cmpfloat_with_epsilon (pitch (samples (back), back->len), 300, 15);
  g_assert_cmpuint (short_one->len, ==, 1000);
}

/* A whole minute without a pause fits into a record, whatever it takes. */
static void
test_a_minute (void)
{
  g_autoptr (GArray) pcm = sound (60000, 500);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GBytes) opus = NULL;

  for (guint i = 0; i < pcm->len; i++)
    g_array_index (pcm, gint16, i) =
        (gint16) (g_array_index (pcm, gint16, i) / 2 + g_rand_int_range (rand, -6000, 6000));
  opus = lan_note_encode (samples (pcm), pcm->len, 44 * 1024);
  g_assert_nonnull (opus);
  g_assert_cmpuint (g_bytes_get_size (opus), <=, 44 * 1024);
  g_assert_cmpuint (g_bytes_get_size (opus), >, 20 * 1024);
  g_assert_null (lan_note_encode (samples (pcm), 0, 1000));
  g_assert_null (lan_note_encode (samples (pcm), pcm->len, 100));
}

static void
test_speeds (void)
{
  g_autoptr (GArray) pcm = sound (4000, 220);
  static const guint speeds[] = { 500, 1500, 2000, 3000 };

  for (gsize i = 0; i < G_N_ELEMENTS (speeds); i++) {
    g_autoptr (GArray) out = lan_note_stretch (samples (pcm), pcm->len, speeds[i]);
    double wanted = pcm->len * 1000.0 / speeds[i];

    g_assert_cmpfloat_with_epsilon (out->len, wanted, wanted * 0.06 + 4000);
    g_assert_cmpfloat_with_epsilon (pitch (samples (out), out->len), 220, 20);
  }
  {
    g_autoptr (GArray) same = lan_note_stretch (samples (pcm), pcm->len, 1000);
    g_autoptr (GArray) tiny = lan_note_stretch (samples (pcm), 10, 2000);

    g_assert_cmpuint (same->len, ==, pcm->len);
    g_assert_cmpuint (tiny->len, ==, 10);
  }
}

static void
test_peaks (void)
{
  gint16 pcm[400] = { 0 };
  guint8 peaks[4];

  pcm[150] = 32767;
  pcm[250] = G_MININT16;
  pcm[350] = 8192;
  lan_note_peaks (pcm, 400, peaks, 4);
  g_assert_cmpuint (peaks[0], ==, 0);
  g_assert_cmpuint (peaks[1], ==, 255);
  g_assert_cmpuint (peaks[2], ==, 255);
  g_assert_cmpuint (peaks[3], ==, 128);
}

/* What is no Opus is no sound, and never more than was asked for. */
static void
test_bad_sound (void)
{
  static const guint8 bad[] = { 3, 0, 0xff, 0xff, 0xff, 9, 0, 1, 2 };
  static const guint8 none[] = { 0, 0 };
  g_autoptr (GArray) a = lan_note_decode (bad, sizeof bad, 100);
  g_autoptr (GArray) b = lan_note_decode (none, sizeof none, 100);
  g_autoptr (GArray) c = lan_note_decode (none, 0, 100);

  g_assert_cmpuint (a->len, <=, 100);
  g_assert_cmpuint (b->len, ==, 0);
  g_assert_cmpuint (c->len, ==, 0);
}

static void
test_messages (void)
{
  static const guint8 peaks[] = { 1, 2, 3 }, opus[] = { 1, 0, 7 };
  LanNoteMessage taken = { .type = LAN_NOTE_TAKEN,
                           .ms = 1234,
                           .peaks = peaks,
                           .n_peaks = sizeof peaks,
                           .opus = opus,
                           .opus_len = sizeof opus };
  LanNoteMessage play = {
    .type = LAN_NOTE_PLAY, .ms = 5, .speed = 1500, .name = "default", .opus = opus, .opus_len = 3
  };
  g_autoptr (GBytes) a = lan_note_message_encode (&taken);
  g_autoptr (GBytes) b = lan_note_message_encode (&play);
  LanNoteMessage out;
  gsize len;
  const guint8 *data = g_bytes_get_data (a, &len);

  g_assert_cmpint (lan_note_message_decode (data, len, &out), ==, LAN_STATUS_OK);
  g_assert_cmpmem (out.peaks, out.n_peaks, peaks, sizeof peaks);
  g_assert_cmpmem (out.opus, out.opus_len, opus, sizeof opus);
  g_assert_cmpuint (out.ms, ==, 1234);
  g_assert_cmpint (lan_note_message_decode (data, 8, &out), ==, LAN_STATUS_MALFORMED);
  data = g_bytes_get_data (b, &len);
  g_assert_cmpint (lan_note_message_decode (data, len, &out), ==, LAN_STATUS_OK);
  g_assert_cmpstr (out.name, ==, "default");
  g_assert_cmpuint (out.speed, ==, 1500);
  g_assert_cmpint (lan_note_message_decode (data, 0, &out), ==, LAN_STATUS_TRUNCATED);
  g_assert_cmpint (lan_note_message_decode ((const guint8 *) "\x09", 1, &out), ==,
                   LAN_STATUS_VERSION);
  g_assert_cmpint (lan_note_message_decode (data, LAN_NOTE_MESSAGE_MAX + 1, &out), ==,
                   LAN_STATUS_OVERSIZED);
}

/* --- the helper --- */

typedef struct {
  GMainLoop *loop;
  LanNote *note;
  guint levels, ms, n_peaks;
  guint32 last_ms;
  guint loudest;
  GBytes *opus;
  gboolean done;
  char *failed;
} Story;

static void
on_level (guint32 ms, guint level, gpointer data)
{
  Story *story = data;

  g_assert_cmpuint (ms, >=, story->last_ms);
  story->last_ms = ms;
  story->loudest = MAX (story->loudest, level);
  if (++story->levels == 4 && story->opus == NULL)
    lan_note_stop (story->note);
}

static void
on_taken (const LanNoteMessage *message, gpointer data)
{
  Story *story = data;

  story->ms = message->ms;
  story->n_peaks = (guint) message->n_peaks;
  story->opus = g_bytes_new (message->opus, message->opus_len);
  g_main_loop_quit (story->loop);
}

static void
on_done (gpointer data)
{
  ((Story *) data)->done = TRUE;
  g_main_loop_quit (((Story *) data)->loop);
}

static void
on_failed (const char *text, gpointer data)
{
  ((Story *) data)->failed = g_strdup (text);
  g_main_loop_quit (((Story *) data)->loop);
}

static const LanNoteEvents events = { on_level, on_taken, on_done, on_failed };

static void
story_clear (Story *story)
{
  lan_note_free (story->note);
  g_clear_pointer (&story->opus, g_bytes_unref);
  g_main_loop_unref (story->loop);
  g_free (story->failed);
}

/* Recorded, played twice as fast into a file, and recorded again from that file. */
static void
test_helper (void)
{
  Story story = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autofree char *dir = g_dir_make_tmp ("lan-note-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.wav", NULL);
  g_autofree char *name = g_strconcat ("file:", path, NULL);
  guint first;

  story.note = lan_note_record ("test", &events, &story);
  g_main_loop_run (story.loop);
  g_assert_cmpstr (story.failed, ==, NULL);
  g_assert_cmpuint (story.ms, >=, 400);
  g_assert_cmpuint (story.ms, <, 5000);
  g_assert_cmpuint (story.n_peaks, ==, story.ms / 100);
  g_assert_cmpuint (story.loudest, >, 5);
  lan_note_free (story.note);
  first = story.ms;
  story.last_ms = 0;
  story.note = lan_note_play (story.opus, 0, 2000, name, &events, &story);
  g_main_loop_run (story.loop);
  g_assert_cmpstr (story.failed, ==, NULL);
  g_assert_true (story.done);
  g_assert_cmpuint (story.last_ms, <=, first + 100);
  lan_note_free (story.note);
  g_clear_pointer (&story.opus, g_bytes_unref);
  story.note = lan_note_record (name, &events, &story);
  g_main_loop_run (story.loop);
  g_assert_cmpstr (story.failed, ==, NULL);
  g_assert_cmpuint (story.ms, >, 0);
  g_remove (path);
  g_rmdir (dir);
  story_clear (&story);
}

static void
test_refusals (void)
{
  g_autoptr (GBytes) noise = g_bytes_new_static ("\3\0\xff\xff\xff", 5);

  for (int i = 0; i < 3; i++) {
    Story story = { .loop = g_main_loop_new (NULL, FALSE) };

    if (i == 0)
      story.note = lan_note_record ("file:/nowhere/at/all.wav", &events, &story);
    else if (i == 1)
      story.note = lan_note_record ("file:/proc/self/exe", &events, &story);
    else
      story.note = lan_note_play (noise, 0, 1000, "null", &events, &story);
    g_main_loop_run (story.loop);
    if (i < 2)
      g_assert_nonnull (story.failed);
    else
      g_assert_true (story.done || story.failed != NULL);
    story_clear (&story);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_setenv ("LANYARD_MEDIA", argv[1], TRUE);
  g_test_add_func ("/media/note/there-and-back", test_there_and_back);
  g_test_add_func ("/media/note/a-minute", test_a_minute);
  g_test_add_func ("/media/note/speeds", test_speeds);
  g_test_add_func ("/media/note/peaks", test_peaks);
  g_test_add_func ("/media/note/bad-sound", test_bad_sound);
  g_test_add_func ("/media/note/messages", test_messages);
  g_test_add_func ("/media/note/helper", test_helper);
  g_test_add_func ("/media/note/refusals", test_refusals);
  return g_test_run ();
}
