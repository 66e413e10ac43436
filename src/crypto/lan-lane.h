/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A lane: one Noise channel over a byte stream, as a machine without I/O (DESIGN section 4,
 * SECURITY 1.7). The shell owns the socket: it feeds what arrived, takes what is to be written, and
 * tells the time.
 *
 *   dialler:  HANDSHAKE ---------------------------> OPEN --> CLOSED
 *   listener: PREAMBLE --> HANDSHAKE --> CONFIRM* --> OPEN --> CLOSED      any --> FAILED
 *
 * CONFIRM: in IK, NK and NNpsk0 the listener writes the last handshake message; it reports the lane
 * only after a first record opened, because until then the other may be a replay, or somebody who
 * only stole OUR key. The dialler sends an empty data record by itself for this.
 *
 * After FAILED or END nothing comes out but what was already sealed. Buffers have fixed maxima.
 * One thread at a time.
 */
#pragma once

#include "lan-hello.h"
#include "lan-noise.h"

G_BEGIN_DECLS

#define LAN_LANE_VERSION        1
#define LAN_LANE_ID_BYTES       16
#define LAN_LANE_PREAMBLE_BYTES 21
#define LAN_NET_ID_BYTES        16    /* of the prologue: zeros, or BLAKE2b-128 of a server's key */
#define LAN_LANE_FRAME_MAX      65000 /* bytes of one frame */
#define LAN_LANE_OUTPUT_MAX     (4 * 1024 * 1024) /* sealed and not taken; then send says LIMIT */
#define LAN_LANE_FIRST_US                                                                          \
  (5 * G_GINT64_CONSTANT (1000000)) /* to the first whole handshake message */
#define LAN_LANE_HANDSHAKE_US                                                                      \
  (10 * G_GINT64_CONSTANT (1000000)) /* to the confirmed end of the handshake */
#define LAN_LANE_RECORD_US                                                                         \
  (30 * G_GINT64_CONSTANT (1000000)) /* from a record's first byte to its last */

/* Wire values, append-only. */
typedef enum {
  LAN_LANE_KIND_LINK = 0, /* datagrams, never on TCP */
  LAN_LANE_KIND_PEER = 1,
  LAN_LANE_KIND_BULK = 2,
  LAN_LANE_KIND_SERVER = 3,
  LAN_LANE_KIND_SIGNAL = 4, /* one sealed message, never on TCP */
  LAN_LANE_KIND_DEVICE = 5, /* a new device and one of the person's that links it: XXpsk0 */
} LanLaneKind;

typedef enum {
  LAN_LANE_PATTERN_XX = 1,
  LAN_LANE_PATTERN_IK = 2,
  LAN_LANE_PATTERN_XK = 3,
  LAN_LANE_PATTERN_NK = 4,
  LAN_LANE_PATTERN_NNPSK0 = 5,
  LAN_LANE_PATTERN_XXPSK0 = 6,
  LAN_LANE_PATTERN_X = 7,
} LanLanePattern;

typedef struct _LanLane LanLane;

/* What a listener is asked, from within lan_lane_feed(); must not free the lane. */
typedef struct {
  /** FALSE: not answered at all ('hidden' refuses XX here). Never called for kinds 0 and 4. */
  gboolean (*accept) (gpointer data, LanLaneKind kind, LanLanePattern pattern);

  /**
   * IK only, before anything is answered: FALSE when @hello's ts is not greater than the greatest
   * one stored for @remote_static, or when that key is not to be answered. Only compares: what is
   * stored moves when the lane is reported (ESTABLISHED), so that a thief of our own key cannot
   * push it forward.
   */
  gboolean (*check_known) (gpointer data, const guint8 remote_static[LAN_KEY_BYTES],
                           const LanHello *hello);

  /** Copies the one-time secret for @lane_id without using it up; FALSE when there is none. */
  gboolean (*find_psk) (gpointer data, LanLaneKind kind, const guint8 lane_id[LAN_LANE_ID_BYTES],
                        guint8 psk[LAN_KEY_BYTES]);

  /** The first message proved knowledge of it: uses it up. FALSE when somebody else already did. */
  gboolean (*use_psk) (gpointer data, LanLaneKind kind, const guint8 lane_id[LAN_LANE_ID_BYTES]);
} LanLaneListener;

typedef struct {
  /* Dialler only. */
  LanLaneKind kind;
  LanLanePattern pattern;
  guint8 lane_id[LAN_LANE_ID_BYTES]; /* random, or what names the one-time secret */
  const guint8 *remote_public;       /* 32 bytes: IK, XK, NK */
  const guint8 *psk;                 /* 32 bytes: NNpsk0, XXpsk0 */

  /* Listener only; borrowed for the lane's life. A NULL callback refuses. */
  const LanLaneListener *listener;
  gpointer listener_data;

  /* Both. */
  const guint8
      *local_secret; /* 32 bytes: the device's DH key; may be NULL for NK and NNpsk0 dials */
  const guint8 *local_public; /* 32 bytes that belong to local_secret; NULL: computed each time */
  const guint8 *net_id;       /* 16 bytes, NULL: zeros (between peers) */
  LanHello hello;             /* what we say of ourselves; ts must be fresh (lan_ts_next) */
  const LanRandom *random;    /* borrowed for the lane's life */
} LanLaneConfig;

typedef enum {
  LAN_LANE_ESTABLISHED,
  LAN_LANE_FRAME,
  LAN_LANE_END,    /* the other side closed in order; nothing more will come */
  LAN_LANE_FAILED, /* the lane is dead: close the socket */
} LanLaneEventType;

typedef struct {
  LanLaneEventType type;
  LanStatus status;   /* FAILED: why */
  guint8 remote_code; /* FAILED by an error record of the other side: its code, else 0 */
  GBytes *frame;      /* FRAME: (transfer full) */
  /* ESTABLISHED */
  LanLaneKind kind;
  LanLanePattern pattern;
  guint8 lane_id[LAN_LANE_ID_BYTES];
  gboolean has_remote_static;
  guint8 remote_static[LAN_KEY_BYTES];
  gboolean has_remote_hello;
  LanHello remote_hello;
  guint8 handshake_hash[LAN_NOISE_HASH_BYTES];
} LanLaneEvent;

/** Returns: (transfer full) (nullable): NULL when a key the pattern needs is missing. Its first
 * output is there at once. */
LanLane *lan_lane_new_dialer (const LanLaneConfig *config, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
LanLane *lan_lane_new_listener (const LanLaneConfig *config,
                                gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void lan_lane_free (LanLane *lane);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanLane, lan_lane_free)

/**
 * Takes bytes from the socket, cut as they come. Not OK: the lane has failed, a FAILED event with
 * the same status is queued. Events of one call hold at most what was fed: feed 64 KiB or so at a
 * time and take the events before the next.
 */
LanStatus lan_lane_feed (LanLane *lane, const guint8 *data, gsize len, gint64 now_us);

/** How many bytes are missing to the end of what has begun: fed no more than that, nothing beyond
 * the handshake is taken before ESTABLISHED. */
gsize lan_lane_wanted (const LanLane *lane);

/** The socket reached its end. Without an END record before, the lane fails as TRUNCATED. */
LanStatus lan_lane_feed_eof (LanLane *lane);

/** FALSE when there is none. Clear @event after use. */
gboolean lan_lane_next_event (LanLane *lane, LanLaneEvent *event);
void lan_lane_event_clear (LanLaneEvent *event);

/** Returns: (transfer full) (nullable): what was sealed since the last call, NULL when nothing. */
GBytes *lan_lane_take_output (LanLane *lane);
gsize lan_lane_output_size (const LanLane *lane);

/**
 * Seals one frame behind what waits. OVERSIZED or empty frames are refused; STATE before
 * ESTABLISHED, after close, or in a forked child; LIMIT when too much waits (nothing was sealed).
 */
LanStatus lan_lane_send (LanLane *lane, const guint8 *frame, gsize len) G_GNUC_WARN_UNUSED_RESULT;

/** Seals END; frames of the other side still come in until its own END. */
void lan_lane_close (LanLane *lane);

/** Seals an error record with @code and gives the lane up. */
void lan_lane_abort (LanLane *lane, guint8 code);

/** TRUE from ESTABLISHED until close, END or failure. */
gboolean lan_lane_is_open (const LanLane *lane);
gboolean lan_lane_is_failed (const LanLane *lane);

/** Returns: when lan_lane_advance() is wanted, or LAN_NO_DEADLINE (lan-deadlines.h). */
gint64 lan_lane_next_deadline (const LanLane *lane);

/** Tells the time; a lane over its deadline fails as EXPIRED. */
LanStatus lan_lane_advance (LanLane *lane, gint64 now_us);

/**
 * The one-time secret for an extra lane (SECURITY 1.5): KDF (exporter, "LY1-lane", id || role),
 * @opener_is_dialer: whether the side that will dial the extra lane dialled this one.
 */
LanStatus lan_lane_export_psk (const LanLane *lane, const guint8 lane_id[LAN_LANE_ID_BYTES],
                               gboolean opener_is_dialer,
                               guint8 psk[LAN_KEY_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
