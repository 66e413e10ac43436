/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the tests of this module share: keys, channels that keep what came, and waiting. */
#pragma once

#include "lan-link.h"
#include "lan-listener.h"

G_BEGIN_DECLS

/** Runs the main context until @condition is TRUE; fails the test after 20 seconds. */
#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 wait_end_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;                              \
    LanWaker *waker_ = lan_waker_new ();                                                           \
    while (!(condition)) {                                                                         \
      if (g_get_monotonic_time () >= wait_end_)                                                    \
        g_error ("%s:%d: never: %s", __FILE__, __LINE__, #condition);                              \
      g_main_context_iteration (NULL, TRUE);                                                       \
    }                                                                                              \
    lan_waker_free (waker_);                                                                       \
  }                                                                                                \
  G_STMT_END

/* Makes sure that a blocking iteration returns now and then. */
typedef GSource LanWaker;
LanWaker *lan_waker_new (void);
void lan_waker_free (LanWaker *waker);

/** Lets everything that is ready happen, agents being given up included. */
void settle (void);

typedef struct {
  LanLocalKeys keys;
  guint8 public_key[LAN_KEY_BYTES];
  guint64 hellos;
} Device;

void device_init (Device *device);

/* What a channel said. */
typedef struct {
  LanChannel *channel; /* owned */
  guint ups, frames, closes, writables;
  guint8 key[LAN_KEY_BYTES];
  LanLanePattern pattern;
  LanCloseReason reason;
  GString *text[LAN_STREAM_N]; /* the frames, one after another, while `keeps` */
  guint64 bytes[LAN_STREAM_N];
  gboolean keeps;
  guint32 next[LAN_STREAM_N]; /* of numbered frames: the number expected */
  guint out_of_order;
  gboolean free_in_frame, free_in_up, free_in_closed;
} Ear;

extern const LanChannelEvents ear_events;
Ear *ear_new (LanChannel *channel);
void ear_take (Ear *ear, LanChannel *channel);
void ear_free (Ear *ear);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ear, ear_free)

/** Sends frames number *@next to @count - 1 of @len bytes until one is refused. */
void send_numbered (LanChannel *channel, LanStream stream, guint32 *next, guint32 count, gsize len);

void add_batch_tests (void);
void add_bulk_tests (void);
void add_channel_tests (void);
void add_enet_tests (void);
void add_gate_tests (void);
void add_lane_tests (void);
void add_pacer_tests (void);
void add_path_signal_tests (void);
void add_server_lane_tests (void);

G_END_DECLS
