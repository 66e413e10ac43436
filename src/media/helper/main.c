/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * lanyard-media: voice and pictures of one call, in a process of its own. Node starts it with a socket pair
 * as descriptor 3, and files to read from and write to as 4 and 5 and a box for pictures as 6 where there
 * are any; it ends when the socket does. README.md of the folder above.
 */
#include "lan-media-confine.h"
#include "lan-media-loop.h"
#include "lan-media-message.h"
#include "lan-media-note.h"
#include "lan-media-picture.h"
#include "lan-media-sound.h"
#include "lan-media-tone.h"
#include "lan-media-wav.h"
#include "lan-voice.h"

#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_FD        3
#define SOURCE_FD        4
#define SINK_FD          5
#define BOX_FD           6
#define STATS_US         200000
#define PICTURES_MISSING (LAN_MEDIA_NO_CAMERA | LAN_MEDIA_NO_SCREEN)
#define BEHIND_MAX       50 /* frames; after a longer standstill they are left out */

typedef struct {
  GMainLoop *loop;
  LanVoice *voice; /* NULL until START */
  LanMediaStart start;
  guint8 flags;
  LanMediaSound *sound; /* NULL: no device is of interest */
  LanMediaLoop loop_back;
  LanMediaWav wav;
  gboolean is_test, reads_file, writes_file;
  guint files_missing;      /* LanMediaFailure; what has no device to go by: files, pictures */
  guint sound_missing;      /* what was told of devices last */
  LanMediaPicture *picture; /* NULL: no box */
  GSource *tick;
  gint64 next; /* frame that begins next */
  gint64 stats_due_us;
  gboolean first_told, has_written;
  int screen_fd; /* of the screen that is shown; -1: none */
} Helper;

static void
send_message (const LanMediaMessage *message)
{
  guint8 out[LAN_MEDIA_MESSAGE_MAX];
  gsize len = lan_media_message_encode (message, out);

  /* A full socket: node is busy, and what is late is of no use. */
  if (len > 0 && send (SOCKET_FD, out, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EPIPE)
    _exit (0);
}

static void
send_packet (Helper *h, const guint8 *data, gsize len)
{
  LanMediaMessage message = { .type = LAN_MEDIA_PACKET, .data = data, .len = len };

  if ((h->flags & LAN_MEDIA_LOOP) != 0)
    lan_media_loop_put (&h->loop_back, data, len, g_get_monotonic_time ());
  else if (len > 0)
    send_message (&message);
}

static void
send_missing (guint missing, const char *text)
{
  LanMediaMessage message = { .type = LAN_MEDIA_FAILED, .flags = (guint8) missing };

  g_strlcpy (message.text, text, sizeof message.text);
  send_message (&message);
}

static void
miss_file (Helper *h, LanMediaFailure missing, const char *text)
{
  h->files_missing |= missing;
  send_missing (h->files_missing, text);
}

static void
send_stats (Helper *h)
{
  LanMediaMessage message = { .type = LAN_MEDIA_STATS };
  LanVoiceStats s;

  lan_voice_get_stats (h->voice, &s);
  message.stats = (LanMediaStats){ .sent = s.sent,
                                   .received = s.received,
                                   .lost = s.lost,
                                   .late = s.late,
                                   .concealed = s.concealed,
                                   .recovered = s.recovered,
                                   .jitter_us = (guint32) s.jitter_us,
                                   .wait_us = (guint32) s.wait_us,
                                   .rtt_us = s.rtt_us,
                                   .loss_out = s.loss_out,
                                   .loss_in = s.loss_in,
                                   .bitrate = s.bitrate,
                                   .first_us = s.first_us,
                                   .level_in = (guint8) s.level_in,
                                   .level_out = (guint8) s.level_out };
  h->first_told = s.first_us != 0;
  send_message (&message);
  if (h->picture == NULL)
    return;
  message.type = LAN_MEDIA_PICTURES;
  lan_media_picture_get (h->picture, s.rtt_us, &message.pictures);
  send_message (&message);
}

static void
speak (Helper *h, const gint16 *pcm, gint64 at_us)
{
  guint8 out[LAN_MEDIA_PACKET_MAX];

  send_packet (h, out, lan_voice_speak (h->voice, pcm, at_us, out));
}

/* The device has recorded what began one frame ago. */
static void
on_heard (const gint16 *pcm, gpointer data)
{
  speak (data, pcm, g_get_monotonic_time () - LAN_MEDIA_FRAME_US);
}

/* The frame that began at @at_us is over for what is said, and is to be heard from now on. */
static void
run_frame (Helper *h, gint64 n, gint64 at_us, gint64 now_us)
{
  gint16 pcm[LAN_MEDIA_FRAME_SAMPLES];
  guint8 out[LAN_MEDIA_PACKET_MAX];
  gsize len;

  if (h->is_test || h->reads_file) {
    if (h->is_test)
      lan_media_tone (at_us - LAN_MEDIA_FRAME_US, pcm);
    else
      lan_media_wav_read (&h->wav, n - 1, pcm);
    speak (h, pcm, at_us - LAN_MEDIA_FRAME_US);
  }
  while ((len = lan_media_loop_take (&h->loop_back, now_us, out)) > 0)
    lan_voice_take (h->voice, out, len, now_us);
  if ((h->flags & (LAN_MEDIA_RING | LAN_MEDIA_RINGBACK)) != 0)
    lan_media_ring (n, (h->flags & LAN_MEDIA_RINGBACK) != 0, pcm);
  else
    lan_voice_play (h->voice, pcm, at_us);
  if ((h->flags & LAN_MEDIA_HELD) != 0)
    memset (pcm, 0, sizeof pcm);
  if (h->writes_file && !lan_media_wav_write (SINK_FD, n, pcm, !h->has_written)) {
    h->writes_file = FALSE;
    miss_file (h, LAN_MEDIA_NO_SINK, "The file cannot be written.");
  }
  h->has_written = TRUE;
  if (h->sound != NULL)
    lan_media_sound_play (h->sound, pcm);
  send_packet (h, out, lan_voice_report (h->voice, now_us, out));
}

static gboolean
on_tick (gpointer data)
{
  Helper *h = data;
  gint64 now_us = g_get_monotonic_time ();
  gint64 due = (now_us - h->start.start_us) / LAN_MEDIA_FRAME_US;
  LanVoiceStats stats;

  h->next = MAX (h->next, due - BEHIND_MAX);
  for (; h->next <= due; h->next++)
    run_frame (h, h->next, h->start.start_us + h->next * LAN_MEDIA_FRAME_US, now_us);
  lan_voice_get_stats (h->voice, &stats);
  if (now_us >= h->stats_due_us || (!h->first_told && stats.first_us != 0)) {
    h->stats_due_us = now_us + STATS_US;
    send_stats (h);
  }
  g_source_set_ready_time (h->tick, h->start.start_us + h->next * LAN_MEDIA_FRAME_US);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs tick_funcs = { .dispatch = dispatch };

static void
on_state (guint missing, const char *text, gpointer data)
{
  Helper *h = data;
  LanMediaMessage ready = { .type = LAN_MEDIA_READY };

  h->sound_missing = missing;
  missing |= h->files_missing;
  if (missing != 0)
    send_missing (missing, text);
  else
    send_message (&ready);
}

static void
on_picture_packet (const guint8 *data, gsize len, gpointer data2)
{
  LanMediaMessage message = { .type = LAN_MEDIA_PACKET, .data = data, .len = len };

  send_message (&message);
}

static void
on_picture_missing (guint missing, gpointer data)
{
  Helper *h = data;

  missing |= h->files_missing & ~(guint) PICTURES_MISSING;
  if (missing == h->files_missing)
    return;
  h->files_missing = missing;
  on_state (h->sound_missing,
            (missing & PICTURES_MISSING) != 0 ? "The camera or screen gives no pictures." : "", h);
}

static const LanMediaPictureEvents picture_events = { on_picture_packet, on_picture_missing };

static void
send_device (const LanMediaDeviceInfo *info, gpointer data)
{
  LanMediaMessage message = { .type = LAN_MEDIA_DEVICE, .device = *info };

  send_message (&message);
}

static void
send_list (gpointer data)
{
  Helper *h = data;
  LanMediaMessage message = { .type = LAN_MEDIA_LISTED };

  if ((h->flags & LAN_MEDIA_WATCH) == 0)
    return;
  lan_media_devices_each (lan_media_sound_devices (h->sound), send_device, h);
  send_message (&message);
}

static const LanMediaSoundEvents sound_events = { on_heard, on_state, send_list };

/* What is no device: files, which were opened at the start, the tone, and nothing. */
static void
open_sound (Helper *h)
{
  const char *source = h->start.source, *sink = h->start.sink;
  gboolean wants_source, wants_sink;

  h->is_test = strcmp (source, "test") == 0;
  wants_source = !h->is_test && strcmp (source, "file") != 0 && strcmp (source, "none") != 0;
  wants_sink = strcmp (sink, "file") != 0 && strcmp (sink, "null") != 0;
  if (h->sound == NULL && (wants_source || wants_sink || (h->flags & LAN_MEDIA_WATCH) != 0))
    h->sound = lan_media_sound_new (&sound_events, h);
  if (h->sound != NULL)
    lan_media_sound_use (h->sound, wants_source ? source : NULL, wants_sink ? sink : NULL,
                         (h->flags & LAN_MEDIA_UNTREATED) == 0);
  if (!wants_source && !wants_sink)
    on_state (0, "", h);
}

static void
open_files (Helper *h)
{
  h->writes_file = strcmp (h->start.sink, "file") == 0;
  h->reads_file = strcmp (h->start.source, "file") == 0;
  if (h->reads_file && !lan_media_wav_open (&h->wav, SOURCE_FD)) {
    h->reads_file = FALSE;
    miss_file (h, LAN_MEDIA_NO_SOURCE, "The file is not a WAV with 16 bit and 48000 Hz.");
  }
}

static void
on_use (Helper *h, const LanMediaStart *start)
{
  g_strlcpy (h->start.source, start->source, sizeof h->start.source);
  g_strlcpy (h->start.sink, start->sink, sizeof h->start.sink);
  h->reads_file = h->writes_file = FALSE;
  h->files_missing &= PICTURES_MISSING;
  open_sound (h);
}

/* A screen takes the camera's place. */
static void
set_pictures (Helper *h)
{
  gboolean is_screen = h->start.screen[0] != '\0';
  gboolean is_on = is_screen || (h->flags & LAN_MEDIA_VIDEO) != 0;

  if (h->picture != NULL)
    lan_media_picture_set (h->picture, is_on && (h->flags & LAN_MEDIA_HELD) == 0, h->start.pictures,
                           is_screen ? h->start.screen : h->start.camera, is_screen, h->screen_fd);
}

static void
set_flags (Helper *h, guint8 flags)
{
  h->flags = flags;
  lan_voice_set_muted (h->voice, (flags & (LAN_MEDIA_MUTED | LAN_MEDIA_HELD)) != 0);
  set_pictures (h);
}

/* @fd: came with it, -1: none. */
static void
on_share (Helper *h, const LanMediaStart *start, int fd)
{
  if (h->screen_fd >= 0)
    close (h->screen_fd);
  h->screen_fd = fd;
  h->start.pictures = start->pictures;
  g_strlcpy (h->start.screen, start->screen, sizeof h->start.screen);
  set_pictures (h);
}

static void
on_start (Helper *h, const LanMediaStart *start)
{
  LanVoiceConfig config = { .tag = start->tag,
                            .stream = start->stream,
                            .start_us = start->start_us };

  if (h->voice != NULL)
    return;
  h->voice = lan_voice_new (&config);
  if (h->voice == NULL)
    _exit (1);
  h->start = *start;
  if (start->camera[0] != '\0')
    h->picture = lan_media_picture_new (start, BOX_FD, &picture_events, h);
  set_flags (h, start->flags);
  open_sound (h);
  open_files (h);
  if (h->sound != NULL)
    send_list (h);
  h->next = MAX (0, (g_get_monotonic_time () - start->start_us) / LAN_MEDIA_FRAME_US);
  h->tick = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_callback (h->tick, on_tick, h, NULL);
  g_source_set_priority (h->tick, G_PRIORITY_HIGH);
  g_source_attach (h->tick, NULL);
  g_source_set_ready_time (h->tick, 0);
}

static void
on_message (Helper *h, const guint8 *data, gsize len, int fd)
{
  LanMediaMessage message;

  if (lan_media_message_decode (data, len, &message) != LAN_STATUS_OK)
    return;
  if (message.type == LAN_MEDIA_START)
    on_start (h, &message.start);
  else if (message.type == LAN_MEDIA_SHARE && h->voice != NULL)
    on_share (h, &message.start, fd);
  else if (message.type == LAN_MEDIA_SET && h->voice != NULL) {
    h->start.pictures = message.start.pictures;
    set_flags (h, message.flags);
  } else if (message.type == LAN_MEDIA_CAMERA && h->voice != NULL) {
    h->start.pictures = message.start.pictures;
    g_strlcpy (h->start.camera, message.start.camera, sizeof h->start.camera);
    set_flags (h, h->flags);
  } else if (message.type == LAN_MEDIA_USE && h->voice != NULL)
    on_use (h, &message.start);
  else if (message.type == LAN_MEDIA_PACKET && h->voice != NULL &&
           (h->picture == NULL || !lan_media_picture_take (h->picture, message.data, message.len)))
    lan_voice_take (h->voice, message.data, message.len, g_get_monotonic_time ());
}

/* One message, with the descriptor that came with it; -1: none did. */
static gssize
receive (int socket, guint8 *in, gsize len, int *fd)
{
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE (sizeof (int))];
  } control;
  struct iovec part = { in, len };
  struct msghdr packet = { .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control.room,
                           .msg_controllen = sizeof control.room };
  gssize n = recvmsg (socket, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR (&packet) : NULL;

  *fd = -1;
  if (head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
      head->cmsg_len == CMSG_LEN (sizeof *fd))
    memcpy (fd, CMSG_DATA (head), sizeof *fd);
  return n;
}

static gboolean
on_socket (gint fd, GIOCondition condition, gpointer data)
{
  Helper *h = data;

  for (;;) {
    guint8 in[LAN_MEDIA_MESSAGE_MAX];
    int given;
    gssize n = receive (fd, in, sizeof in, &given);

    if (n > 0) {
      on_message (h, in, (gsize) n, given);
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      return G_SOURCE_CONTINUE;
    } else { /* node has closed it */
      g_main_loop_quit (h->loop);
      return G_SOURCE_REMOVE;
    }
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Helper h = { .screen_fd = -1 };

  g_log_writer_default_set_use_stderr (TRUE);
  if (!lan_media_confine (&error)) {
    g_printerr ("lanyard-media: %s\n", error->message);
    return 1;
  }
  if (argc > 1 && strcmp (argv[1], "--note") == 0) {
    lan_media_note_run (SOCKET_FD, SOURCE_FD, SINK_FD);
    return 0;
  }
  h.loop = g_main_loop_new (NULL, FALSE);
  g_unix_fd_add (SOCKET_FD, G_IO_IN | G_IO_HUP, on_socket, &h);
  g_main_loop_run (h.loop);
  lan_media_picture_free (h.picture);
  lan_media_sound_free (h.sound);
  lan_media_loop_clear (&h.loop_back);
  if (h.tick != NULL) {
    g_source_destroy (h.tick);
    g_source_unref (h.tick);
  }
  lan_voice_free (h.voice);
  g_main_loop_unref (h.loop);
  return 0;
}
