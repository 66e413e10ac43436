/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Inside the pump. Threads: lanes' own, `readers` that fill lanes, `writers` that verify and write. What they
 * share has one lock; nothing is read, written, hashed or sent under it.
 */
#pragma once

#include "lan-engine-bulk-pump.h"

G_BEGIN_DECLS

#define TYPE_BLOCK  1
#define TYPE_FRAME  2
#define FRAME_BYTES 65000
#define MAX_LEAVES  1024 /* of short files in one message */

struct _LanPump {
  GMainContext *context;
  LanPumpEvents events;
  gpointer data;
  GThreadPool *readers;
  GThreadPool *writers;
  GMutex lock;         /* all below */
  GHashTable *targets; /* LanMessageId -> LanDiskFile */
  GQueue buffers;      /* free ones */
  guint n_receiving;   /* receive buffers in use */
  GPtrArray *starved;  /* of LanPumpLane, waiting for a receive buffer */
  GQueue arrived;      /* what came and no writer has taken yet */
  guint n_gathered;    /* leaves among it that no writer was called for */
  GQueue news;         /* of PumpNews */
  GSource *wake;
  gint64 due_us;  /* of .wake */
  gint64 told_us; /* when the engine last heard something */
};

/* Sent to the lane as soon as there is room. */
typedef struct {
  LanMessageId id;
  LanMessageId name;
  LanDiskFile *file;
  guint64 first;
  guint32 count;
} Serve;

struct _LanPumpLane {
  gint ref; /* atomic */
  LanPump *pump;
  guint64 channel;
  GMutex lock;        /* all below */
  LanBulkLane *lane;  /* NULL once it is being freed */
  GQueue frames;      /* of GBytes */
  GQueue serves;      /* of Serve */
  gboolean is_active; /* a reader is at it */
  gboolean again;     /* there was news while a reader was at it */
  gboolean has_held;
  LanBulkOut held; /* read, and refused: goes first once there is room */
};

typedef enum { NEWS_LEAVES, NEWS_SERVED, NEWS_FRAME, NEWS_CLOSED } NewsType;

/* What the engine hears. */
typedef struct {
  NewsType type;
  guint64 channel;
  LanMessageId id;
  GArray *leaves; /* of LanTransferLeaf */
  guint64 n;
  guint64 bytes;
  GBytes *frame;
  GError *error;
} PumpNews;

/* -- lan-engine-bulk-pump.c -- */
LanPumpLane *lan_pump_lane_ref (LanPumpLane *lane);
void lan_pump_lane_unref (LanPumpLane *lane);

/** With the pump's lock held: the newest news where it is of the same kind, so that batches form by themselves. */
PumpNews *lan_pump_news (LanPump *pump, NewsType type, guint64 channel, const LanMessageId *id);
guint8 *lan_pump_take_buffer (LanPump *pump);
void lan_pump_give_buffer (LanPump *pump, guint8 *buffer, gboolean received);

/* -- lan-engine-bulk-pump-send.c -- */
void lan_pump_serve_free (gpointer serve);

/** With the lane's lock held: a reader looks at it. */
void lan_pump_lane_go (LanPumpLane *lane);

/** On a reader: fills @lane (takes a reference) as far as it takes something. */
void lan_pump_run_lane (gpointer lane, gpointer pump);

/* -- lan-engine-bulk-pump-receive.c -- */

/** On a writer: takes what came first. */
void lan_pump_run_arrivals (gpointer data, gpointer pump);

/** With the pump's lock held: a writer is called for what is still being gathered. */
void lan_pump_write_rest (LanPump *pump);
extern const LanBulkEvents lan_pump_lane_events;

G_END_DECLS
