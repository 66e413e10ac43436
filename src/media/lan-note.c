/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-note.h"

#include "lan-media.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET_FD    3
#define SOURCE_FD    4
#define SINK_FD      5
#define SOCKET_BYTES (256 * 1024)

struct _LanNote {
  LanNoteEvents events;
  gpointer data;
  GMainContext *context;
  int socket; /* -1: none */
  GSource *source;
  const char *trouble; /* found at the start: told in the next turn */
};

static void
on_child (GPid pid, gint status, gpointer data)
{
  g_spawn_close_pid (pid);
}

static void
clear (LanNote *note)
{
  if (note->source != NULL)
    g_source_destroy (note->source);
  g_clear_pointer (&note->source, g_source_unref);
  if (note->socket >= 0)
    close (note->socket);
  note->socket = -1;
}

static gboolean
on_trouble (gpointer data)
{
  LanNote *note = data;
  const char *text = note->trouble;

  clear (note);
  note->events.failed (text, note->data);
  return G_SOURCE_REMOVE;
}

static void
give_up (LanNote *note, const char *text)
{
  clear (note);
  note->trouble = text;
  note->source = g_idle_source_new ();
  g_source_set_callback (note->source, on_trouble, note, NULL);
  g_source_attach (note->source, note->context);
}

static void
on_message (LanNote *note, const LanNoteMessage *message)
{
  switch (message->type) {
  case LAN_NOTE_LEVEL:
    note->events.level (message->ms, message->level, note->data);
    break;
  case LAN_NOTE_TAKEN:
    note->events.taken (message, note->data);
    break;
  case LAN_NOTE_DONE:
    note->events.done (note->data);
    break;
  case LAN_NOTE_FAILED:
    note->events.failed (message->text, note->data);
    break;
  case LAN_NOTE_RECORD:
  case LAN_NOTE_STOP:
  case LAN_NOTE_PLAY:
  default:
    break; /* not for us */
  }
}

/* One message a turn: any of them may be the end of @data. */
static gboolean
on_socket (gint fd, GIOCondition condition, gpointer data)
{
  LanNote *note = data;
  g_autofree guint8 *in = g_malloc (LAN_NOTE_MESSAGE_MAX);
  gssize n = recv (fd, in, LAN_NOTE_MESSAGE_MAX, MSG_DONTWAIT);
  LanNoteMessage message;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    give_up (note, "the helper process for sound has ended");
  else if (lan_note_message_decode (in, (gsize) n, &message) == LAN_STATUS_OK)
    on_message (note, &message);
  return G_SOURCE_CONTINUE;
}

/* "file:PATH" is opened here, the helper is given the descriptor. */
static gboolean
take_name (LanNoteMessage *message, const char *name, int flags, int *fd)
{
  struct stat st;

  *fd = -1;
  if (!g_str_has_prefix (name, "file:"))
    return g_strlcpy (message->name, name, sizeof message->name) < sizeof message->name;
  strcpy (message->name, "file");
  *fd = open (name + strlen ("file:"), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  return *fd >= 0 && fstat (*fd, &st) == 0 && S_ISREG (st.st_mode);
}

static gboolean
start_process (LanNote *note, int theirs, int file, int file_as)
{
  g_autofree char *helper = lan_media_find_helper ();
  const char *argv[] = { helper, "--note", NULL };
  const int from[2] = { theirs, file }, to[2] = { SOCKET_FD, file_as };
  g_autoptr (GError) error = NULL;
  GSource *watch;
  GPid pid;

  if (helper == NULL ||
      !g_spawn_async_with_pipes_and_fds (
          NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, -1,
          -1, -1, from, to, file >= 0 ? 2 : 1, &pid, NULL, NULL, NULL, &error)) {
    g_warning ("lanyard-media cannot be started: %s", error != NULL ? error->message : "not there");
    return FALSE;
  }
  watch = g_child_watch_source_new (pid);
  g_source_set_callback (watch, G_SOURCE_FUNC (on_child), NULL, NULL);
  g_source_attach (watch, note->context);
  g_source_unref (watch);
  return TRUE;
}

static void
tell (LanNote *note, const LanNoteMessage *message)
{
  g_autoptr (GBytes) bytes = lan_note_message_encode (message);
  gsize len = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;

  if (data == NULL || send (note->socket, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (gssize) len)
    give_up (note, "the helper process for sound does not listen");
}

static LanNote *
note_new (LanNoteMessage *message, const char *name, const LanNoteEvents *events, gpointer data)
{
  LanNote *note = g_new0 (LanNote, 1);
  gboolean records = message->type == LAN_NOTE_RECORD;
  int pair[2], size = SOCKET_BYTES, file = -1;

  note->events = *events;
  note->data = data;
  note->context = g_main_context_ref_thread_default ();
  note->socket = -1;
  if (!take_name (message, name, records ? O_RDONLY : O_RDWR | O_CREAT | O_TRUNC, &file)) {
    give_up (note, records ? "the file with sound cannot be read"
                           : "the file for sound cannot be written");
  } else if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    give_up (note, "no socket for the helper process");
  } else {
    setsockopt (pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt (pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    note->socket = pair[0];
    note->source = g_unix_fd_source_new (note->socket, G_IO_IN | G_IO_HUP);
    g_source_set_callback (note->source, G_SOURCE_FUNC (on_socket), note, NULL);
    g_source_attach (note->source, note->context);
    if (start_process (note, pair[1], file, records ? SOURCE_FD : SINK_FD))
      tell (note, message);
    else
      give_up (note, "the helper process for sound cannot be started");
    close (pair[1]);
  }
  if (file >= 0)
    close (file);
  return note;
}

LanNote *
lan_note_record (const char *source, const LanNoteEvents *events, gpointer data)
{
  LanNoteMessage message = { .type = LAN_NOTE_RECORD };

  return note_new (&message, source, events, data);
}

LanNote *
lan_note_play (GBytes *opus, guint32 ms, guint speed, const char *sink, const LanNoteEvents *events,
               gpointer data)
{
  LanNoteMessage message = { .type = LAN_NOTE_PLAY, .ms = ms, .speed = (guint16) speed };

  message.opus = g_bytes_get_data (opus, &message.opus_len);
  return note_new (&message, sink, events, data);
}

void
lan_note_stop (LanNote *note)
{
  LanNoteMessage message = { .type = LAN_NOTE_STOP };

  if (note->socket >= 0)
    tell (note, &message);
}

void
lan_note_free (LanNote *note)
{
  if (note == NULL)
    return;
  clear (note);
  g_main_context_unref (note->context);
  g_free (note);
}
