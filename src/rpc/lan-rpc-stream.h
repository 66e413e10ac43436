/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Lines over a pair of GIO streams: standard input and output, or a socket. Bounded both ways: a
 * line that is too long, and a reader that never reads, end the stream. All on the thread-default
 * GMainContext of lan_rpc_stream_new().
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LAN_RPC_MAX_UNSENT (64 * 1024 * 1024) /* bytes that may wait for a slow reader */

typedef struct _LanRpcStream LanRpcStream;

typedef struct {
  /* One line without its line feed; not NUL-terminated by contract. Borrowed for the call. */
  void (*line) (const char *line, gsize len, gpointer user_data);
  /* Once, when the other side ended, broke a limit, or writing failed. @error is NULL for an end in
   * order, after which lines can still be sent. The stream may be freed here. */
  void (*closed) (const GError *error, gpointer user_data);
} LanRpcStreamCallbacks;

/**
 * Starts reading. @connection (nullable) is kept alive and closed with the stream.
 * Returns: (transfer full).
 */
LanRpcStream *lan_rpc_stream_new (GInputStream *in, GOutputStream *out, GIOStream *connection,
                                  const LanRpcStreamCallbacks *callbacks, gpointer user_data);

/** Closes at once, without a callback; NULL is fine. */
void lan_rpc_stream_free (LanRpcStream *stream);

/** Queues @line and a line feed. Ignored after the end. */
void lan_rpc_stream_send (LanRpcStream *stream, const char *line);

/** Calls @done once everything queued so far has been handed to the system (or the end came). */
void lan_rpc_stream_flush (LanRpcStream *stream, void (*done) (gpointer user_data),
                           gpointer user_data);

G_END_DECLS
