/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-media.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET_FD             3
#define SOURCE_FD             4
#define SINK_FD               5
#define BOX_FD                6
#define SOCKET_BYTES          (64 * 1024)
#define SOCKET_BYTES_PICTURES (512 * 1024) /* a key picture at once */
#define READS_MAX             64           /* messages in one turn */
#define MINUTE_US             (60 * G_USEC_PER_SEC)
#define STEP_MS               100 /* first wait after a second death in a row */

struct _LanMedia {
  LanMediaStart start;
  LanMediaEvents events;
  gpointer data;
  GMainContext *context;
  int source_fd, sink_fd; /* -1: none */
  int screen_fd;          /* -1: none */
  LanPictureBox *box;     /* NULL: no pictures */
  int socket;             /* -1: none */
  GPid pid;               /* 0: none */
  GSource *on_socket, *on_child, *again;
  guint restarts;
  guint deaths; /* in this minute */
  gint64 minute_us;
  gboolean is_telling; /* an event is under way */
  gboolean is_freed;   /* in the middle of one */
  GArray *listing;     /* of LanMediaDeviceInfo: told since the last LISTED */
  const char *trouble; /* found at the start: told in the next turn */
};

static void spawn (LanMedia *media);

/* ---- where things are ---- */

char *
lan_media_find_helper (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *chosen = g_getenv ("LANYARD_MEDIA");

  if (chosen != NULL)
    return g_strdup (chosen);
  if (self != NULL) { /* of a build that was not installed */
    g_autofree char *dir = g_path_get_dirname (self);
    g_autofree char *beside = g_build_filename (dir, "..", "media", "lanyard-media", NULL);

    if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
      return g_steal_pointer (&beside);
  }
  return g_file_test (LAN_MEDIA_HELPER, G_FILE_TEST_IS_EXECUTABLE) ? g_strdup (LAN_MEDIA_HELPER)
                                                                   : NULL;
}

/* "file:PATH" is opened here, the helper is given the descriptor. */
static gboolean
take_name (const char *name, char *out, int flags, int *fd)
{
  struct stat st;

  *fd = -1;
  if (!g_str_has_prefix (name, "file:")) {
    g_strlcpy (out, name, LAN_MEDIA_NAME_MAX + 1);
    return strlen (name) <= LAN_MEDIA_NAME_MAX;
  }
  strcpy (out, "file");
  *fd = open (name + strlen ("file:"), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  return *fd >= 0 && fstat (*fd, &st) == 0 && S_ISREG (st.st_mode);
}

/* ---- its life ---- */

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
set_timer (LanMedia *media, guint ms, GSourceFunc func)
{
  clear_source (&media->again);
  media->again = g_timeout_source_new (ms);
  g_source_set_callback (media->again, func, media, NULL);
  g_source_attach (media->again, media->context);
}

static gboolean
on_trouble (gpointer data)
{
  LanMedia *media = data;

  clear_source (&media->again);
  media->events.failed (media->trouble, media->data);
  return G_SOURCE_REMOVE;
}

static void
give_up (LanMedia *media, const char *text)
{
  media->trouble = text;
  set_timer (media, 0, on_trouble);
}

static gboolean
on_again (gpointer data)
{
  LanMedia *media = data;

  clear_source (&media->again);
  media->restarts++;
  spawn (media);
  return G_SOURCE_REMOVE;
}

/* The helper is gone, or of no use any more. */
static void
on_death (LanMedia *media)
{
  gint64 now_us = g_get_monotonic_time ();

  clear_source (&media->on_socket);
  if (media->socket >= 0)
    close (media->socket);
  media->socket = -1;
  if (now_us - media->minute_us > MINUTE_US) {
    media->minute_us = now_us;
    media->deaths = 0;
  }
  if (++media->deaths > LAN_MEDIA_DEATHS_MAX)
    give_up (media, "the helper process for sound keeps failing");
  else
    set_timer (media, (media->deaths - 1) * STEP_MS, on_again);
}

/* What no longer runs is reaped; also after its LanMedia is gone. */
static void
on_child (GPid pid, gint status, gpointer data)
{
  LanMedia *media = data;

  g_spawn_close_pid (pid);
  media->pid = 0;
  clear_source (&media->on_child);
  on_death (media);
}

static void
on_orphan (GPid pid, gint status, gpointer data)
{
  g_spawn_close_pid (pid);
}

static void
watch (GPid pid, GSource **keep, GMainContext *context, GChildWatchFunc func, gpointer data)
{
  GSource *source = g_child_watch_source_new (pid);

  g_source_set_callback (source, G_SOURCE_FUNC (func), data, NULL);
  g_source_attach (source, context);
  if (keep != NULL)
    *keep = source;
  else
    g_source_unref (source);
}

static void
on_listed (LanMedia *media)
{
  g_autoptr (GArray) list = media->listing;

  media->listing = g_array_new (FALSE, FALSE, sizeof (LanMediaDeviceInfo));
  if (media->events.devices != NULL && !media->is_freed)
    media->events.devices ((const LanMediaDeviceInfo *) (gpointer) list->data, list->len,
                           media->data);
}

static void
on_message (LanMedia *media, const guint8 *bytes, gsize len)
{
  LanMediaMessage message;

  if (lan_media_message_decode (bytes, len, &message) != LAN_STATUS_OK)
    return;
  if (message.type == LAN_MEDIA_PACKET)
    media->events.packet (message.data, message.len, media->data);
  else if (message.type == LAN_MEDIA_STATS)
    media->events.stats (&message.stats, media->data);
  else if (message.type == LAN_MEDIA_PICTURES && media->events.pictures != NULL)
    media->events.pictures (&message.pictures, media->data);
  else if (message.type == LAN_MEDIA_FAILED)
    media->events.missing (message.flags, message.text, media->data);
  else if (message.type == LAN_MEDIA_READY && media->events.ready != NULL)
    media->events.ready (media->data);
  else if (message.type == LAN_MEDIA_DEVICE && media->listing->len < LAN_MEDIA_DEVICES_MAX)
    g_array_append_val (media->listing, message.device);
  else if (message.type == LAN_MEDIA_LISTED)
    on_listed (media);
}

static gboolean
on_socket (gint fd, GIOCondition condition, gpointer data)
{
  LanMedia *media = data;

  for (guint i = 0; i < READS_MAX && !media->is_freed; i++) {
    guint8 in[LAN_MEDIA_MESSAGE_MAX];
    gssize n = recv (fd, in, sizeof in, MSG_DONTWAIT);

    if (n > 0) {
      media->is_telling = TRUE;
      on_message (media, in, (gsize) n);
      media->is_telling = FALSE;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      clear_source (&media->on_socket);
      if (media->pid != 0) /* its end is told by on_child() */
        kill (media->pid, SIGKILL);
      return G_SOURCE_REMOVE;
    } else {
      break;
    }
  }
  if (!media->is_freed)
    return G_SOURCE_CONTINUE;
  lan_media_free (media);
  return G_SOURCE_REMOVE;
}

/* @fd: goes along, -1: none. */
static void
send_with (LanMedia *media, const LanMediaMessage *message, int fd)
{
  guint8 out[LAN_MEDIA_MESSAGE_MAX];
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  struct iovec part = { out, lan_media_message_encode (message, out) };
  struct msghdr packet = { .msg_iov = &part, .msg_iovlen = 1 };

  if (fd >= 0) {
    packet.msg_control = control.room;
    packet.msg_controllen = sizeof control.room;
    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN (sizeof fd);
    memcpy (CMSG_DATA (&control.head), &fd, sizeof fd);
  }
  if (part.iov_len > 0 && media->socket >= 0 &&
      sendmsg (media->socket, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("the helper does not take a message: %s", g_strerror (errno));
}

static void
send_message (LanMedia *media, const LanMediaMessage *message)
{
  send_with (media, message, -1);
}

static void
send_share (LanMedia *media)
{
  LanMediaMessage message = { .type = LAN_MEDIA_SHARE };

  message.start.pictures = media->start.pictures;
  g_strlcpy (message.start.screen, media->start.screen, sizeof message.start.screen);
  send_with (media, &message, media->screen_fd);
}

static gboolean
start_process (LanMedia *media, int theirs, GError **error)
{
  g_autofree char *helper = lan_media_find_helper ();
  const char *argv[] = { helper, NULL };
  int box = media->box != NULL ? lan_picture_box_get_fd (media->box) : -1;
  int from[] = { theirs, media->source_fd, media->sink_fd, box };
  int to[] = { SOCKET_FD, SOURCE_FD, SINK_FD, BOX_FD };
  gsize n = 0;

  if (helper == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "it is not installed");
    return FALSE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (from); i++) {
    if (from[i] >= 0) {
      from[n] = from[i];
      to[n++] = to[i];
    }
  }
  return g_spawn_async_with_pipes_and_fds (
      NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, -1, -1,
      -1, from, to, n, &media->pid, NULL, NULL, NULL, error);
}

static void
spawn (LanMedia *media)
{
  LanMediaMessage message = { .type = LAN_MEDIA_START };
  g_autoptr (GError) error = NULL;
  int pair[2], size = media->box != NULL ? SOCKET_BYTES_PICTURES : SOCKET_BYTES;

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    give_up (media, "no socket for the helper process");
    return;
  }
  setsockopt (pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  setsockopt (pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  if (!start_process (media, pair[1], &error)) {
    g_warning ("lanyard-media cannot be started: %s", error->message);
    close (pair[0]);
    close (pair[1]);
    give_up (media, "the helper process for sound cannot be started");
    return;
  }
  close (pair[1]);
  media->socket = pair[0];
  g_array_set_size (media->listing, 0);
  watch (media->pid, &media->on_child, media->context, on_child, media);
  media->on_socket = g_unix_fd_source_new (media->socket, G_IO_IN | G_IO_HUP);
  g_source_set_callback (media->on_socket, G_SOURCE_FUNC (on_socket), media, NULL);
  g_source_attach (media->on_socket, media->context);
  media->start.pictures++; /* none that was in use before */
  message.start = media->start;
  if (media->start.screen[0] != '\0') /* the camera is not to be opened for it */
    message.start.flags &= (guint8) ~LAN_MEDIA_VIDEO;
  send_message (media, &message);
  if (media->start.screen[0] != '\0') {
    send_share (media);
    lan_media_set_flags (media, media->start.flags);
  }
  media->start.stream++; /* what comes after a crash is a new stream */
}

LanMedia *
lan_media_new (const LanMediaConfig *config, const LanMediaEvents *events, gpointer data)
{
  LanMedia *media = g_new0 (LanMedia, 1);
  gboolean has_source, has_sink;

  media->events = *events;
  media->data = data;
  media->context = g_main_context_ref_thread_default ();
  media->socket = media->screen_fd = -1;
  media->listing = g_array_new (FALSE, FALSE, sizeof (LanMediaDeviceInfo));
  media->start.tag = config->tag;
  media->start.flags = config->flags;
  if (config->camera != NULL && strlen (config->camera) <= LAN_MEDIA_NAME_MAX) {
    g_strlcpy (media->start.camera, config->camera, sizeof media->start.camera);
    media->box = lan_picture_box_new ();
  }
  media->start.start_us = g_get_monotonic_time ();
  media->minute_us = media->start.start_us;
  has_source = take_name (config->source, media->start.source, O_RDONLY, &media->source_fd);
  has_sink =
      take_name (config->sink, media->start.sink, O_RDWR | O_CREAT | O_TRUNC, &media->sink_fd);
  if (has_source && has_sink)
    spawn (media);
  else
    give_up (media, has_source ? "the file for sound cannot be written"
                               : "the file with sound cannot be read");
  return media;
}

void
lan_media_free (LanMedia *media)
{
  if (media == NULL)
    return;
  media->is_freed = TRUE;
  if (media->is_telling) /* on_socket() comes back to it */
    return;
  clear_source (&media->on_socket);
  clear_source (&media->on_child);
  clear_source (&media->again);
  if (media->socket >= 0)
    close (media->socket); /* the helper ends by itself */
  if (media->pid != 0)
    watch (media->pid, NULL, media->context, on_orphan, NULL);
  if (media->source_fd >= 0)
    close (media->source_fd);
  if (media->sink_fd >= 0)
    close (media->sink_fd);
  if (media->screen_fd >= 0)
    close (media->screen_fd);
  g_array_unref (media->listing);
  lan_picture_box_unref (media->box);
  g_main_context_unref (media->context);
  g_free (media);
}

void
lan_media_take (LanMedia *media, const guint8 *data, gsize len)
{
  LanMediaMessage message = { .type = LAN_MEDIA_PACKET, .data = data, .len = len };

  send_message (media, &message);
}

void
lan_media_set_flags (LanMedia *media, guint8 flags)
{
  LanMediaMessage message = { .type = LAN_MEDIA_SET, .flags = flags };

  if ((flags & ~media->start.flags & LAN_MEDIA_VIDEO) != 0)
    media->start.pictures++; /* the other side begins anew with each */
  message.start.pictures = media->start.pictures;
  media->start.flags = flags;
  send_message (media, &message);
}

gboolean
lan_media_use (LanMedia *media, const char *source, const char *sink)
{
  LanMediaMessage message = { .type = LAN_MEDIA_USE };

  if (g_str_has_prefix (source, "file:") || g_str_has_prefix (sink, "file:") ||
      strlen (source) > LAN_MEDIA_NAME_MAX || strlen (sink) > LAN_MEDIA_NAME_MAX)
    return FALSE;
  g_strlcpy (media->start.source, source, sizeof media->start.source);
  g_strlcpy (media->start.sink, sink, sizeof media->start.sink);
  g_strlcpy (message.start.source, source, sizeof message.start.source);
  g_strlcpy (message.start.sink, sink, sizeof message.start.sink);
  send_message (media, &message);
  return TRUE;
}

gboolean
lan_media_use_camera (LanMedia *media, const char *camera)
{
  LanMediaMessage message = { .type = LAN_MEDIA_CAMERA };

  if (media->box == NULL || strlen (camera) > LAN_MEDIA_NAME_MAX)
    return FALSE;
  media->start.pictures++; /* numbers begin anew */
  message.start.pictures = media->start.pictures;
  g_strlcpy (media->start.camera, camera, sizeof media->start.camera);
  g_strlcpy (message.start.camera, camera, sizeof message.start.camera);
  send_message (media, &message);
  return TRUE;
}

gboolean
lan_media_share (LanMedia *media, const char *screen, int fd)
{
  if (media->screen_fd >= 0)
    close (media->screen_fd);
  media->screen_fd = fd;
  if (media->box == NULL || (screen != NULL && strlen (screen) > LAN_MEDIA_NAME_MAX))
    return FALSE;
  media->start.pictures++; /* numbers begin anew */
  g_strlcpy (media->start.screen, screen != NULL ? screen : "", sizeof media->start.screen);
  send_share (media);
  return TRUE;
}

LanPictureBox *
lan_media_get_box (LanMedia *media)
{
  return media->box;
}

guint
lan_media_get_restarts (const LanMedia *media)
{
  return media->restarts;
}

gint64
lan_media_get_start_us (const LanMedia *media)
{
  return media->start.start_us;
}

int
lan_media_get_pid (const LanMedia *media)
{
  return media->pid;
}
