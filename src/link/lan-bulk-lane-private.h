/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The inside of a bulk lane: lan-bulk-lane.c has its life and its queue, lan-bulk-send.c and
 * lan-bulk-receive.c the two threads. Private to this module.
 */
#pragma once

#include "lan-bulk-lane.h"
#include "lan-bulk-pacer.h"
#include "lan-bulk-reader.h"

#include <gio/gio.h>

G_BEGIN_DECLS

struct _LanBulkLane {
  /* Set before the threads start. */
  GSocket *socket;
  int fd;
  GMainContext *context;
  LanBulkEvents events;
  gpointer data;
  gint64 made_us;
  GThread *sender, *receiver;

  /* Sending thread only. */
  LanBulkFlow *send_flow;
  LanBulkPacer pacer;

  /* Receiving thread only. */
  LanBulkReader *reader;

  GMutex mutex; /* for all below */
  GCond changed;
  GQueue queue; /* of LanBulkOut, owned */
  gsize queued;
  gboolean was_refused;
  gboolean is_closing; /* no more is taken; END follows what is queued */
  gboolean is_over;    /* the threads are to end */
  guint resumes;       /* of lan_bulk_lane_resume() */
  guint running;       /* threads */
  LanCloseReason reason;
  char *detail;
  LanBulkRate *limiter;
  gboolean is_call;
  LanBulkStats stats;
  gint64 used_us;
  GSource *closed, *close_timer;
};

/** @socket, flows and counters are taken over. */
LanBulkLane *lan_bulk_lane_new (GSocket *socket, LanBulkFlow *send,
                                LanBulkFlow *receive) G_GNUC_WARN_UNUSED_RESULT;

/** The lane is over, for the first reason that is said: both threads wake and end. Any thread. */
void lan_bulk_lane_finish (LanBulkLane *lane, LanCloseReason reason, const char *detail);

/** The other side said END: what is queued goes back, for nobody would read it; ours follows. Receiving thread. */
void lan_bulk_lane_on_end (LanBulkLane *lane);
gboolean lan_bulk_lane_is_closing (LanBulkLane *lane);

/** A thread ends: the last one brings closed() on its way. */
void lan_bulk_lane_thread_ends (LanBulkLane *lane);

/** Sending thread: the next message, owned; NULL: none, or over. @may_wait: until there is one, or the
 * end. *@has_room: writable() is to be told. */
LanBulkOut *lan_bulk_lane_next (LanBulkLane *lane, gboolean may_wait, gboolean *has_room);
void lan_bulk_lane_give_back (LanBulkOut *out, gboolean sent);

/** The reader of @lane, which takes @flow. */
LanBulkReader *lan_bulk_receive_reader (LanBulkLane *lane, LanBulkFlow *flow);

/** The bodies of the two threads; @data: the lane. */
gpointer lan_bulk_send_run (gpointer data);
gpointer lan_bulk_receive_run (gpointer data);

G_END_DECLS
