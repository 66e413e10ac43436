/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A core whose peers are played by hand: what it sends and tells is counted, commits are answered
 * as the test says, and frames of a peer are made right except for what the test bends.
 */
#pragma once

#include "lan-core.h"
#include "lan-device-list.h"
#include "lan-record.h"

#define HAND_WALL_MS G_GINT64_CONSTANT (1790000000000)

typedef struct {
  LanAccountKeys *account;
  LanDeviceKeys *device;
  char *name;
  GBytes *list;
  GBytes *cert;
  /* its log with the core */
  guint64 seq;
  LanHash previous;
  guint64 hlc;
} Somebody;

typedef struct _Hand Hand;

struct _Hand {
  LanSeededRandom random;
  LanTime now;
  Somebody *self;
  LanCore *core;
  gboolean hold_commits; /* nothing is answered */
  GPtrArray *rows;       /* of LanRecordRow, what was committed */
  guint64 held_batch;
  guint n[LAN_CORE_ACTION_N]; /* actions by type */
  guint sent[LAN_FRAME_TYPE_N];
  LanFrame *last[LAN_FRAME_TYPE_N]; /* newest sent of each type */
  LanFarewell closed;
  guint64 next_channel;
  gboolean found; /* answer to FIND */
  /* sees each action first, may take what it holds */
  void (*on_action) (Hand *hand, LanCoreAction *action, gpointer data);
  gpointer on_action_data;
};

Somebody *somebody_new (Hand *hand, const char *name);
void somebody_free (Somebody *who);
/* A new list: @seq, with the device in @state; certificate valid from @from_s on. */
void somebody_issue (Somebody *who, guint32 seq, guint8 state, gint64 from_s);

Hand *hand_new (void);
void hand_free (Hand *hand);
void hand_drain (Hand *hand);
void hand_advance (Hand *hand, gint64 ms);

guint64 hand_up (Hand *hand, const Somebody *who);
void hand_feed (Hand *hand, guint64 channel, const LanFrame *frame);
void hand_identity (Hand *hand, guint64 channel, const Somebody *who);
/* Up and identified. */
guint64 hand_meet (Hand *hand, const Somebody *who);

/* A record of @author in the conversation of @author and @other; @view is bent before signing. */
GBytes *hand_record (Somebody *author, const LanAccountId *other, const char *text,
                     void (*bend) (LanRecordView *view, gpointer data), gpointer data);
void hand_give (Hand *hand, guint64 channel, GBytes *record);
void hand_vector (Hand *hand, guint64 channel, const LanAccountId *other, const LanDeviceId *device,
                  guint64 seq, const LanHash *hash);
const LanAccountId *id_of (const Somebody *who);
