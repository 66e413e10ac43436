/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A bulk lane: one TCP connection of kind 2 that carries file data past the engine's thread
 * (DESIGN section 6, SECURITY 1.7). Made by lan_bulk_opening_new() (lan-bulk-opening.h); from then on two threads
 * of its own seal and send, receive and open. What travels are messages: a type and a header of 48
 * bytes that belong to the owner, and a payload, sealed straight out of the sender's buffer and
 * opened straight into the receiver's.
 *
 *   OPEN --> CLOSED     order is kept within one direction; both run at once
 *
 * Memory: one buffer each way of LAN_BULK_BUFFER_BYTES; payloads belong to the owner. Back
 * pressure: send() refuses when LAN_BULK_QUEUE_MAX waits, begin() may say 'later', which fills
 * TCP's window. The lane keeps the queue on the path short (lan-bulk-pacer.h), so that chat and calls beside it
 * do not feel it.
 *
 * Threads: send, resume, set_*, get_stats, is_over and close from any thread, also inside callbacks; new and free in the
 * main context where it was made. Callbacks name their thread; they must not wait for a thread that
 * may be inside lan_bulk_lane_free().
 */
#pragma once

#include "lan-bulk-rate.h"
#include "lan-channel.h"

G_BEGIN_DECLS

#define LAN_BULK_HEADER_BYTES 48
#define LAN_BULK_PAYLOAD_MAX  (1024 * 1024)
#define LAN_BULK_BUFFER_BYTES (320 * 1024)
#define LAN_BULK_QUEUE_MAX    (4 * 1024 * 1024) /* payload bytes waiting at which send() refuses */
#define LAN_BULK_LOW_WATER    (2 * 1024 * 1024) /* writable() comes below this */
#define LAN_BULK_IDLE_US      2000              /* idle() comes when nothing arrived for so long */
#define LAN_BULK_RENEW_US     (120 * G_USEC_PER_SEC) /* older: open another one and close this */

typedef struct _LanBulkLane LanBulkLane;

/* One message to be sent; copied, but for the payload. */
typedef struct {
  guint8 type;
  guint8 header[LAN_BULK_HEADER_BYTES];
  const guint8 *payload; /* lent until done(); may be NULL when @payload_len is 0 */
  guint32 payload_len;   /* at most LAN_BULK_PAYLOAD_MAX */
  /* The lane's threads, or the one inside free() or close(): the payload is needed no longer. @sent: it was
   * given to the kernel, which is no proof of arrival; else the lane ended before. May be NULL. */
  void (*done) (gpointer data, gboolean sent);
  gpointer data;
} LanBulkOut;

/* What arrives; borrowed for the call. */
typedef struct {
  guint8 type;
  const guint8 *header; /* LAN_BULK_HEADER_BYTES */
  guint8 *payload;      /* what begin() gave */
  guint32 payload_len;
  gpointer token; /* what begin() gave */
} LanBulkIn;

typedef enum {
  LAN_BULK_TAKE,   /* @in->payload has room for payload_len bytes; @in->token is kept beside it */
  LAN_BULK_SKIP,   /* not wanted: its payload is thrown away, message() does not come */
  LAN_BULK_LATER,  /* no buffer now: asked again after lan_bulk_lane_resume() */
  LAN_BULK_REFUSE, /* it breaks a rule: the lane closes, LAN_CLOSE_PROTOCOL */
} LanBulkAnswer;

typedef struct {
  /* Receiving thread. A message's first record opened: where does the payload go? Not asked when
   * payload_len is 0. NULL: everything is skipped. */
  LanBulkAnswer (*begin) (LanBulkLane *lane, LanBulkIn *in, gpointer data);
  /* Receiving thread. The message is whole. The buffer is the owner's again. */
  void (*message) (LanBulkLane *lane, const LanBulkIn *in, gpointer data);
  /* Receiving thread. The lane ended inside a message that begin() took: the buffer is the owner's. */
  void (*abandoned) (LanBulkLane *lane, const LanBulkIn *in, gpointer data);
  /* Sending thread. The queue fell below LAN_BULK_LOW_WATER after a send had been refused. */
  void (*writable) (LanBulkLane *lane, gpointer data);
  /* Main context, once, last of all; not after lan_bulk_lane_free(). Every done() and abandoned() came before. */
  void (*closed) (LanBulkLane *lane, LanCloseReason reason, const char *detail, gpointer data);
  /* Receiving thread. Nothing more has come for LAN_BULK_IDLE_US after something: what the owner gathers should
   * wait no longer. Not told before the lane ends. */
  void (*idle) (LanBulkLane *lane, gpointer data);
} LanBulkEvents;

/**
 * Sets who hears of it, and starts the threads. Once, in the main context, from the opening's
 * up(). @events is copied.
 */
void lan_bulk_lane_start (LanBulkLane *lane, const LanBulkEvents *events, gpointer data);

/**
 * Queues @out. Any thread; never blocks. FALSE, and done() does not come: the queue is full
 * (writable() tells when to go on), the lane is over, or the payload too long.
 */
gboolean lan_bulk_lane_send (LanBulkLane *lane, const LanBulkOut *out) G_GNUC_WARN_UNUSED_RESULT;

/** Payload and headers waiting to be sealed, in bytes. Any thread. */
gsize lan_bulk_lane_queued (LanBulkLane *lane);

/** There is a buffer again after LAN_BULK_LATER. Any thread. */
void lan_bulk_lane_resume (LanBulkLane *lane);

/** @limiter: shared by any number of lanes, NULL: none; referenced. Any thread. */
void lan_bulk_lane_set_limiter (LanBulkLane *lane, LanBulkRate *limiter);

/** A call is under way on this path: aims at a shorter queue. Any thread. */
void lan_bulk_lane_set_call (LanBulkLane *lane, gboolean is_on);

typedef struct {
  guint64 bytes_sent; /* payload */
  guint64 bytes_received;
  guint64 wire_sent; /* with records and handshake, without TCP */
  guint64 wire_received;
  guint64 messages_sent, messages_received;
  gint64 age_us;
  gint64 idle_us;             /* since the last message either way */
  gint64 rtt_us, base_rtt_us; /* TCP's; -1 unknown */
  gsize window;               /* the pacer's */
} LanBulkStats;

void lan_bulk_lane_get_stats (LanBulkLane *lane, LanBulkStats *stats);

gboolean lan_bulk_lane_is_over (LanBulkLane *lane);

/** Sends what is queued, says END, then closed(LAN_CLOSE_LOCAL); at the latest after 2 seconds. Any thread. */
void lan_bulk_lane_close (LanBulkLane *lane);

/**
 * Ends it at once: joins its threads, gives back every buffer by done() and abandoned(), no closed(). Main
 * context; also inside closed(). NULL is allowed.
 */
void lan_bulk_lane_free (LanBulkLane *lane);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBulkLane, lan_bulk_lane_free)

G_END_DECLS
