/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A load generator on plain epoll: many connections of one protocol, phases that saturate or keep a pace,
 * spread over as many processes as descriptors ask for. It shares no code with the server's loop. A protocol
 * says how to open, how to read and how to send to somebody.
 *
 *   load.c         the program: starts workers, says which phase runs, measures the server, prints
 *   load-worker.c  one process: its connections and its loop
 *   load-office.c, load-mqtt.c, load-xmpp.c, load-bare.c   the protocols
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
} Protocol;

extern const Protocol office_protocol;
extern const Protocol mqtt_protocol;
extern const Protocol xmpp_protocol;
extern const Protocol bare_protocol;

void office_setup (const char *key_hex, guint n);
int office_prepare (const char *database, guint n);

/* Called by protocols. */
void load_ready (Conn *conn);
void load_received (const guint8 *payload, gsize len); /* begins with when it was sent, ns */
void load_stored (guint64 number);
void load_refused (void);
void load_output (Conn *conn);
gint64 load_now_ns (void);

/* ---- between the program and its workers, in shared memory ---- */

#define LOAD_STEPS   16 /* buckets for each doubling of a latency: 6 % */
#define LOAD_BUCKETS (28 * LOAD_STEPS)

typedef enum { PHASE_LOGIN, PHASE_IDLE, PHASE_SEND, PHASE_DEPOSIT, PHASE_QUIT } Phase;

typedef struct {
  Phase phase;
  guint in_flight; /* of one worker; 0: paced */
  double rate;     /* of one worker, a second; 0: as fast as answers come */
  gint64 count_ns; /* latencies count from then on */
} Plan;

typedef struct {
  int pid;
  guint first, count; /* its connections */
  guint opened, ready;
  guint64 received, stored, refused;
  guint64 latencies[LOAD_BUCKETS]; /* of microseconds */
} Worker;

typedef struct {
  guint seq; /* of the plan; changed last */
  Plan plan;
  guint n_workers, n_conns, port;
  Worker workers[];
} Share;

/** Runs the loop of worker @w until PHASE_QUIT. */
void load_work (Share *share, guint w, const Protocol *protocol);

/** The upper end of bucket @at, in ms. */
double load_bucket_ms (guint at);
