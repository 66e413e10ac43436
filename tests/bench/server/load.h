/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A load generator on plain epoll: many connections of one protocol, phases that saturate or keep a pace. It
 * shares no code with the server's loop. A protocol says how to open, how to read and how to send to somebody.
 */
#pragma once

#include <glib.h>

typedef struct {
  int fd;
  guint index;
  gboolean is_ready; /* logged in */
  gpointer state;    /* the protocol's */
  GByteArray *out;
  gboolean is_dirty;
} Conn;

typedef struct {
  const char *name;
  void (*open) (Conn *conn);
  void (*read) (Conn *conn, guint8 *data, gsize len);
  void (*send) (Conn *from, guint to, const guint8 *payload, gsize len);
  void (*deposit) (Conn *from, guint to, guint64 number); /* NULL: has no mailbox */
  void (*close) (Conn *conn);
} Protocol;

extern const Protocol office_protocol;
extern const Protocol mqtt_protocol;

void office_setup (const char *key_hex, guint n);
int office_prepare (const char *database, guint n);

/* Called by protocols. */
void load_ready (Conn *conn);
void load_received (const guint8 *payload, gsize len); /* begins with when it was sent, ns */
void load_stored (guint64 number);
void load_refused (void);
void load_output (Conn *conn);
gint64 load_now_ns (void);
