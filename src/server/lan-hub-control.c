/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-hub-control.h"

#include "lan-hub-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES (4 * 1024 * 1024) /* an import of some thousand people */
#define CLIENTS_MAX    16

struct _LanHubControl {
  uv_pipe_t pipe; /* first */
  LanHub *hub;
  char *path;
  guint clients;
};

typedef struct {
  uv_pipe_t pipe;         /* first */
  LanHubControl *control; /* NULL once that has closed */
  GString *line;
  gboolean is_asked;
  gboolean is_waiting; /* for the end of the command */
  gboolean is_closed;
} Client;

static void
free_client (Client *client)
{
  if (!client->is_closed || client->is_waiting)
    return;
  g_string_free (client->line, TRUE);
  g_free (client);
}

static void
on_client_closed (uv_handle_t *handle)
{
  Client *client = (Client *) handle;

  client->is_closed = TRUE;
  free_client (client);
}

static void
close_client (Client *client)
{
  if (uv_is_closing ((uv_handle_t *) &client->pipe))
    return;
  if (client->control != NULL)
    client->control->clients--;
  uv_close ((uv_handle_t *) &client->pipe, on_client_closed);
}

static void
on_said (uv_write_t *request, int status)
{
  Client *client = (Client *) request->handle;
  gboolean is_last = *(const char *) request->data != '+';

  g_free (request->data);
  g_free (request);
  if (status < 0 || is_last)
    close_client (client);
}

static void
on_reply (const char *line, gboolean is_end, const char *error, gpointer user_data)
{
  Client *client = user_data;
  g_autofree char *escaped = NULL;
  uv_write_t *request;
  uv_buf_t piece;
  char *text;

  if (is_end)
    client->is_waiting = FALSE;
  if (uv_is_closing ((uv_handle_t *) &client->pipe)) {
    free_client (client);
    return;
  }
  escaped = g_strescape (is_end ? (error != NULL ? error : "") : line, "\"\t");
  text = g_strdup_printf ("%c%s\n", !is_end ? '+' : error != NULL ? '!' : '.', escaped);
  request = g_new0 (uv_write_t, 1);
  request->data = text;
  piece = uv_buf_init (text, (guint) strlen (text));
  if (uv_write (request, (uv_stream_t *) &client->pipe, &piece, 1, on_said) != 0) {
    g_free (text);
    g_free (request);
    close_client (client);
  }
}

static void
take_line (Client *client)
{
  g_auto (GStrv) words = g_strsplit (client->line->str, "\t", -1);

  for (char **word = words; *word != NULL; word++) {
    char *plain = g_strcompress (*word);

    g_free (*word);
    *word = plain;
  }
  client->is_asked = client->is_waiting = TRUE;
  lan_hub_command (client->control->hub, (const char *const *) words, on_reply, client);
}

static void
on_alloc (uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
  *buf = uv_buf_init (g_malloc (4096), 4096);
}

static void
on_read (uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
  Client *client = (Client *) stream;
  char *end;

  if (n > 0 && !client->is_asked && client->control != NULL) {
    g_string_append_len (client->line, buf->base, n);
    end = memchr (client->line->str, '\n', client->line->len);
    if (end != NULL) {
      g_string_truncate (client->line, (gsize) (end - client->line->str));
      take_line (client);
    } else if (client->line->len > LINE_MAX_BYTES) {
      close_client (client);
    }
  } else if (n < 0) {
    close_client (client);
  }
  g_free (buf->base);
}

static void
on_client (uv_stream_t *stream, int status)
{
  LanHubControl *control = (LanHubControl *) stream;
  Client *client;

  if (status < 0)
    return;
  client = g_new0 (Client, 1);
  client->control = control;
  client->line = g_string_new (NULL);
  control->clients++;
  uv_pipe_init (&control->hub->loop, &client->pipe, 0);
  if (uv_accept (stream, (uv_stream_t *) &client->pipe) != 0 || control->clients > CLIENTS_MAX ||
      uv_read_start ((uv_stream_t *) &client->pipe, on_alloc, on_read) != 0)
    close_client (client);
}

static char *
socket_path (const char *state)
{
  return g_build_filename (state, "control", NULL);
}

LanHubControl *
lan_hub_control_new (LanHub *hub, GError **error)
{
  LanHubControl *control = g_new0 (LanHubControl, 1);
  mode_t mask;
  int rc;

  control->hub = hub;
  control->path = socket_path (hub->config->state);
  (void) unlink (control->path); /* of a server that was killed: the lock says that it is gone */
  uv_pipe_init (&hub->loop, &control->pipe, 0);
  mask = umask (0177);
  rc = uv_pipe_bind (&control->pipe, control->path);
  (void) umask (mask);
  if (rc == 0)
    rc = uv_listen ((uv_stream_t *) &control->pipe, 4, on_client);
  if (rc == 0)
    return control;
  g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s: %s", control->path, uv_strerror (rc));
  lan_hub_control_close (control);
  return NULL;
}

static void
on_control_closed (uv_handle_t *handle)
{
  LanHubControl *control = (LanHubControl *) handle;

  g_free (control->path);
  g_free (control);
}

static void
leave_control (uv_handle_t *handle, void *arg)
{
  Client *client = (Client *) handle;

  if (handle->type != UV_NAMED_PIPE || handle == arg || uv_is_closing (handle))
    return;
  client->control = NULL;
  close_client (client);
}

void
lan_hub_control_close (LanHubControl *control)
{
  (void) unlink (control->path);
  uv_walk (&control->hub->loop, leave_control, control);
  uv_close ((uv_handle_t *) &control->pipe, on_control_closed);
}

/* ---- the other end ---- */

static int
dial (const char *state, GError **error)
{
  g_autofree char *path = socket_path (state);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_CONFIG,
                 _ ("the path %s is too long for a socket: choose a shorter state folder"), path);
  } else if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0) {
    return fd;
  } else {
    g_set_error (error, LAN_HUB_ERROR,
                 errno == ENOENT || errno == ECONNREFUSED ? LAN_HUB_ERROR_MISSING
                                                          : LAN_HUB_ERROR_IO,
                 "%s: %s", path, g_strerror (errno));
  }
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
send_words (int fd, const char *const *words)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (const char *const *word = words; *word != NULL; word++) {
    g_autofree char *escaped = g_strescape (*word, "\"");

    if (line->len > 0)
      g_string_append_c (line, '\t');
    g_string_append (line, escaped);
  }
  g_string_append_c (line, '\n');
  for (gsize done = 0; done < line->len;) {
    gssize n = send (fd, line->str + done, line->len - done, MSG_NOSIGNAL);

    if (n < 0 && errno != EINTR)
      return FALSE;
    done += n > 0 ? (gsize) n : 0;
  }
  return TRUE;
}

/* TRUE when it was the last one. */
static gboolean
take_answer (char *line, GPtrArray *said, GError **error)
{
  g_autofree char *plain = g_strcompress (line + 1);

  if (*line == '+') {
    if (said != NULL)
      g_ptr_array_add (said, g_steal_pointer (&plain));
    return FALSE;
  }
  if (*line == '!')
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_REFUSED, "%s", plain);
  return TRUE;
}

gboolean
lan_hub_control_ask (const char *state, const char *const *words, GPtrArray *said, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) refused = NULL;
  gboolean is_ended = FALSE;
  char piece[4096];
  int fd = dial (state, error);

  if (fd < 0)
    return FALSE;
  if (send_words (fd, words)) {
    for (gssize n; !is_ended && (n = read (fd, piece, sizeof piece)) != 0;) {
      char *end;

      if (n < 0 && errno != EINTR)
        break;
      g_string_append_len (text, piece, MAX (n, 0));
      while (!is_ended && (end = memchr (text->str, '\n', text->len)) != NULL) {
        *end = '\0';
        is_ended = take_answer (text->str, said, &refused);
        g_string_erase (text, 0, end - text->str + 1);
      }
    }
  }
  close (fd);
  if (!is_ended)
    g_set_error (error, LAN_HUB_ERROR, LAN_HUB_ERROR_IO, "%s",
                 _ ("the server did not answer to the end: look at its log"));
  else if (refused != NULL)
    g_propagate_error (error, g_steal_pointer (&refused));
  else
    return TRUE;
  return FALSE;
}
