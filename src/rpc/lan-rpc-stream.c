/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-rpc-stream.h"

#include "lan-rpc-message.h"

#include <string.h>

#define CHUNK 65536

struct _LanRpcStream {
  grefcount refs; /* the owner's, and one for each read or write under way */
  GInputStream *in;
  GOutputStream *out;
  GIOStream *connection; /* may be NULL */
  GCancellable *cancellable;
  LanRpcStreamCallbacks callbacks;
  gpointer user_data;
  gboolean ended;
  gboolean told;       /* closed() was called */
  gboolean overflowed; /* the other side does not read; the read under way will end it */
  GByteArray *unread;  /* the start of a line whose end has not come */
  GByteArray *unsent;  /* waits for the write under way */
  GByteArray *writing; /* handed to the system; NULL when idle */
  void (*flushed) (gpointer user_data);
  gpointer flushed_data;
  guint8 chunk[CHUNK];
};

static void read_more (LanRpcStream *stream);
static void write_more (LanRpcStream *stream);

static void
unref (LanRpcStream *stream)
{
  if (!g_ref_count_dec (&stream->refs))
    return;
  g_object_unref (stream->in);
  g_object_unref (stream->out);
  g_clear_object (&stream->connection);
  g_object_unref (stream->cancellable);
  g_byte_array_unref (stream->unread);
  g_byte_array_unref (stream->unsent);
  g_clear_pointer (&stream->writing, g_byte_array_unref);
  g_free (stream);
}

static void
report_flushed (LanRpcStream *stream)
{
  void (*flushed) (gpointer) = g_steal_pointer (&stream->flushed);

  if (flushed != NULL)
    flushed (stream->flushed_data);
}

static void
tell_closed (LanRpcStream *stream, const GError *error)
{
  if (stream->told)
    return;
  stream->told = TRUE;
  if (stream->callbacks.closed != NULL)
    stream->callbacks.closed (error, stream->user_data);
}

/* The one way to the end. */
static void
end (LanRpcStream *stream, const GError *error)
{
  if (stream->ended)
    return;
  stream->ended = TRUE;
  g_cancellable_cancel (stream->cancellable);
  g_byte_array_set_size (stream->unsent, 0);
  report_flushed (stream);
  tell_closed (stream, error);
}

static void
end_too_long (LanRpcStream *stream)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                                          "a line is longer than %d bytes", LAN_RPC_MAX_LINE);

  end (stream, error);
}

static void
take_lines (LanRpcStream *stream)
{
  gsize start = 0;

  while (!stream->ended) {
    const guint8 *at = stream->unread->data + start;
    gsize left = stream->unread->len - start;
    const guint8 *stop = left > 0 ? memchr (at, '\n', left) : NULL;
    gsize len;

    if (stop == NULL)
      break;
    len = (gsize) (stop - at);
    start += len + 1;
    if (len > 0 && at[len - 1] == '\r')
      len--;
    if (len > LAN_RPC_MAX_LINE)
      end_too_long (stream);
    else if (len > 0)
      stream->callbacks.line ((const char *) at, len, stream->user_data);
  }
  if (start > 0)
    g_byte_array_remove_range (stream->unread, 0, (guint) start);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcStream *stream = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (!stream->ended && n > 0) {
    g_byte_array_append (stream->unread, stream->chunk, (guint) n);
    take_lines (stream);
    if (!stream->ended && stream->unread->len > LAN_RPC_MAX_LINE)
      end_too_long (stream);
    read_more (stream);
  } else if (!stream->ended && n == 0) {
    tell_closed (stream, NULL); /* what is on its way out still goes */
  } else if (!stream->ended) {
    end (stream, error);
  }
  unref (stream);
}

static void
read_more (LanRpcStream *stream)
{
  if (stream->ended)
    return;
  g_ref_count_inc (&stream->refs);
  g_input_stream_read_async (stream->in, stream->chunk, CHUNK, G_PRIORITY_DEFAULT,
                             stream->cancellable, on_read, stream);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LanRpcStream *stream = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error);

  g_clear_pointer (&stream->writing, g_byte_array_unref);
  if (!ok && !stream->ended)
    end (stream, error);
  else if (!stream->ended && stream->unsent->len > 0)
    write_more (stream);
  else
    report_flushed (stream);
  unref (stream);
}

/* Everything that has gathered while the last write was under way goes out as one. */
static void
write_more (LanRpcStream *stream)
{
  if (stream->writing != NULL || stream->unsent->len == 0)
    return;
  stream->writing = g_steal_pointer (&stream->unsent);
  stream->unsent = g_byte_array_new ();
  g_ref_count_inc (&stream->refs);
  g_output_stream_write_all_async (stream->out, stream->writing->data, stream->writing->len,
                                   G_PRIORITY_DEFAULT, stream->cancellable, on_written, stream);
}

LanRpcStream *
lan_rpc_stream_new (GInputStream *in, GOutputStream *out, GIOStream *connection,
                    const LanRpcStreamCallbacks *callbacks, gpointer user_data)
{
  LanRpcStream *stream = g_new0 (LanRpcStream, 1);

  g_ref_count_init (&stream->refs);
  stream->in = g_object_ref (in);
  stream->out = g_object_ref (out);
  stream->connection = connection != NULL ? g_object_ref (connection) : NULL;
  stream->cancellable = g_cancellable_new ();
  stream->callbacks = *callbacks;
  stream->user_data = user_data;
  stream->unread = g_byte_array_new ();
  stream->unsent = g_byte_array_new ();
  read_more (stream);
  return stream;
}

void
lan_rpc_stream_free (LanRpcStream *stream)
{
  if (stream == NULL)
    return;
  stream->callbacks.closed = NULL;
  end (stream, NULL);
  if (stream->connection != NULL)
    g_io_stream_close_async (stream->connection, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  unref (stream);
}

void
lan_rpc_stream_send (LanRpcStream *stream, const char *line)
{
  if (stream->ended || stream->overflowed)
    return;
  g_byte_array_append (stream->unsent, (const guint8 *) line, (guint) strlen (line));
  g_byte_array_append (stream->unsent, (const guint8 *) "\n", 1);
  if (stream->unsent->len > LAN_RPC_MAX_UNSENT) {
    /* Not ended here: the caller stands in the middle of something. */
    stream->overflowed = TRUE;
    g_cancellable_cancel (stream->cancellable);
    return;
  }
  write_more (stream);
}

void
lan_rpc_stream_flush (LanRpcStream *stream, void (*done) (gpointer user_data), gpointer user_data)
{
  stream->flushed = done;
  stream->flushed_data = user_data;
  if (stream->ended || (stream->writing == NULL && stream->unsent->len == 0))
    report_flushed (stream);
}
